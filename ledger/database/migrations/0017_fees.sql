-- Fees of orders through the bank: tables that were set, also those that have given way, and what brokers announced. Each
-- fee is six numbers: billionths of turnover, of par, of a yuan for a unit; flat, least and most in fen.

CREATE TABLE fee_tables (
    number          bigint    PRIMARY KEY CHECK (number >= 1),
    party           integer   NOT NULL CHECK (party >= 2),
    market          smallint  NOT NULL,
    product         smallint  NOT NULL,
    side            smallint  NOT NULL,
    first_date      integer   NOT NULL,
    commission      bigint[]  NOT NULL CHECK (cardinality(commission) = 6),
    stamp           bigint[]  NOT NULL CHECK (cardinality(stamp) = 6),
    transfer        bigint[]  NOT NULL CHECK (cardinality(transfer) = 6),
    handling        bigint[]  NOT NULL CHECK (cardinality(handling) = 6),
    regulatory      bigint[]  NOT NULL CHECK (cardinality(regulatory) = 6),
    notice          bigint    NOT NULL CHECK (notice >= 0), -- of the broker, 0: without one
    set_at_ns       bigint    NOT NULL CHECK (set_at_ns >= 0),
    as_of_sequence  bigint    NOT NULL CHECK (as_of_sequence >= 1)
);

CREATE TABLE fee_notices (
    number          bigint    PRIMARY KEY CHECK (number >= 1),
    party           integer   NOT NULL CHECK (party >= 2),
    market          smallint  NOT NULL,
    product         smallint  NOT NULL,
    side            smallint  NOT NULL,
    first_date      integer   NOT NULL,
    commission      bigint[]  NOT NULL CHECK (cardinality(commission) = 6),
    stamp           bigint[]  NOT NULL CHECK (cardinality(stamp) = 6),
    transfer        bigint[]  NOT NULL CHECK (cardinality(transfer) = 6),
    handling        bigint[]  NOT NULL CHECK (cardinality(handling) = 6),
    regulatory      bigint[]  NOT NULL CHECK (cardinality(regulatory) = 6),
    announced_at_ns bigint    NOT NULL CHECK (announced_at_ns >= 0),
    as_of_sequence  bigint    NOT NULL CHECK (as_of_sequence >= 1)
);

CREATE VIEW bank_fee_tables AS
SELECT t.number AS number,
       t.party AS party,
       p.name AS party_name,
       COALESCE(w1.name, 'NUMBER_' || t.market) AS market,
       COALESCE(w2.name, 'NUMBER_' || t.product) AS product,
       COALESCE(w3.name, 'NUMBER_' || t.side) AS side,
       readable_date(t.first_date) AS first_date,
       t.commission AS commission,
       t.stamp AS stamp,
       t.transfer AS transfer,
       t.handling AS handling,
       t.regulatory AS regulatory,
       NULLIF(t.notice, 0) AS notice,
       readable_time(t.set_at_ns) AS set_at,
       t.as_of_sequence AS sequence
