-- Orders through the bank, the wish to cancel them, and what their brokers report. Their records have no amount: what each
-- moves the bank reckons, and it is here beside them.

-- What is told of an order, or is one; written at each start as the other columns are.
ALTER TABLE record_kinds ADD COLUMN is_ordering boolean NOT NULL DEFAULT false;

-- One row for each of these records that was accepted. An order names itself.
CREATE TABLE order_acts (
    trade_date    integer  NOT NULL,
    seat          integer  NOT NULL CHECK (seat >= 1),
    number        bigint   NOT NULL CHECK (number >= 1),
    sequence      bigint   NOT NULL CHECK (sequence >= 1),
    decided_at_ns bigint   NOT NULL,
    kind          smallint NOT NULL,
    contract_no   bigint   NOT NULL CHECK (contract_no % 97 = 1),
    order_date    integer  NOT NULL,
    order_seat    integer  NOT NULL CHECK (order_seat >= 1),
    order_number  bigint   NOT NULL CHECK (order_number >= 1),
    entry         integer  NOT NULL CHECK (entry >= 0), -- its number in its broker's feed of the date; 0: it is told of none
    frozen_fen    bigint   NOT NULL, -- what it adds to what is frozen for the order
    bought_fen    bigint   NOT NULL CHECK (bought_fen BETWEEN 0 AND -LEAST(frozen_fen, 0)), -- drawn of it
    PRIMARY KEY (trade_date, seat, number)
);
CREATE INDEX order_acts_of_order ON order_acts (order_date, order_seat, order_number);
CREATE INDEX order_acts_of_row ON order_acts (sequence);

CREATE OR REPLACE VIEW movements AS
SELECT number, target_number, contract_no, account_no, amount_fen, release_fen, turnover_fen, remaining_fen, sequence,
       decided_at_ns, trade_date, seat, target_date, target_seat, kind, code, market, partner_ref
FROM requests
WHERE NOT is_freeze
  AND NOT is_line
  AND NOT books_proceeds
  AND NOT is_correction
  AND kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.is_ordering)) IS NOT TRUE
  AND block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k
                              WHERE k.opens_freeze OR k.is_line OR k.books_proceeds OR k.is_correction OR k.is_ordering))
      IS NOT TRUE;

CREATE OR REPLACE VIEW freezes AS
SELECT trade_date,
       seat,
       number,
       MAX(contract_no)                                                AS contract_no,
       MAX(amount_fen)                                                 AS amount_fen,
       SUM(drawn_fen)::bigint                                          AS drawn_fen,
       SUM(released_fen)::bigint                                       AS released_fen,
       (MAX(amount_fen) - SUM(drawn_fen) - SUM(released_fen))::bigint  AS remaining_fen,
       MAX(sequence)                                                   AS sequence,
       MAX(decided_at_ns)                                              AS decided_at_ns
FROM (
    SELECT trade_date, seat, number, contract_no, amount_fen, 0::bigint AS drawn_fen, 0::bigint AS released_fen,
           sequence, decided_at_ns
    FROM requests
    WHERE accepted AND is_freeze
    UNION ALL
    SELECT r.target_date, r.target_seat, r.target_number, NULL, NULL,
           k.bought * r.amount_fen,
           -k.frozen * r.amount_fen - k.release_frozen * r.release_fen - k.bought * r.amount_fen,
           NULL, NULL
    FROM requests r
    JOIN record_kinds k ON k.kind = r.kind
    WHERE r.accepted AND r.draws_on_freeze
      AND r.block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.opens_freeze OR k.is_line)) IS NOT TRUE
    UNION ALL
    SELECT trade_date, seat, number, contract_no, frozen_fen, 0, 0, sequence, decided_at_ns
    FROM order_acts
    WHERE (trade_date, seat, number) = (order_date, order_seat, order_number)
    UNION ALL
    SELECT order_date, order_seat, order_number, NULL, NULL, bought_fen, -frozen_fen - bought_fen, NULL, NULL
    FROM order_acts
    WHERE (trade_date, seat, number) <> (order_date, order_seat, order_number)
) r
GROUP BY trade_date, seat, number
HAVING MAX(contract_no) IS NOT NULL;

CREATE OR REPLACE VIEW moves AS
SELECT r.named_no,
       r.sequence,
       k.balance * r.amount_fen                                   AS balance_fen,
       k.frozen * r.amount_fen + k.release_frozen * r.release_fen AS frozen_fen,
       k.bought * r.amount_fen + k.release_bought * r.release_fen
           + CASE WHEN k.is_correction THEN r.amount_fen - r.turnover_fen - r.target_number ELSE 0 END
                                                                  AS bought_unsettled_fen,
       k.sold * r.amount_fen
           + CASE WHEN k.is_correction
                  THEN r.release_fen + (r.target_seat::bigint << 32 | r.target_date::bigint & 4294967295)
                       - readable_number(r.partner_ref)
                  ELSE 0 END                                      AS sold_unsettled_fen
