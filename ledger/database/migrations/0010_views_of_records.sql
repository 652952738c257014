-- What people read of single records: each is in one of these, and accepted freezes in bank_freezes too.

CREATE VIEW bank_orders AS
SELECT readable_date(o.trade_date) AS trade_date,
       o.seat AS seat,
       o.number AS number,
       p.party AS party,
       p.name AS party_name,
       o.contract_no AS contract_no,
       c.account_no AS account_no,
       o.amount_fen AS amount_fen,
       COALESCE(w1.name, 'CODE_' || o.code) AS outcome,
       o.code AS outcome_code,
       COALESCE(w2.name, 'NUMBER_' || o.market) AS market,
       readable_text(o.security) AS security,
       round(o.price / 10000.0, 4) AS price_yuan,
       o.quantity AS quantity,
       readable_text(o.partner_ref) AS partner_ref,
       readable_time(o.decided_at_ns) AS decided_at,
       o.sequence AS sequence
FROM orders o
LEFT JOIN parties p ON o.seat = ANY (p.seats)
LEFT JOIN contracts c ON c.contract_no = o.contract_no
LEFT JOIN word_names w1 ON w1.vocabulary = 'reply_code' AND w1.number = o.code
LEFT JOIN word_names w2 ON w2.vocabulary = 'market' AND w2.number = o.market;
COMMENT ON VIEW bank_orders IS 'Every freeze that was asked for, refused ones too.';
COMMENT ON COLUMN bank_orders.trade_date IS 'trade date whose numbers these are';
COMMENT ON COLUMN bank_orders.seat IS 'seat that sent the request';
COMMENT ON COLUMN bank_orders.number IS 'number of the request within its seat and trade date';
COMMENT ON COLUMN bank_orders.party IS 'number of the party: the bank is 1, others are brokers';
COMMENT ON COLUMN bank_orders.party_name IS 'name of that party';
COMMENT ON COLUMN bank_orders.contract_no IS 'number of the contract, check digits included';
COMMENT ON COLUMN bank_orders.account_no IS 'savings account of the contract';
COMMENT ON COLUMN bank_orders.amount_fen IS 'amount to be frozen, fen';
COMMENT ON COLUMN bank_orders.outcome IS 'ACCEPTED, or the reason of the refusal';
COMMENT ON COLUMN bank_orders.outcome_code IS 'the same as its number, 0 is ACCEPTED';
COMMENT ON COLUMN bank_orders.market IS 'market of the order, as the broker told it';
COMMENT ON COLUMN bank_orders.security IS 'security of the order, as the broker told it';
COMMENT ON COLUMN bank_orders.price_yuan IS 'price of the order, yuan, as the broker told it';
COMMENT ON COLUMN bank_orders.quantity IS 'quantity of the order, as the broker told it';
COMMENT ON COLUMN bank_orders.partner_ref IS 'what the partner wrote beside the request; other bytes than text as \ooo';
COMMENT ON COLUMN bank_orders.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_orders.sequence IS 'journal row that decided';

CREATE VIEW bank_movements AS
SELECT readable_date(m.trade_date) AS trade_date,
       m.seat AS seat,
       m.number AS number,
       p.party AS party,
       p.name AS party_name,
       COALESCE(w1.name, 'NUMBER_' || m.kind) AS kind,
       m.contract_no AS contract_no,
       COALESCE(m.account_no, c.account_no) AS account_no,
       m.amount_fen AS amount_fen,
       m.release_fen AS release_fen,
       m.turnover_fen AS turnover_fen,
       m.remaining_fen AS remaining_fen,
       readable_date(m.target_date) AS target_date,
       NULLIF(m.target_seat, 0) AS target_seat,
       CASE WHEN w1.names_account THEN NULL ELSE NULLIF(m.target_number, 0) END AS target_number,
       CASE WHEN w1.names_account THEN NULLIF(m.target_number, 0) END AS restraint_no,
       COALESCE(w2.name, 'CODE_' || m.code) AS outcome,
       m.code AS outcome_code,
       CASE WHEN w1.has_way THEN COALESCE(w3.name, 'NUMBER_' || m.market) END AS way,
       CASE WHEN w1.has_way THEN readable_number(m.partner_ref) END AS serial,
       CASE WHEN w1.has_way THEN NULL ELSE readable_text(m.partner_ref) END AS partner_ref,
       readable_time(m.decided_at_ns) AS decided_at,
       m.sequence AS sequence
