DROP TABLE campaign_bands;
DROP TABLE campaign_texts;
