DROP TABLE differences;
DROP TABLE balances;
DROP TABLE oddities;
