-- What people read: the read model with names for numbers, times as timestamps and accounts beside contracts. The role
-- yzt_reader, where there is one, may select from these views and touch nothing else (ledger/database/reading.py).

-- Names of codes and states, written at each start from the words of the program that starts.
CREATE TABLE word_names (
    vocabulary text    NOT NULL,
    number     integer NOT NULL,
    name       text    NOT NULL,
    PRIMARY KEY (vocabulary, number)
);
COMMENT ON TABLE word_names IS 'Names of codes and states by their numbers.';

-- For views alone: a reader has no right to the table, and a view lends its own.
CREATE FUNCTION readable_time(at_ns bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT timestamptz 'epoch' + at_ns / 1000 * interval '1 microsecond'
$$;

-- The day that yyyymmdd names, NULL when it names none: what a partner wrote must not make a view unreadable.
CREATE FUNCTION readable_date(yyyymmdd integer) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN yyyymmdd NOT BETWEEN 10101 AND 99991231 OR yyyymmdd / 100 % 100 NOT BETWEEN 1 AND 12 OR yyyymmdd % 100 < 1 THEN NULL
    WHEN yyyymmdd % 100 <= CASE yyyymmdd / 100 % 100
        WHEN 2 THEN CASE WHEN yyyymmdd / 10000 % 4 = 0 AND (yyyymmdd / 10000 % 100 <> 0 OR yyyymmdd / 10000 % 400 = 0) THEN 29 ELSE 28 END
        WHEN 4 THEN 30
        WHEN 6 THEN 30
        WHEN 9 THEN 30
        WHEN 11 THEN 30
        ELSE 31
    END THEN make_date(yyyymmdd / 10000, yyyymmdd / 100 % 100, yyyymmdd % 100)
END
$$;

-- Bytes as a partner wrote them, without the zeros that fill them up: what is no ASCII, and zeros inside, as \ooo.
CREATE FUNCTION readable_text(written bytea) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT encode(rtrim(written, '\x00'::bytea), 'escape')
$$;

CREATE VIEW bank_as_of AS
SELECT r.sequence AS sequence,
       readable_time(r.decided_at_ns) AS decided_at
FROM read_cursor r;
COMMENT ON VIEW bank_as_of IS 'How far the views here are: everything up to one row of the journal, nothing of later ones.';
COMMENT ON COLUMN bank_as_of.sequence IS 'last journal row that the views show';
COMMENT ON COLUMN bank_as_of.decided_at IS 'when that row was decided';

CREATE VIEW bank_parties AS
SELECT p.party AS party,
       p.name AS party_name,
       COALESCE(w1.name, 'NUMBER_' || p.role) AS role,
       COALESCE(w2.name, 'NUMBER_' || p.suite) AS suite,
       p.proceeds_at_fill AS proceeds_at_fill,
       ARRAY(SELECT s.seat || ' ' || COALESCE(w3.name, 'NUMBER_' || s.role)
             FROM unnest(p.seats, p.seat_roles) WITH ORDINALITY AS s (seat, role, place)
             LEFT JOIN word_names w3 ON w3.vocabulary = 'seat_role' AND w3.number = s.role
             ORDER BY s.place) AS seats
FROM parties p
LEFT JOIN word_names w1 ON w1.vocabulary = 'role' AND w1.number = p.role
LEFT JOIN word_names w2 ON w2.vocabulary = 'suite' AND w2.number = p.suite;
COMMENT ON VIEW bank_parties IS 'The bank and the brokers.';
COMMENT ON COLUMN bank_parties.party IS 'number of the party: the bank is 1, others are brokers';
COMMENT ON COLUMN bank_parties.party_name IS 'name of that party';
COMMENT ON COLUMN bank_parties.role IS 'BANK or BROKER';
COMMENT ON COLUMN bank_parties.suite IS 'how the party signs';
COMMENT ON COLUMN bank_parties.proceeds_at_fill IS 'whether sale proceeds enter buying power at the fill';
COMMENT ON COLUMN bank_parties.seats IS 'seats of the party, each with what it is for';

CREATE VIEW bank_accounts AS
SELECT s.account_no AS account_no,
       s.bank_account_no AS bank_account_no,
       s.outlet AS outlet,
       encode(s.holder, 'hex') AS holder,
       COALESCE(w1.name, 'NUMBER_' || s.status) AS status,
       c.contract_no AS contract_no,
       COALESCE(w2.name, 'NUMBER_' || c.status) AS contract_status,
       COALESCE(l.party, 1) AS party,
       p.name AS party_name,
       a.balance_fen AS balance_fen,
       a.frozen_fen AS frozen_fen,
       a.bought_unsettled_fen AS bought_unsettled_fen,
       a.sold_unsettled_fen AS sold_unsettled_fen,
       a.restrained_fen AS restrained_fen,
       LEAST(GREATEST(m.power_fen, 0), 1152921504606846976) AS buying_power_fen,
       LEAST(GREATEST(m.power_fen - a.sold_unsettled_fen, 0), 1152921504606846976) AS withdrawable_fen
FROM savings_accounts s
JOIN accounts a USING (account_no)
LEFT JOIN contracts l ON l.contract_no = s.last_contract_no
LEFT JOIN LATERAL (SELECT l.contract_no, l.status WHERE l.status <> 5) c ON true
LEFT JOIN parties p ON p.party = COALESCE(l.party, 1)
CROSS JOIN LATERAL (
    SELECT a.balance_fen - a.frozen_fen - a.bought_unsettled_fen + a.sold_unsettled_fen - a.restrained_fen AS power_fen
) m
LEFT JOIN word_names w1 ON w1.vocabulary = 'account_status' AND w1.number = s.status
LEFT JOIN word_names w2 ON w2.vocabulary = 'contract_status' AND w2.number = c.status;
COMMENT ON VIEW bank_accounts IS 'Every savings account with its current contract and its money, in fen. Reads the whole book.';
COMMENT ON COLUMN bank_accounts.account_no IS 'number of the account, check digits included';
COMMENT ON COLUMN bank_accounts.bank_account_no IS 'the bank''s own number of the account';
COMMENT ON COLUMN bank_accounts.outlet IS 'outlet that keeps the account';
COMMENT ON COLUMN bank_accounts.holder IS 'digest of the holder under a key of the bank: equal for equal holders';
COMMENT ON COLUMN bank_accounts.status IS 'OPEN, LOSS_REPORTED or CLOSED';
COMMENT ON COLUMN bank_accounts.contract_no IS 'contract that stands on the account; NULL when none does';
COMMENT ON COLUMN bank_accounts.contract_status IS 'status of that contract, see bank_contracts';
COMMENT ON COLUMN bank_accounts.party IS 'party for whose customers the account counts in bank_totals: the bank where no broker is';
COMMENT ON COLUMN bank_accounts.party_name IS 'name of that party';
COMMENT ON COLUMN bank_accounts.balance_fen IS 'savings balance, fen';
COMMENT ON COLUMN bank_accounts.frozen_fen IS 'frozen for orders that have neither filled nor ended, fen';
COMMENT ON COLUMN bank_accounts.bought_unsettled_fen IS 'drawn by buys that are not cleared yet, fen';
COMMENT ON COLUMN bank_accounts.sold_unsettled_fen IS 'proceeds of sales that are not cleared yet, fen';
COMMENT ON COLUMN bank_accounts.restrained_fen IS 'restrained by the bank, fen';
COMMENT ON COLUMN bank_accounts.buying_power_fen IS 'what is neither frozen, spent nor restrained: what an order of the contract may freeze now, fen';
COMMENT ON COLUMN bank_accounts.withdrawable_fen IS 'what may be withdrawn now, fen: buying power without proceeds that are not cleared';

CREATE VIEW bank_contracts AS
SELECT c.contract_no AS contract_no,
       c.account_no AS account_no,
       s.bank_account_no AS bank_account_no,
       c.party AS party,
       p.name AS party_name,
       COALESCE(w.name, 'NUMBER_' || c.status) AS status,
       c.xshg_account AS xshg_account,
       c.xshe_account AS xshe_account,
       readable_date(c.ended_on) AS ended_on
FROM contracts c
LEFT JOIN savings_accounts s USING (account_no)
LEFT JOIN parties p ON p.party = c.party
LEFT JOIN word_names w ON w.vocabulary = 'contract_status' AND w.number = c.status;
COMMENT ON VIEW bank_contracts IS 'Every contract that was ever signed.';
COMMENT ON COLUMN bank_contracts.contract_no IS 'number of the contract, check digits included';
COMMENT ON COLUMN bank_contracts.account_no IS 'savings account of the contract';
COMMENT ON COLUMN bank_contracts.bank_account_no IS 'the bank''s own number of that account';
COMMENT ON COLUMN bank_contracts.party IS 'broker of the contract';
COMMENT ON COLUMN bank_contracts.party_name IS 'name of that party';
COMMENT ON COLUMN bank_contracts.status IS 'PRE_ASSIGNED, ACTIVE, SUSPENDED, RUNS_OFF, TERMINATED; LOSS_REPORTED while that is said of its account';
COMMENT ON COLUMN bank_contracts.xshg_account IS 'securities account in Shanghai; NULL when there is none';
COMMENT ON COLUMN bank_contracts.xshe_account IS 'securities account in Shenzhen; NULL when there is none';
COMMENT ON COLUMN bank_contracts.ended_on IS 'trade date on which it ended, or began to run off; NULL when neither has come';

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

-- A number as the bytes of a record have it, the least significant first.
CREATE FUNCTION readable_number(written bytea) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT BIT_OR(get_byte(written, place)::bigint << 8 * place) FROM generate_series(0, 7) place
$$;

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
       NULLIF(m.target_number, 0) AS target_number,
       COALESCE(w2.name, 'CODE_' || m.code) AS outcome,
       m.code AS outcome_code,
       CASE WHEN w1.names_account THEN COALESCE(w3.name, 'NUMBER_' || m.market) END AS way,
       CASE WHEN w1.names_account THEN readable_number(m.partner_ref) END AS serial,
       CASE WHEN w1.names_account THEN NULL ELSE readable_text(m.partner_ref) END AS partner_ref,
       readable_time(m.decided_at_ns) AS decided_at,
       m.sequence AS sequence
FROM movements m
LEFT JOIN parties p ON m.seat = ANY (p.seats)
LEFT JOIN contracts c ON c.contract_no = m.contract_no
LEFT JOIN record_kinds w1 ON w1.kind = m.kind
LEFT JOIN word_names w2 ON w2.vocabulary = 'reply_code' AND w2.number = m.code
LEFT JOIN word_names w3 ON w3.vocabulary = 'way' AND w3.number = m.market;
COMMENT ON VIEW bank_movements IS 'Every other request about money: releases, fills, deposits and withdrawals, refused ones too.';
COMMENT ON COLUMN bank_movements.trade_date IS 'trade date whose numbers these are';
COMMENT ON COLUMN bank_movements.seat IS 'seat that sent the request';
COMMENT ON COLUMN bank_movements.number IS 'number of the request within its seat and trade date';
COMMENT ON COLUMN bank_movements.party IS 'number of the party: the bank is 1, others are brokers';
COMMENT ON COLUMN bank_movements.party_name IS 'name of that party';
COMMENT ON COLUMN bank_movements.kind IS 'RELEASE, FILL_BUY, FILL_SELL, DEPOSIT or WITHDRAWAL';
COMMENT ON COLUMN bank_movements.contract_no IS 'number of the contract, check digits included; NULL where an account is named';
COMMENT ON COLUMN bank_movements.account_no IS 'savings account that is named, or that of the contract';
COMMENT ON COLUMN bank_movements.amount_fen IS 'amount drawn, released, sold for, paid in or out, fen';
COMMENT ON COLUMN bank_movements.release_fen IS 'of a buy: what it gives back of its freeze, fen';
COMMENT ON COLUMN bank_movements.turnover_fen IS 'of a fill: turnover, fen';
COMMENT ON COLUMN bank_movements.remaining_fen IS 'what remains of the freeze after this, fen';
COMMENT ON COLUMN bank_movements.target_date IS 'trade date of the freeze that this is about; NULL when the partner named no day';
COMMENT ON COLUMN bank_movements.target_seat IS 'seat of the freeze that this is about';
COMMENT ON COLUMN bank_movements.target_number IS 'number of the freeze that this is about';
COMMENT ON COLUMN bank_movements.outcome IS 'ACCEPTED, or the reason of the refusal';
COMMENT ON COLUMN bank_movements.outcome_code IS 'the same as its number, 0 is ACCEPTED';
COMMENT ON COLUMN bank_movements.way IS 'of a deposit or withdrawal: CASH, CARD or TRANSFER';
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

CREATE VIEW bank_totals AS
SELECT t.party AS party,
       p.name AS party_name,
       t.balance_fen AS balance_fen,
       t.frozen_fen AS frozen_fen,
       t.bought_unsettled_fen AS bought_unsettled_fen,
       t.sold_unsettled_fen AS sold_unsettled_fen
FROM party_totals t
LEFT JOIN parties p USING (party);
COMMENT ON VIEW bank_totals IS 'The money of the customers of each party, in fen, as of the row that bank_as_of tells.';
COMMENT ON COLUMN bank_totals.party IS 'number of the party: the bank is 1, others are brokers';
COMMENT ON COLUMN bank_totals.party_name IS 'name of that party';
COMMENT ON COLUMN bank_totals.balance_fen IS 'savings balances, fen';
COMMENT ON COLUMN bank_totals.frozen_fen IS 'frozen, fen';
COMMENT ON COLUMN bank_totals.bought_unsettled_fen IS 'bought and not cleared, fen';
COMMENT ON COLUMN bank_totals.sold_unsettled_fen IS 'sold and not cleared, fen';

CREATE VIEW bank_general_ledger AS
SELECT g.account_code AS account_code,
       COALESCE(w1.name, 'NUMBER_' || g.account_code) AS account,
       NULLIF(g.party, 0) AS party,
       readable_date(NULLIF(g.trade_date, 0)) AS trade_date,
       NULLIF(g.item, 0) AS item,
       GREATEST(g.balance_fen, 0) AS debit_fen,
       GREATEST(-g.balance_fen, 0) AS credit_fen
FROM general_ledger g
LEFT JOIN word_names w1 ON w1.vocabulary = 'account_code' AND w1.number = g.account_code;
COMMENT ON VIEW bank_general_ledger IS 'The general ledger: debits and credits of all its accounts are equal together.';
COMMENT ON COLUMN bank_general_ledger.account_code IS 'number of the account of the general ledger';
COMMENT ON COLUMN bank_general_ledger.account IS 'its name';
COMMENT ON COLUMN bank_general_ledger.party IS 'broker by which it is split, NULL where it is not';
COMMENT ON COLUMN bank_general_ledger.trade_date IS 'trade date by which it is split, NULL where it is not';
COMMENT ON COLUMN bank_general_ledger.item IS 'outlet or case by which it is split, NULL where it is not';
COMMENT ON COLUMN bank_general_ledger.debit_fen IS 'balance where debits are more, fen';
COMMENT ON COLUMN bank_general_ledger.credit_fen IS 'balance where credits are more, fen';

CREATE VIEW bank_outlets AS
SELECT COALESCE(r.number, b.outlet) AS outlet,
       r.name AS outlet_name,
       COALESCE(w1.name, 'NUMBER_' || r.level) AS level,
       s.number AS sub_branch,
       s.name AS sub_branch_name,
       t.number AS branch,
       t.name AS branch_name,
       COALESCE(b.accounts_count, 0) AS accounts_count,
       COALESCE(b.accounts_fen, 0) AS accounts_fen,
       COALESCE(b.ledger_fen, 0) AS ledger_fen,
       COALESCE(b.accounts_fen - b.ledger_fen, 0) AS difference_fen
FROM outlets r
FULL JOIN outlet_balances b ON b.outlet = r.number
LEFT JOIN outlets s ON s.number = CASE r.level WHEN 3 THEN r.parent WHEN 2 THEN r.number END
LEFT JOIN outlets t ON t.number = CASE r.level WHEN 1 THEN r.number ELSE s.parent END
LEFT JOIN word_names w1 ON w1.vocabulary = 'outlet_level' AND w1.number = r.level;
COMMENT ON VIEW bank_outlets IS 'Every outlet that is registered or keeps accounts, with these against the general ledger 总分平衡. Reads the whole book.';
COMMENT ON COLUMN bank_outlets.outlet IS 'number of the outlet';
COMMENT ON COLUMN bank_outlets.outlet_name IS 'its name; NULL, as are the next five columns, when accounts name it and it is not registered';
COMMENT ON COLUMN bank_outlets.level IS 'BRANCH, SUB_BRANCH or OUTLET';
COMMENT ON COLUMN bank_outlets.sub_branch IS 'sub-branch that manages it, of a sub-branch itself; NULL for a branch';
COMMENT ON COLUMN bank_outlets.sub_branch_name IS 'name of that sub-branch';
COMMENT ON COLUMN bank_outlets.branch IS 'branch above that, of a branch itself';
COMMENT ON COLUMN bank_outlets.branch_name IS 'name of that branch';
COMMENT ON COLUMN bank_outlets.accounts_count IS 'how many accounts it keeps';
COMMENT ON COLUMN bank_outlets.accounts_fen IS 'their balances together, fen';
COMMENT ON COLUMN bank_outlets.ledger_fen IS 'what the general ledger has for the outlet, fen';
COMMENT ON COLUMN bank_outlets.difference_fen IS '0, or something is wrong, fen';