FROM requests r
JOIN record_kinds k ON k.kind = r.kind
WHERE r.accepted AND NOT r.is_line AND r.sequence > (SELECT min(as_of_sequence) FROM account_pages)
UNION ALL
SELECT contract_no, sequence, 0, frozen_fen, bought_fen, 0
FROM order_acts
WHERE sequence > (SELECT min(as_of_sequence) FROM account_pages);

-- All of these records, refused ones too. Of bytes 24 to 31 a record says by its kind what they are, and so of 2 and 3.
CREATE VIEW order_records AS
SELECT r.trade_date, r.seat, r.number, r.kind, r.code, r.contract_no, r.remaining_fen,
       r.market >> 4 AS market, r.market & 15 AS side, r.security, r.trade_day AS said, r.quantity, r.release_fen AS number_said,
       r.target_date, r.target_seat, r.target_number, r.partner_ref, r.sequence, r.decided_at_ns
FROM requests r
WHERE r.kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.is_ordering))
  AND (r.block_kind IS NULL OR r.block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.is_ordering)));

CREATE VIEW bank_customer_orders AS
SELECT readable_date(o.trade_date) AS trade_date,
       o.seat AS seat,
       o.number AS number,
       c.party AS party,
       p.name AS party_name,
       o.contract_no AS contract_no,
       c.account_no AS account_no,
       COALESCE(w1.name, 'CODE_' || o.code) AS outcome,
       o.code AS outcome_code,
       COALESCE(w2.name, 'NUMBER_' || o.market) AS market,
       COALESCE(w3.name, 'NUMBER_' || o.side) AS side,
       COALESCE(w4.name, 'NUMBER_' || o.said) AS order_type,
       readable_text(o.security) AS security,
       round(o.number_said / 10000.0, 4) AS limit_yuan,
       o.quantity AS quantity,
       CASE WHEN o.code = 0 THEN o.remaining_fen END AS frozen_fen,
       a.entry AS entry,
       readable_text(o.partner_ref) AS partner_ref,
       readable_time(o.decided_at_ns) AS decided_at,
       o.sequence AS sequence
FROM order_records o
JOIN record_kinds k ON k.kind = o.kind AND k.name = 'ORDER'
LEFT JOIN contracts c ON c.contract_no = o.contract_no
LEFT JOIN parties p ON p.party = c.party
LEFT JOIN order_acts a ON (a.trade_date, a.seat, a.number) = (o.trade_date, o.seat, o.number)
LEFT JOIN word_names w1 ON w1.vocabulary = 'reply_code' AND w1.number = o.code
LEFT JOIN word_names w2 ON w2.vocabulary = 'market' AND w2.number = o.market
LEFT JOIN word_names w3 ON w3.vocabulary = 'order_side' AND w3.number = o.side
LEFT JOIN word_names w4 ON w4.vocabulary = 'order_type' AND w4.number = o.said;
COMMENT ON VIEW bank_customer_orders IS 'Every order 委托 that customers gave by the bank''s channels, refused ones too.';
COMMENT ON COLUMN bank_customer_orders.trade_date IS 'trade date whose numbers these are';
COMMENT ON COLUMN bank_customer_orders.seat IS 'seat of the channel that sent it';
COMMENT ON COLUMN bank_customer_orders.number IS 'number of the order within its seat and trade date';
COMMENT ON COLUMN bank_customer_orders.party IS 'number of the broker of the contract; NULL where there is no such contract';
COMMENT ON COLUMN bank_customer_orders.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_customer_orders.contract_no IS 'number of the contract, check digits included';
COMMENT ON COLUMN bank_customer_orders.account_no IS 'savings account of the contract';
COMMENT ON COLUMN bank_customer_orders.outcome IS 'ACCEPTED, or the reason of the refusal';
COMMENT ON COLUMN bank_customer_orders.outcome_code IS 'the same as its number, 0 is ACCEPTED';
COMMENT ON COLUMN bank_customer_orders.market IS 'XSHG or XSHE';
COMMENT ON COLUMN bank_customer_orders.side IS 'BUY or SELL';
COMMENT ON COLUMN bank_customer_orders.order_type IS 'LIMIT, or what else it is';
COMMENT ON COLUMN bank_customer_orders.security IS 'code of the security';
COMMENT ON COLUMN bank_customer_orders.limit_yuan IS 'limit price of a unit, yuan';
COMMENT ON COLUMN bank_customer_orders.quantity IS 'quantity';
COMMENT ON COLUMN bank_customer_orders.frozen_fen IS 'what was frozen for it, fen; NULL where it was refused';
COMMENT ON COLUMN bank_customer_orders.entry IS 'its number in its broker''s feed of orders on the date; NULL where it was refused';
COMMENT ON COLUMN bank_customer_orders.partner_ref IS 'what the channel wrote beside it; other bytes than text as \ooo';
COMMENT ON COLUMN bank_customer_orders.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_customer_orders.sequence IS 'journal row that decided';

