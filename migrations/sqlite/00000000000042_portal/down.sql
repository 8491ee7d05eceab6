DROP TABLE portal_counts;
DROP TABLE portal_visits;
DROP TABLE portal_forms;