FROM movements m
LEFT JOIN parties p ON m.seat = ANY (p.seats)
LEFT JOIN contracts c ON c.contract_no = m.contract_no
LEFT JOIN record_kinds w1 ON w1.kind = m.kind
LEFT JOIN word_names w2 ON w2.vocabulary = 'reply_code' AND w2.number = m.code
LEFT JOIN word_names w3 ON w3.vocabulary = 'way' AND w3.number = m.market;
COMMENT ON VIEW bank_movements IS 'Every other request about money: releases, fills, deposits, withdrawals and interest, refused ones too.';
COMMENT ON COLUMN bank_movements.trade_date IS 'trade date whose numbers these are';
COMMENT ON COLUMN bank_movements.seat IS 'seat that sent the request';
COMMENT ON COLUMN bank_movements.number IS 'number of the request within its seat and trade date';
COMMENT ON COLUMN bank_movements.party IS 'number of the party: the bank is 1, others are brokers';
COMMENT ON COLUMN bank_movements.party_name IS 'name of that party';
COMMENT ON COLUMN bank_movements.kind IS 'RELEASE, FILL_BUY, FILL_SELL, DEPOSIT, WITHDRAWAL or INTEREST';
COMMENT ON COLUMN bank_movements.contract_no IS 'number of the contract, check digits included; NULL where an account is named';
COMMENT ON COLUMN bank_movements.account_no IS 'savings account that is named, or that of the contract';
COMMENT ON COLUMN bank_movements.amount_fen IS 'amount drawn, released, sold for, paid in or out, fen';
COMMENT ON COLUMN bank_movements.release_fen IS 'of a buy: what it gives back of its freeze, fen';
COMMENT ON COLUMN bank_movements.turnover_fen IS 'of a fill: turnover, fen';
COMMENT ON COLUMN bank_movements.remaining_fen IS 'what remains of the freeze after this, fen; of a forced card debit what was posted to the account';
COMMENT ON COLUMN bank_movements.target_date IS 'trade date of the freeze that this is about; NULL when the partner named no day';
COMMENT ON COLUMN bank_movements.target_seat IS 'seat of the freeze that this is about';
COMMENT ON COLUMN bank_movements.target_number IS 'number of the freeze that this is about';
COMMENT ON COLUMN bank_movements.restraint_no IS 'of a judicial deduction: the restraint by which was deducted';
COMMENT ON COLUMN bank_movements.outcome IS 'ACCEPTED, or the reason of the refusal';
COMMENT ON COLUMN bank_movements.outcome_code IS 'the same as its number, 0 is ACCEPTED';
COMMENT ON COLUMN bank_movements.way IS 'of a deposit or withdrawal: CASH, CARD or TRANSFER; of a withdrawal also JUDICIAL, FORCED_CARD or CARD_COLLECTED';
COMMENT ON COLUMN bank_movements.serial IS 'of a deposit or withdrawal: the savings desk''s own number, 0 for none';
COMMENT ON COLUMN bank_movements.partner_ref IS 'what the partner wrote beside the request; other bytes than text as \ooo';
COMMENT ON COLUMN bank_movements.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_movements.sequence IS 'journal row that decided';

CREATE VIEW bank_freezes AS
SELECT readable_date(f.trade_date) AS trade_date,
       f.seat AS seat,
       f.number AS number,
       p.party AS party,
       p.name AS party_name,
       f.contract_no AS contract_no,
       c.account_no AS account_no,
       f.amount_fen AS amount_fen,
       f.drawn_fen AS drawn_fen,
       f.released_fen AS released_fen,
       f.remaining_fen AS remaining_fen,
       CASE WHEN f.remaining_fen > 0 THEN 'OPEN' ELSE 'ENDED' END AS state,
       readable_time(f.decided_at_ns) AS decided_at,
       f.sequence AS sequence
