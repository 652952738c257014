-- The read model: what happened, as rows that a person or an auditor can ask for. Written by the follower alone, from
-- committed journal rows; never read by the writer. Everything in it can be made again from the journal.
-- Amounts are fen. `sequence` is the journal sequence of the row that decided. Bytes that a partner chose (security,
-- partner_ref) are kept as bytes: they need not be text.

-- How far the read model is: it changes in the same transaction as what it speaks of.
CREATE TABLE read_cursor (
    shard         integer  PRIMARY KEY,
    sequence      bigint   NOT NULL CHECK (sequence >= 0),
    decided_at_ns bigint   NOT NULL CHECK (decided_at_ns >= 0),
    digest        bytea    NOT NULL CHECK (octet_length(digest) = 32)
) WITH (fillfactor = 10);

CREATE TABLE parties (
    party            integer  PRIMARY KEY CHECK (party >= 1),
    role             smallint NOT NULL CHECK (role IN (1, 2)),
    suite            smallint NOT NULL CHECK (suite IN (1, 2)),
    proceeds_at_fill boolean  NOT NULL,
    name             text     NOT NULL,
    seats            integer[] NOT NULL,
    as_of_sequence   bigint   NOT NULL CHECK (as_of_sequence >= 1)
);

CREATE TABLE contracts (
    contract_no    bigint   PRIMARY KEY CHECK (contract_no % 97 = 1), -- the check digits of ISO 7064
    account_no     bigint   NOT NULL CHECK (account_no >= 1),
    as_of_sequence bigint   NOT NULL CHECK (as_of_sequence >= 1),
    party          integer  NOT NULL CHECK (party >= 1),
    status         smallint NOT NULL CHECK (status BETWEEN 1 AND 5)
);

-- Half of each page is left free, so that a new version of a row stays on its page and no index is touched.
CREATE TABLE accounts (
    contract_no          bigint PRIMARY KEY CHECK (contract_no % 97 = 1),
    balance_fen          bigint NOT NULL CHECK (balance_fen >= 0),
    frozen_fen           bigint NOT NULL CHECK (frozen_fen >= 0),
    bought_unsettled_fen bigint NOT NULL CHECK (bought_unsettled_fen >= 0),
    sold_unsettled_fen   bigint NOT NULL CHECK (sold_unsettled_fen >= 0),
    restrained_fen       bigint NOT NULL CHECK (restrained_fen >= 0),
    as_of_sequence       bigint NOT NULL CHECK (as_of_sequence >= 1),
    CONSTRAINT never_overdrawn
        CHECK (balance_fen - frozen_fen - bought_unsettled_fen + sold_unsettled_fen >= 0)
) WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.5);

-- One row per FREEZE, refused ones too (`code` 0 is accepted).
CREATE TABLE orders (
    number        bigint   NOT NULL,
    contract_no   bigint   NOT NULL,
    amount_fen    bigint   NOT NULL,
    price         bigint   NOT NULL, -- limit price in 1/10,000 yuan, informative
    sequence      bigint   NOT NULL,
    decided_at_ns bigint   NOT NULL,
    trade_date    integer  NOT NULL,
    seat          integer  NOT NULL,
    quantity      integer  NOT NULL,
    code          smallint NOT NULL,
    market        smallint NOT NULL,
    security      bytea    NOT NULL,
    partner_ref   bytea    NOT NULL,
    PRIMARY KEY (trade_date, seat, number),
    CONSTRAINT accepted_amount CHECK (code <> 0 OR amount_fen BETWEEN 1 AND 1099511627776)
);

-- One row per RELEASE (2), FILL_BUY (3), FILL_SELL (4), DEPOSIT (5), WITHDRAWAL (6) or unknown kind, refused ones too.
CREATE TABLE movements (
    number        bigint   NOT NULL,
    target_number bigint   NOT NULL,
    contract_no   bigint   NOT NULL,
    amount_fen    bigint   NOT NULL,
    release_fen   bigint   NOT NULL,
    turnover_fen  bigint   NOT NULL,
    remaining_fen bigint   NOT NULL, -- of the freeze concerned, after this
    sequence      bigint   NOT NULL,
    decided_at_ns bigint   NOT NULL,
    trade_date    integer  NOT NULL,
    seat          integer  NOT NULL,
    target_date   integer  NOT NULL,
    target_seat   integer  NOT NULL,
    kind          smallint NOT NULL,
    code          smallint NOT NULL,
    partner_ref   bytea    NOT NULL,
    PRIMARY KEY (trade_date, seat, number),
    CONSTRAINT accepted_amounts
        CHECK (code <> 0 OR (amount_fen >= 0 AND remaining_fen >= 0 AND (kind <> 3 OR release_fen >= 0)))
);
CREATE INDEX movements_of_freeze ON movements (target_date, target_seat, target_number)
    WHERE code = 0 AND kind IN (2, 3);

-- What became of each accepted freeze: amount = drawn + released + remaining.
CREATE VIEW freezes AS
SELECT o.trade_date,
       o.seat,
       o.number,
       o.contract_no,
       o.amount_fen,
       COALESCE(m.drawn_fen, 0)                                                    AS drawn_fen,
       COALESCE(m.released_fen, 0)                                                 AS released_fen,
       o.amount_fen - COALESCE(m.drawn_fen, 0) - COALESCE(m.released_fen, 0)       AS remaining_fen,
       o.sequence,
       o.decided_at_ns
FROM orders o
LEFT JOIN (
    SELECT target_date,
           target_seat,
           target_number,
           SUM(CASE kind WHEN 3 THEN amount_fen ELSE 0 END)::bigint             AS drawn_fen,
           SUM(CASE kind WHEN 3 THEN release_fen ELSE amount_fen END)::bigint   AS released_fen
    FROM movements
    WHERE code = 0 AND kind IN (2, 3)
    GROUP BY target_date, target_seat, target_number
) m ON m.target_date = o.trade_date AND m.target_seat = o.seat AND m.target_number = o.number
WHERE o.code = 0;

-- Fills as they were booked, or listed (code 385: moved nothing, settled by the clearing data).
CREATE VIEW fills AS
SELECT trade_date,
       seat,
       number,
       CASE kind WHEN 3 THEN 'buy' ELSE 'sell' END AS side,
       code = 385                                  AS listed,
       target_date,
       target_seat,
       target_number,
       contract_no,
       amount_fen,
       CASE kind WHEN 3 THEN release_fen ELSE 0 END AS release_fen,
       turnover_fen,
       remaining_fen,
       partner_ref,
       sequence,
       decided_at_ns
FROM movements
WHERE kind IN (3, 4) AND code IN (0, 385);

-- The control totals by SQL, one row per party that has contracts, as of one journal sequence.
CREATE VIEW party_totals AS
SELECT c.party,
       SUM(a.balance_fen)::bigint          AS balance_fen,
       SUM(a.frozen_fen)::bigint           AS frozen_fen,
       SUM(a.bought_unsettled_fen)::bigint AS bought_unsettled_fen,
       SUM(a.sold_unsettled_fen)::bigint   AS sold_unsettled_fen,
       (SELECT MAX(sequence) FROM read_cursor) AS as_of_sequence
FROM contracts c
JOIN accounts a USING (contract_no)
GROUP BY c.party
ORDER BY c.party;
