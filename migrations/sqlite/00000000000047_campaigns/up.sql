-- Requests whose words are nearly the same, grouped for work. A sketch is made of keyed digests and says nothing of a text.

CREATE TABLE campaign_texts (
    request_id INTEGER NOT NULL PRIMARY KEY,
    campaign INTEGER NOT NULL,
    opened_at TEXT NOT NULL,
    sketch BLOB NOT NULL
) STRICT;
CREATE INDEX campaign_texts_by_campaign ON campaign_texts (campaign, opened_at);

CREATE TABLE campaign_bands (
    band BLOB NOT NULL,
    request_id INTEGER NOT NULL,
    PRIMARY KEY (band, request_id)
) STRICT;
CREATE INDEX campaign_bands_by_request ON campaign_bands (request_id);