FROM fee_tables t
LEFT JOIN parties p ON p.party = t.party
LEFT JOIN word_names w1 ON w1.vocabulary = 'market' AND w1.number = t.market
LEFT JOIN word_names w2 ON w2.vocabulary = 'product' AND w2.number = t.product
LEFT JOIN word_names w3 ON w3.vocabulary = 'line_side' AND w3.number = t.side;
COMMENT ON VIEW bank_fee_tables IS 'Fees 收费 that the bank has set for orders through it. An order has the table of the latest first date that is not after its own, of several the last one.';
COMMENT ON COLUMN bank_fee_tables.number IS 'number of the table';
COMMENT ON COLUMN bank_fee_tables.party IS 'number of the broker whose fees they are';
COMMENT ON COLUMN bank_fee_tables.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_fee_tables.market IS 'XSHG or XSHE';
COMMENT ON COLUMN bank_fee_tables.product IS 'kind of security';
COMMENT ON COLUMN bank_fee_tables.side IS 'BUY or SALE';
COMMENT ON COLUMN bank_fee_tables.first_date IS 'first trade date whose orders have it';
COMMENT ON COLUMN bank_fee_tables.commission IS 'commission 佣金: billionths of turnover, of par, of a yuan for a unit; flat, least and most in fen, most 0: no bound';
COMMENT ON COLUMN bank_fee_tables.stamp IS 'stamp duty 印花税, likewise';
COMMENT ON COLUMN bank_fee_tables.transfer IS 'transfer fee 过户费, likewise';
COMMENT ON COLUMN bank_fee_tables.handling IS 'handling fee 经手费, likewise';
COMMENT ON COLUMN bank_fee_tables.regulatory IS 'regulatory fee 证管费, likewise';
COMMENT ON COLUMN bank_fee_tables.notice IS 'number of the broker''s notice that it is; NULL: set without notice';
COMMENT ON COLUMN bank_fee_tables.set_at IS 'when it was set: for orders behind that';
COMMENT ON COLUMN bank_fee_tables.sequence IS 'journal row that set it';

CREATE VIEW bank_fee_notices AS
SELECT n.number AS number,
       n.party AS party,
       p.name AS party_name,
       COALESCE(w1.name, 'NUMBER_' || n.market) AS market,
       COALESCE(w2.name, 'NUMBER_' || n.product) AS product,
       COALESCE(w3.name, 'NUMBER_' || n.side) AS side,
       readable_date(n.first_date) AS first_date,
       n.commission AS commission,
       n.stamp AS stamp,
       n.transfer AS transfer,
       n.handling AS handling,
       n.regulatory AS regulatory,
       (SELECT min(t.number) FROM fee_tables t WHERE t.notice = n.number) AS set_as,
       readable_time(n.announced_at_ns) AS announced_at,
       n.as_of_sequence AS sequence
FROM fee_notices n
LEFT JOIN parties p ON p.party = n.party
LEFT JOIN word_names w1 ON w1.vocabulary = 'market' AND w1.number = n.market
LEFT JOIN word_names w2 ON w2.vocabulary = 'product' AND w2.number = n.product
LEFT JOIN word_names w3 ON w3.vocabulary = 'line_side' AND w3.number = n.side;
COMMENT ON VIEW bank_fee_notices IS 'What brokers have announced to charge of orders through the bank.';
COMMENT ON COLUMN bank_fee_notices.number IS 'number of the notice';
COMMENT ON COLUMN bank_fee_notices.party IS 'number of the broker';
COMMENT ON COLUMN bank_fee_notices.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_fee_notices.market IS 'XSHG or XSHE';
COMMENT ON COLUMN bank_fee_notices.product IS 'kind of security';
COMMENT ON COLUMN bank_fee_notices.side IS 'BUY or SALE';
COMMENT ON COLUMN bank_fee_notices.first_date IS 'first trade date whose orders are to have it';
COMMENT ON COLUMN bank_fee_notices.commission IS 'commission 佣金: the six numbers, as in bank_fee_tables';
COMMENT ON COLUMN bank_fee_notices.stamp IS 'stamp duty 印花税, likewise';
COMMENT ON COLUMN bank_fee_notices.transfer IS 'transfer fee 过户费, likewise';
COMMENT ON COLUMN bank_fee_notices.handling IS 'handling fee 经手费, likewise';
COMMENT ON COLUMN bank_fee_notices.regulatory IS 'regulatory fee 证管费, likewise';
COMMENT ON COLUMN bank_fee_notices.set_as IS 'number of the first table that was set by it; NULL: none yet';
COMMENT ON COLUMN bank_fee_notices.announced_at IS 'when the broker announced it';
COMMENT ON COLUMN bank_fee_notices.sequence IS 'journal row of the notice';