FROM freezes f
LEFT JOIN parties p ON f.seat = ANY (p.seats)
LEFT JOIN contracts c ON c.contract_no = f.contract_no;
COMMENT ON VIEW bank_freezes IS 'What became of every accepted freeze: amount = drawn + released + remaining.';
COMMENT ON COLUMN bank_freezes.trade_date IS 'trade date whose numbers these are';
COMMENT ON COLUMN bank_freezes.seat IS 'seat that sent the request';
COMMENT ON COLUMN bank_freezes.number IS 'number of the request within its seat and trade date';
COMMENT ON COLUMN bank_freezes.party IS 'number of the party: the bank is 1, others are brokers';
COMMENT ON COLUMN bank_freezes.party_name IS 'name of that party';
COMMENT ON COLUMN bank_freezes.contract_no IS 'number of the contract, check digits included';
COMMENT ON COLUMN bank_freezes.account_no IS 'savings account of the contract';
COMMENT ON COLUMN bank_freezes.amount_fen IS 'amount frozen, fen';
COMMENT ON COLUMN bank_freezes.drawn_fen IS 'drawn by buys, fen';
COMMENT ON COLUMN bank_freezes.released_fen IS 'released, fen';
COMMENT ON COLUMN bank_freezes.remaining_fen IS 'still frozen, fen';
COMMENT ON COLUMN bank_freezes.state IS 'OPEN while something is still frozen, else ENDED';
COMMENT ON COLUMN bank_freezes.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_freezes.sequence IS 'journal row that decided';

-- The bytes of such a number.
CREATE FUNCTION bytes_of_number(number bigint) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT string_agg(set_byte('\x00'::bytea, 0, (number >> 8 * place & 255)::integer), ''::bytea ORDER BY place)
FROM generate_series(0, 7) place
$$;

CREATE VIEW bank_clearing_lines AS
SELECT readable_date(c.set_trade_date) AS set_trade_date,
       c.set_party AS set_party,
       c.set_number AS set_number,
       date '1970-01-01' + c.trade_day AS trade_date,
       readable_date(c.trade_date) AS sent_on,
       c.seat AS seat,
       c.number AS number,
       p.party AS party,
       p.name AS party_name,
       COALESCE(w1.name, 'NUMBER_' || c.kind) AS kind,
       CASE WHEN c.listed THEN 'LISTED' ELSE COALESCE(w2.name, 'CODE_' || c.code) END AS outcome,
       c.code AS outcome_code,
       c.contract_no AS contract_no,
       k.account_no AS account_no,
       CASE WHEN w1.tells = 'fate' THEN COALESCE(w3.name, 'NUMBER_' || c.told) END AS fate,
       CASE WHEN w1.tells = 'cleared_event' THEN COALESCE(w3.name, 'NUMBER_' || c.told) END AS event,
       CASE WHEN w1.tells IS NULL THEN COALESCE(w4.name, 'NUMBER_' || c.told) END AS market,
       CASE WHEN w1.names_order THEN readable_date(c.order_date) END AS order_date,
       CASE WHEN w1.names_order THEN c.order_seat END AS order_seat,
       CASE WHEN w1.names_order THEN readable_number(c.last_bytes) END AS order_number,
       CASE WHEN w1.has_reference THEN readable_text(bytes_of_number(c.security_word)) END AS security,
       CASE WHEN w1.has_reference THEN readable_number(c.last_bytes) END AS reference,
       c.quantity AS quantity,
       CASE WHEN w1.name = 'CLEAR_ORDER' THEN c.amount_fen END AS frozen_fen,
       CASE WHEN w1.name = 'CLEAR_ORDER' THEN c.second_fen END AS released_fen,
       CASE WHEN w1.name IN ('CLEAR_BUY', 'CLEAR_SELL') THEN c.amount_fen END AS turnover_fen,
       CASE WHEN w1.name IN ('CLEAR_BUY', 'CLEAR_SELL') THEN c.second_fen END AS commission_fen,
       CASE WHEN w1.name IN ('CLEAR_BUY', 'CLEAR_SELL') THEN c.stamp_fen END AS stamp_fen,
       CASE WHEN w1.name IN ('CLEAR_BUY', 'CLEAR_SELL') THEN c.transfer_fen END AS transfer_fen,
       CASE WHEN w1.name IN ('CLEAR_BUY', 'CLEAR_SELL') THEN c.handling_fen END AS handling_fen,
       CASE WHEN w1.name IN ('CLEAR_BUY', 'CLEAR_SELL') THEN c.regulatory_fen END AS regulatory_fen,
       CASE WHEN w1.name = 'CLEAR_DIVIDEND' THEN c.amount_fen END AS gross_fen,
       CASE WHEN w1.name = 'CLEAR_DIVIDEND' THEN c.second_fen END AS tax_fen,
       CASE WHEN w1.name = 'CLEAR_REFUND' THEN c.amount_fen END AS refund_fen,
       readable_time(c.decided_at_ns) AS decided_at,
       c.sequence AS sequence
