-- What brokers of scheme A are told of orders, and seats of channels of what became of them, as it is told: entries of
-- 64 bytes each, as many as one batch of the follower has of one stretch of 1,024 numbers. Rows are only added.

CREATE TABLE order_feed (
    party         integer NOT NULL CHECK (party >= 1),
    seat          integer NOT NULL CHECK (seat >= 0), -- of a channel; 0: the orders of a broker
    trade_date    integer NOT NULL,
    first         bigint  NOT NULL CHECK (first >= 1), -- number of the first entry
    sequence      bigint  NOT NULL CHECK (sequence >= 1), -- journal row that made the last one
    digest_before bytea   NOT NULL CHECK (octet_length(digest_before) = 32), -- in front of the stretch
    entries       bytea   NOT NULL CHECK (octet_length(entries) > 0 AND octet_length(entries) % 64 = 0),
    PRIMARY KEY (party, seat, trade_date, first)
);
ALTER TABLE order_feed ALTER entries SET STORAGE EXTERNAL;
