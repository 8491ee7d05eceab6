-- Requests whose words are nearly the same, grouped for work. A sketch is made of keyed digests and says nothing of a text.

CREATE TABLE campaign_texts (
    request_id BIGINT NOT NULL PRIMARY KEY,
    campaign BIGINT NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    sketch BYTEA NOT NULL
);
CREATE INDEX campaign_texts_by_campaign ON campaign_texts (campaign, opened_at);

CREATE TABLE campaign_bands (
    band BYTEA NOT NULL,
    request_id BIGINT NOT NULL,
    PRIMARY KEY (band, request_id)
);
CREATE INDEX campaign_bands_by_request ON campaign_bands (request_id);