FROM clearing_lines c
LEFT JOIN parties p ON c.seat = ANY (p.seats)
LEFT JOIN contracts k ON k.contract_no = c.contract_no
LEFT JOIN record_kinds w1 ON w1.kind = c.kind
LEFT JOIN word_names w2 ON w2.vocabulary = 'reply_code' AND w2.number = c.code
LEFT JOIN word_names w3 ON w3.vocabulary = w1.tells AND w3.number = c.told
LEFT JOIN word_names w4 ON w4.vocabulary = 'market' AND w4.number = c.told;
COMMENT ON VIEW bank_clearing_lines IS 'Every line of a clearing set that a broker sent, refused ones too. A line moves no money.';
COMMENT ON COLUMN bank_clearing_lines.set_trade_date IS 'trade date of the set; NULL, as are party and number of the set, when no open set took the line';
COMMENT ON COLUMN bank_clearing_lines.set_party IS 'broker of the set';
COMMENT ON COLUMN bank_clearing_lines.set_number IS 'number of the set, see bank_clearing_sets';
COMMENT ON COLUMN bank_clearing_lines.trade_date IS 'trade date that the line tells of';
COMMENT ON COLUMN bank_clearing_lines.sent_on IS 'trade date whose numbers these are';
COMMENT ON COLUMN bank_clearing_lines.seat IS 'seat that sent the line';
COMMENT ON COLUMN bank_clearing_lines.number IS 'number of the line within its seat and the trade date on which it was sent';
COMMENT ON COLUMN bank_clearing_lines.party IS 'number of the party: the bank is 1, others are brokers';
COMMENT ON COLUMN bank_clearing_lines.party_name IS 'name of that party';
COMMENT ON COLUMN bank_clearing_lines.kind IS 'CLEAR_ORDER, CLEAR_BUY, CLEAR_SELL, CLEAR_DIVIDEND, CLEAR_REFUND or CLEAR_CONTRACT';
COMMENT ON COLUMN bank_clearing_lines.outcome IS 'ACCEPTED, LISTED (accepted, and its order is not there), or the reason of the refusal';
COMMENT ON COLUMN bank_clearing_lines.outcome_code IS 'the same as its number, 0 is ACCEPTED and LISTED';
COMMENT ON COLUMN bank_clearing_lines.contract_no IS 'number of the contract, check digits included';
COMMENT ON COLUMN bank_clearing_lines.account_no IS 'savings account of the contract';
COMMENT ON COLUMN bank_clearing_lines.fate IS 'of an order: FILLED, PARTLY, CANCELLED, REFUSED or HELD';
COMMENT ON COLUMN bank_clearing_lines.event IS 'of a contract: OPENED or CLOSED';
COMMENT ON COLUMN bank_clearing_lines.market IS 'of the others: market, as the broker told it';
COMMENT ON COLUMN bank_clearing_lines.order_date IS 'trade date of the order that is named; NULL when that is no day, or the line names none';
COMMENT ON COLUMN bank_clearing_lines.order_seat IS 'seat of that order';
COMMENT ON COLUMN bank_clearing_lines.order_number IS 'number of that order';
COMMENT ON COLUMN bank_clearing_lines.security IS 'of sales, dividends and refunds: security, as the broker told it';
COMMENT ON COLUMN bank_clearing_lines.reference IS 'of these: the broker''s own number, which rises within a set';
COMMENT ON COLUMN bank_clearing_lines.quantity IS 'cancelled quantity of an order, else quantity, as the broker told it';
COMMENT ON COLUMN bank_clearing_lines.frozen_fen IS 'of an order: what was frozen for it, fen';
COMMENT ON COLUMN bank_clearing_lines.released_fen IS 'of an order: what was released, fen';
COMMENT ON COLUMN bank_clearing_lines.turnover_fen IS 'of a buy or sale: turnover, fen';
COMMENT ON COLUMN bank_clearing_lines.commission_fen IS 'of a buy or sale: commission, fen';
COMMENT ON COLUMN bank_clearing_lines.stamp_fen IS 'of a buy or sale: stamp duty, fen';
COMMENT ON COLUMN bank_clearing_lines.transfer_fen IS 'of a buy or sale: transfer fee, fen';
COMMENT ON COLUMN bank_clearing_lines.handling_fen IS 'of a buy or sale: handling fee, fen';
COMMENT ON COLUMN bank_clearing_lines.regulatory_fen IS 'of a buy or sale: regulatory fee, fen';
COMMENT ON COLUMN bank_clearing_lines.gross_fen IS 'of a dividend: gross amount, fen';
COMMENT ON COLUMN bank_clearing_lines.tax_fen IS 'of a dividend: tax, fen';
COMMENT ON COLUMN bank_clearing_lines.refund_fen IS 'of a refund: what comes back, fen';
COMMENT ON COLUMN bank_clearing_lines.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_clearing_lines.sequence IS 'journal row that decided';