CREATE VIEW bank_order_reports AS
SELECT readable_date(o.trade_date) AS trade_date,
       o.seat AS seat,
       o.number AS number,
       k.name AS kind,
       readable_date(o.target_date) AS order_date,
       o.target_seat AS order_seat,
       o.target_number AS order_number,
       o.contract_no AS contract_no,
       COALESCE(w1.name, 'CODE_' || o.code) AS outcome,
       o.code AS outcome_code,
       COALESCE(w2.name, 'NUMBER_' || o.market) AS market,
       COALESCE(w3.name, 'NUMBER_' || o.side) AS side,
       readable_text(o.security) AS security,
       CASE WHEN k.name IN ('EXECUTED', 'CANCELLED') THEN o.quantity END AS quantity,
       CASE WHEN k.name = 'EXECUTED' THEN round(o.number_said / 10000.0, 4) END AS turnover_yuan,
       CASE WHEN k.name = 'TAKEN' THEN o.number_said END AS broker_number,
       CASE WHEN k.name IN ('CANCELLED', 'CANCEL_REFUSED') THEN NULLIF(o.number_said, 0) END AS answers_entry,
       CASE WHEN k.name IN ('REFUSED', 'CANCELLED', 'CANCEL_REFUSED') THEN o.said END AS reason,
       a.bought_fen AS drawn_fen,
       -a.frozen_fen - a.bought_fen AS released_fen,
       NULLIF(a.entry, 0) AS entry,
       readable_text(o.partner_ref) AS partner_ref,
       readable_time(o.decided_at_ns) AS decided_at,
       o.sequence AS sequence
FROM order_records o
JOIN record_kinds k ON k.kind = o.kind AND k.name <> 'ORDER'
LEFT JOIN order_acts a ON (a.trade_date, a.seat, a.number) = (o.trade_date, o.seat, o.number)
LEFT JOIN word_names w1 ON w1.vocabulary = 'reply_code' AND w1.number = o.code
LEFT JOIN word_names w2 ON w2.vocabulary = 'market' AND w2.number = o.market
LEFT JOIN word_names w3 ON w3.vocabulary = 'order_side' AND w3.number = o.side;
COMMENT ON VIEW bank_order_reports IS 'What brokers reported of customers'' orders, and wishes to cancel one 撤单; those that were refused or listed too.';
COMMENT ON COLUMN bank_order_reports.trade_date IS 'trade date whose numbers these are';
COMMENT ON COLUMN bank_order_reports.seat IS 'seat that sent it';
COMMENT ON COLUMN bank_order_reports.number IS 'number of the request within its seat and trade date';
COMMENT ON COLUMN bank_order_reports.kind IS 'CANCEL, TAKEN, REFUSED, EXECUTED, CANCELLED or CANCEL_REFUSED';
COMMENT ON COLUMN bank_order_reports.order_date IS 'trade date of the order that this is about; NULL when its sender named no day';
COMMENT ON COLUMN bank_order_reports.order_seat IS 'seat of the order that this is about';
COMMENT ON COLUMN bank_order_reports.order_number IS 'number of the order that this is about';
COMMENT ON COLUMN bank_order_reports.contract_no IS 'number of the contract, check digits included';
COMMENT ON COLUMN bank_order_reports.outcome IS 'ACCEPTED; LISTED: a report that does not fit, which moved nothing; or the reason of the refusal';
COMMENT ON COLUMN bank_order_reports.outcome_code IS 'the same as its number, 0 is ACCEPTED';
COMMENT ON COLUMN bank_order_reports.market IS 'XSHG or XSHE';
COMMENT ON COLUMN bank_order_reports.side IS 'BUY or SELL';
COMMENT ON COLUMN bank_order_reports.security IS 'code of the security';
COMMENT ON COLUMN bank_order_reports.quantity IS 'what was executed or cancelled, in all';
COMMENT ON COLUMN bank_order_reports.turnover_yuan IS 'turnover of all that was executed, yuan';
COMMENT ON COLUMN bank_order_reports.broker_number IS 'the broker''s own number of the order';
COMMENT ON COLUMN bank_order_reports.answers_entry IS 'number of the cancel that is answered, in the broker''s feed of orders; NULL: the exchange''s own doing';
COMMENT ON COLUMN bank_order_reports.reason IS 'the broker''s reason, 1 to 255';
COMMENT ON COLUMN bank_order_reports.drawn_fen IS 'what it drew of what was frozen, fen; NULL where it was not accepted';
COMMENT ON COLUMN bank_order_reports.released_fen IS 'what it released of that, fen; NULL where it was not accepted';
COMMENT ON COLUMN bank_order_reports.entry IS 'of a cancel: its number in the broker''s feed of orders on the date';
COMMENT ON COLUMN bank_order_reports.partner_ref IS 'what its sender wrote beside it; other bytes than text as \ooo';
COMMENT ON COLUMN bank_order_reports.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_order_reports.sequence IS 'journal row that decided';