CREATE VIEW bank_corrections AS
SELECT date '1970-01-01' + c.trade_day AS trade_date,
       c.contract_no AS contract_no,
       k.account_no AS account_no,
       k.party AS party,
       p.name AS party_name,
       COALESCE(w2.name, 'NUMBER_' || c.kind) AS kind,
       c.had_bought_fen AS had_bought_fen,
       c.cleared_buys_fen AS cleared_buys_fen,
       c.made_good_buys_fen AS made_good_buys_fen,
       c.had_sold_fen AS had_sold_fen,
       c.cleared_proceeds_fen AS cleared_proceeds_fen,
       c.made_good_proceeds_fen AS made_good_proceeds_fen,
       CASE WHEN c.case_no > 0 THEN c.case_no END AS case_no,
       CASE WHEN c.act_number <> 0 THEN c.act_number END AS act_number,
       COALESCE(w1.name, 'CODE_' || c.code) AS outcome,
       c.code AS outcome_code,
       readable_date(c.trade_date) AS sent_on,
       c.seat AS seat,
       c.number AS number,
       readable_time(c.decided_at_ns) AS decided_at,
       c.sequence AS sequence
FROM corrections c
LEFT JOIN contracts k ON k.contract_no = c.contract_no
LEFT JOIN parties p ON p.party = k.party
LEFT JOIN word_names w1 ON w1.vocabulary = 'reply_code' AND w1.number = c.code
LEFT JOIN record_kinds w2 ON w2.kind = c.kind;
COMMENT ON VIEW bank_corrections IS 'Every correction 调账 of a contract by a complete clearing set, and every taking back 冲回 of one, with both values of both sums; refused ones too.';
COMMENT ON COLUMN bank_corrections.trade_date IS 'trade date that was corrected';
COMMENT ON COLUMN bank_corrections.contract_no IS 'number of the contract, check digits included';
COMMENT ON COLUMN bank_corrections.account_no IS 'savings account of the contract';
COMMENT ON COLUMN bank_corrections.party IS 'number of the broker that the contract was signed with';
COMMENT ON COLUMN bank_corrections.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_corrections.kind IS 'CORRECT, or REVERT: what was booked by a withdrawn set is taken back';
COMMENT ON COLUMN bank_corrections.had_bought_fen IS 'what the bank had as bought on the date, once its orders were closed, fen';
COMMENT ON COLUMN bank_corrections.cleared_buys_fen IS 'what the clearing set has, of a REVERT what there was without it, fen';
COMMENT ON COLUMN bank_corrections.made_good_buys_fen IS 'of that, what the broker bears, of a REVERT what cannot come back; bought is the rest, fen';
COMMENT ON COLUMN bank_corrections.had_sold_fen IS 'what the bank had as sold on the date, fen';
COMMENT ON COLUMN bank_corrections.cleared_proceeds_fen IS 'what the clearing set has, of a REVERT what there was without it, fen';
COMMENT ON COLUMN bank_corrections.made_good_proceeds_fen IS 'beyond that, what the customer had spent and the broker bears, of a REVERT what stays; sold is both together, fen';
COMMENT ON COLUMN bank_corrections.case_no IS 'number of the broker''s case that what is made good opened, or that a REVERT took back, see account 1910 in bank_general_ledger; NULL without one';
COMMENT ON COLUMN bank_corrections.act_number IS 'act of two people that permits it, or by which they withdrew the set; NULL where the tolerance permits it';
COMMENT ON COLUMN bank_corrections.outcome IS 'ACCEPTED, or the reason of the refusal';
COMMENT ON COLUMN bank_corrections.outcome_code IS 'the same as its number, 0 is ACCEPTED';
COMMENT ON COLUMN bank_corrections.sent_on IS 'trade date whose numbers these are';
COMMENT ON COLUMN bank_corrections.seat IS 'seat that sent the correction: a day desk''s';
COMMENT ON COLUMN bank_corrections.number IS 'number of the correction within its seat and the trade date on which it was sent';
COMMENT ON COLUMN bank_corrections.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_corrections.sequence IS 'journal row that decided';

CREATE VIEW bank_proceeds AS
SELECT date '1970-01-01' + c.trade_day AS trade_date,
       c.contract_no AS contract_no,
       k.account_no AS account_no,
       k.party AS party,
       p.name AS party_name,
       c.proceeds_fen AS proceeds_fen,
       c.excess_fen AS excess_fen,
       COALESCE(w1.name, 'CODE_' || c.code) AS outcome,
       c.code AS outcome_code,
       readable_date(c.trade_date) AS sent_on,
       c.seat AS seat,
       c.number AS number,
       readable_time(c.decided_at_ns) AS decided_at,
       c.sequence AS sequence
FROM proceeds c
LEFT JOIN contracts k ON k.contract_no = c.contract_no
LEFT JOIN parties p ON p.party = k.party
LEFT JOIN word_names w1 ON w1.vocabulary = 'reply_code' AND w1.number = c.code;
COMMENT ON VIEW bank_proceeds IS 'Every booking of what was sold for a contract by a reconciled clearing set, where proceeds do not count at the fill; refused ones too.';
COMMENT ON COLUMN bank_proceeds.trade_date IS 'trade date on which was sold';
COMMENT ON COLUMN bank_proceeds.contract_no IS 'number of the contract, check digits included';
COMMENT ON COLUMN bank_proceeds.account_no IS 'savings account of the contract';
COMMENT ON COLUMN bank_proceeds.party IS 'number of the broker that the contract was signed with';
COMMENT ON COLUMN bank_proceeds.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_proceeds.proceeds_fen IS 'net proceeds that were added to what was sold, fen';
COMMENT ON COLUMN bank_proceeds.excess_fen IS 'what fees of sales took beyond their turnover, as far as it was added to what was bought, fen';
COMMENT ON COLUMN bank_proceeds.outcome IS 'ACCEPTED, or the reason of the refusal';
COMMENT ON COLUMN bank_proceeds.outcome_code IS 'the same as its number, 0 is ACCEPTED';
COMMENT ON COLUMN bank_proceeds.sent_on IS 'trade date whose numbers these are';
COMMENT ON COLUMN bank_proceeds.seat IS 'seat that sent the booking: a day desk''s';
COMMENT ON COLUMN bank_proceeds.number IS 'number of the booking within its seat and the trade date on which it was sent';
COMMENT ON COLUMN bank_proceeds.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_proceeds.sequence IS 'journal row that decided';
