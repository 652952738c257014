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
       readable_time(r.decided_at_ns) AS decided_at,
       (SELECT encode(substring(j.digest FROM 1 FOR 8), 'hex') FROM journal j WHERE j.sequence = 1) AS bank
FROM read_cursor r;
COMMENT ON VIEW bank_as_of IS 'How far the views here are: everything up to one row of the journal, nothing of later ones.';
COMMENT ON COLUMN bank_as_of.sequence IS 'last journal row that the views show';
COMMENT ON COLUMN bank_as_of.decided_at IS 'when that row was decided';
COMMENT ON COLUMN bank_as_of.bank IS 'the 16 digits by which acts of people name this bank: of the first row of its journal';

CREATE VIEW bank_parties AS
SELECT p.party AS party,
       p.name AS party_name,
       COALESCE(w1.name, 'NUMBER_' || p.role) AS role,
       COALESCE(w2.name, 'NUMBER_' || p.suite) AS suite,
       p.proceeds_at_fill AS proceeds_at_fill,
       p.stopped AS stopped,
       p.terminated AS terminated,
       COALESCE(w4.name, 'NUMBER_' || p.mode) AS mode,
       COALESCE(w5.name, 'NUMBER_' || p.next_mode) AS next_mode,
       ARRAY(SELECT s.seat || ' ' || COALESCE(w3.name, 'NUMBER_' || s.role)
             FROM unnest(p.seats, p.seat_roles) WITH ORDINALITY AS s (seat, role, place)
             LEFT JOIN word_names w3 ON w3.vocabulary = 'seat_role' AND w3.number = s.role
             ORDER BY s.place) AS seats
FROM parties p
LEFT JOIN word_names w1 ON w1.vocabulary = 'role' AND w1.number = p.role
LEFT JOIN word_names w2 ON w2.vocabulary = 'suite' AND w2.number = p.suite
LEFT JOIN word_names w4 ON w4.vocabulary = 'mode' AND w4.number = p.mode
LEFT JOIN word_names w5 ON w5.vocabulary = 'mode' AND w5.number = p.next_mode;
COMMENT ON VIEW bank_parties IS 'The bank and the brokers.';
COMMENT ON COLUMN bank_parties.party IS 'number of the party: the bank is 1, others are brokers';
COMMENT ON COLUMN bank_parties.party_name IS 'name of that party';
COMMENT ON COLUMN bank_parties.role IS 'BANK or BROKER';
COMMENT ON COLUMN bank_parties.suite IS 'how the party signs';
COMMENT ON COLUMN bank_parties.proceeds_at_fill IS 'whether sale proceeds enter buying power at the fill';
COMMENT ON COLUMN bank_parties.stopped IS 'whether two people have stopped it: it takes no new orders';
COMMENT ON COLUMN bank_parties.terminated IS 'whether they have stopped it for good 终止协议, for what was unpaid too long: no contract of it begins either';
COMMENT ON COLUMN bank_parties.mode IS 'FREEZE: what its customers order with stays on their accounts; TRANSFER 划转: it is moved as far as it could be withdrawn';
COMMENT ON COLUMN bank_parties.next_mode IS 'the mode that comes with the first roll at which nothing of it is moved; without a change the same';
COMMENT ON COLUMN bank_parties.seats IS 'seats of the party, each with what it is for';

CREATE VIEW bank_persons AS
SELECT p.person AS person,
       p.staff_no AS staff_no,
       p.name AS person_name,
       p.outlet AS outlet,
       ARRAY(SELECT w.name FROM word_names w
             WHERE w.vocabulary = 'right' AND w.number & p.rights <> 0 ORDER BY w.name) AS rights,
       p.active AS active,
       p.last_serial AS last_serial,
       (SELECT count(*) FROM person_keys k WHERE k.person = p.person AND NOT k.ended) AS keys_count
FROM persons p;
COMMENT ON VIEW bank_persons IS 'People of the bank who may sign acts.';
COMMENT ON COLUMN bank_persons.person IS 'number of the person';
COMMENT ON COLUMN bank_persons.staff_no IS 'number of this member of the bank''s staff';
COMMENT ON COLUMN bank_persons.person_name IS 'name';
COMMENT ON COLUMN bank_persons.outlet IS 'outlet for which the person may act, and all that stands under it; 0: the whole bank';
COMMENT ON COLUMN bank_persons.rights IS 'what the person may sign for';
COMMENT ON COLUMN bank_persons.active IS 'whether the person may sign at all';
COMMENT ON COLUMN bank_persons.last_serial IS 'serial of this author''s last act that was decided: the next one must be higher';
COMMENT ON COLUMN bank_persons.keys_count IS 'keys that are not ended';

CREATE VIEW bank_person_keys AS
SELECT k.person AS person,
       p.name AS person_name,
       k.key_id AS key_id,
       COALESCE(w.name, 'NUMBER_' || k.suite) AS suite,
       encode(k.public_key, 'hex') AS public_key,
       to_timestamp(k.from_s) AS from_time,
       CASE WHEN k.until_s > 0 THEN to_timestamp(k.until_s) END AS until_time,
       k.ended AS ended
FROM person_keys k
JOIN persons p USING (person)
LEFT JOIN word_names w ON w.vocabulary = 'suite' AND w.number = k.suite;
COMMENT ON VIEW bank_person_keys IS 'Keys of people, ended ones too.';
COMMENT ON COLUMN bank_person_keys.person IS 'number of the person';
COMMENT ON COLUMN bank_person_keys.person_name IS 'name';
COMMENT ON COLUMN bank_person_keys.key_id IS 'number of the key';
COMMENT ON COLUMN bank_person_keys.suite IS 'how the person signs with it';
COMMENT ON COLUMN bank_person_keys.public_key IS 'public half, hexadecimal';
COMMENT ON COLUMN bank_person_keys.from_time IS 'from when it is good';
COMMENT ON COLUMN bank_person_keys.until_time IS 'before when it is good; NULL: without end';
COMMENT ON COLUMN bank_person_keys.ended IS 'whether it was ended, or gave way to another';

CREATE VIEW bank_acts AS
SELECT a.number AS number,
       a.act AS act,
       a.author AS author,
       p.name AS author_name,
       a.second AS second_person,
       q.name AS second_name,
       a.serial AS serial,
       a.reason AS reason,
       convert_from(a.text, 'UTF8') AS text,
       encode(a.digest, 'hex') AS digest,
       a.seat AS seat,
       a.sequence AS sequence,
       readable_time(a.decided_at_ns) AS decided_at
FROM acts a
LEFT JOIN persons p ON p.person = a.author
LEFT JOIN persons q ON q.person = a.second
WHERE a.number > 0;
COMMENT ON VIEW bank_acts IS 'Acts of people that took effect: who, what, when, by which row.';
COMMENT ON COLUMN bank_acts.number IS 'number of the act, from 1';
COMMENT ON COLUMN bank_acts.act IS 'which act';
COMMENT ON COLUMN bank_acts.author IS 'who wrote and signed it first';
COMMENT ON COLUMN bank_acts.author_name IS 'name of that person';
COMMENT ON COLUMN bank_acts.second_person IS 'who signed it after; NULL where one person may do it';
COMMENT ON COLUMN bank_acts.second_name IS 'name of that person';
COMMENT ON COLUMN bank_acts.serial IS 'its author''s own number of it';
COMMENT ON COLUMN bank_acts.reason IS 'why, as its author wrote it';
COMMENT ON COLUMN bank_acts.text IS 'the text that was signed';
COMMENT ON COLUMN bank_acts.digest IS 'SHA-256 of the text, hexadecimal';
COMMENT ON COLUMN bank_acts.seat IS 'seat that carried it';
COMMENT ON COLUMN bank_acts.sequence IS 'journal row that decided it';
COMMENT ON COLUMN bank_acts.decided_at IS 'when that was';

CREATE VIEW bank_act_refusals AS
SELECT a.sequence AS sequence,
       readable_time(a.decided_at_ns) AS decided_at,
       COALESCE(w.name, 'CODE_' || a.code) AS code,
       a.seat AS seat,
       a.act AS claimed_act,
       a.author AS claimed_author,
       a.second AS claimed_second,
       a.serial AS claimed_serial,
       encode(a.digest, 'hex') AS digest
FROM acts a
LEFT JOIN word_names w ON w.vocabulary = 'reply_code' AND w.number = a.code
WHERE a.number = 0;
COMMENT ON VIEW bank_act_refusals IS 'Acts that were refused. What they say is claimed: a signature may be false.';
COMMENT ON COLUMN bank_act_refusals.sequence IS 'journal row that refused it';
COMMENT ON COLUMN bank_act_refusals.decided_at IS 'when that was';
COMMENT ON COLUMN bank_act_refusals.code IS 'why';
COMMENT ON COLUMN bank_act_refusals.seat IS 'seat that carried it';
COMMENT ON COLUMN bank_act_refusals.claimed_act IS 'which act; NULL, as are the next three columns, for a text that is none';
COMMENT ON COLUMN bank_act_refusals.claimed_author IS 'who is said to have written it';
COMMENT ON COLUMN bank_act_refusals.claimed_second IS 'who is said to have signed it after';
COMMENT ON COLUMN bank_act_refusals.claimed_serial IS 'the author''s number of it';
COMMENT ON COLUMN bank_act_refusals.digest IS 'SHA-256 of the text, hexadecimal';

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
       a.balance_fen - d.remaining_fen - d.drawn_fen AS balance_fen,
       a.frozen_fen - d.remaining_fen AS frozen_fen,
       a.bought_unsettled_fen - d.drawn_fen AS bought_unsettled_fen,
       a.sold_unsettled_fen AS sold_unsettled_fen,
       a.restrained_fen AS restrained_fen,
       d.remaining_fen AS moved_remaining_fen,
       d.drawn_fen AS moved_drawn_fen,
       LEAST(GREATEST(m.power_fen, 0), 1152921504606846976) AS buying_power_fen,
       LEAST(GREATEST(m.power_fen - a.sold_unsettled_fen, 0), 1152921504606846976) AS withdrawable_fen
FROM savings_accounts s
JOIN accounts a USING (account_no)
LEFT JOIN contracts l ON l.contract_no = s.last_contract_no
LEFT JOIN LATERAL (SELECT l.contract_no, l.status WHERE l.status <> 5) c ON true
LEFT JOIN parties p ON p.party = COALESCE(l.party, 1)
LEFT JOIN moved_money n ON n.account_no = s.account_no
CROSS JOIN LATERAL (
    SELECT COALESCE(n.remaining_fen, 0) AS remaining_fen, COALESCE(n.drawn_fen, 0) AS drawn_fen
) d
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
COMMENT ON COLUMN bank_accounts.balance_fen IS 'savings balance, without what is moved for orders, fen';
COMMENT ON COLUMN bank_accounts.frozen_fen IS 'frozen for orders that have neither filled nor ended, without what is moved, fen';
COMMENT ON COLUMN bank_accounts.bought_unsettled_fen IS 'drawn by buys that are not cleared yet, without what was moved, fen';
COMMENT ON COLUMN bank_accounts.sold_unsettled_fen IS 'proceeds of sales that are not cleared yet, fen';
COMMENT ON COLUMN bank_accounts.restrained_fen IS 'withheld by all restraints of the account, see bank_restraints, fen';
COMMENT ON COLUMN bank_accounts.moved_remaining_fen IS 'moved 划转 for orders that have neither filled nor ended, fen';
COMMENT ON COLUMN bank_accounts.moved_drawn_fen IS 'drawn of moved money by buys that are not cleared yet, fen';
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
       readable_date(c.began_on) AS began_on,
       readable_date(c.ended_on) AS ended_on,
       readable_date(c.designated_on) AS designated_on
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
COMMENT ON COLUMN bank_contracts.began_on IS 'trade date that was open when it began to be of use; NULL while it is pre-assigned';
COMMENT ON COLUMN bank_contracts.ended_on IS 'trade date on which it ended, or began to run off; NULL when neither has come';
COMMENT ON COLUMN bank_contracts.designated_on IS 'trade date since when its broker is designated in Shanghai, over replaced cards; NULL when it is not';

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

CREATE VIEW bank_restraints AS
SELECT r.restraint_no AS restraint_no,
       r.account_no AS account_no,
       s.bank_account_no AS bank_account_no,
       s.outlet AS outlet,
       COALESCE(w.name, 'NUMBER_' || r.ordered_as) AS kind,
       r.authority AS authority,
       r.document AS document,
       readable_time(NULLIF(r.holds_until_s, 0) * 1000000000) AS holds_until,
       CASE WHEN r.ended_sequence IS NULL THEN 'OPEN'
            WHEN r.amount_fen > r.lifted_fen + r.deducted_fen THEN 'LAPSED'
            ELSE 'ENDED' END AS state,
       r.amount_fen AS amount_fen,
       r.lifted_fen AS lifted_fen,
       r.deducted_fen AS deducted_fen,
       r.ordered_fen AS ordered_fen,
       r.left_fen AS left_fen,
       r.senior_fen AS senior_fen,
       r.operators AS operators,
       NULLIF(r.set_by, 0) AS set_by,
       readable_date(r.set_on) AS set_on,
       readable_time(r.set_at_ns) AS set_at,
       readable_date(r.ended_on) AS ended_on,
       r.set_sequence AS set_sequence,
       r.ended_sequence AS ended_sequence
FROM restraints r
LEFT JOIN savings_accounts s USING (account_no)
LEFT JOIN word_names w ON w.vocabulary = 'restraint_kind' AND w.number = r.ordered_as;
COMMENT ON VIEW bank_restraints IS 'Every restraint that was ever set on an account, by order of an authority. Never to be told to a broker.';
COMMENT ON COLUMN bank_restraints.restraint_no IS 'number of the restraint';
COMMENT ON COLUMN bank_restraints.account_no IS 'number of the account, check digits included';
COMMENT ON COLUMN bank_restraints.bank_account_no IS 'the bank''s own number of the account';
COMMENT ON COLUMN bank_restraints.outlet IS 'outlet that keeps the account';
COMMENT ON COLUMN bank_restraints.kind IS 'JUDICIAL, by which may be deducted, or OTHER; CARD: what card debits left, to be collected by the bank';
COMMENT ON COLUMN bank_restraints.authority IS 'who ordered it';
COMMENT ON COLUMN bank_restraints.document IS 'the document by which it was ordered';
COMMENT ON COLUMN bank_restraints.holds_until IS 'its last second; NULL: until it is lifted';
COMMENT ON COLUMN bank_restraints.state IS 'OPEN; LAPSED when a trade date was opened behind its last second; else ENDED';
COMMENT ON COLUMN bank_restraints.amount_fen IS 'withheld when it was set, or by card debits in all, fen';
COMMENT ON COLUMN bank_restraints.lifted_fen IS 'lifted since, fen';
COMMENT ON COLUMN bank_restraints.deducted_fen IS 'deducted by it, fen';
COMMENT ON COLUMN bank_restraints.ordered_fen IS 'of what is left, what two people have ordered to be deducted, fen';
COMMENT ON COLUMN bank_restraints.left_fen IS 'withheld now, fen';
COMMENT ON COLUMN bank_restraints.senior_fen IS 'of what is frozen and bought, what ranks before it, fen';
COMMENT ON COLUMN bank_restraints.operators IS 'persons whose act set it; empty where a seat did';
COMMENT ON COLUMN bank_restraints.set_by IS 'seat that set it; NULL where a card debit did';
COMMENT ON COLUMN bank_restraints.set_on IS 'trade date on which it was set';
COMMENT ON COLUMN bank_restraints.set_at IS 'when it was decided';
COMMENT ON COLUMN bank_restraints.ended_on IS 'trade date on which it ended; of a lapsed one, the date that was opened then';
COMMENT ON COLUMN bank_restraints.set_sequence IS 'journal row in which it was set';
COMMENT ON COLUMN bank_restraints.ended_sequence IS 'journal row in which it ended';

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
COMMENT ON COLUMN bank_totals.sold_unsettled_fen IS 'sold and not cleared, also for contracts that have ended, which is on no account, fen';

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

CREATE VIEW bank_lanes AS
SELECT readable_date(l.trade_date) AS trade_date,
       l.party AS party,
       p.name AS party_name,
       COALESCE(w1.name, 'NUMBER_' || l.state) AS state,
       readable_time(NULLIF(l.signed_on_s, 0) * 1000000000) AS signed_on_at,
       l.sets_count AS sets_count,
       l.is_compared AS is_compared,
       l.differences[1] AS missing_here_count,
       l.differences[2] AS missing_there_count,
       l.differences[3] AS amount_count,
       l.differences[4] AS state_count,
       l.proceeds_due AS proceeds_due,
       l.is_deferred AS is_deferred,
       readable_time(l.reconciled_at_ns) AS reconciled_at,
       readable_time(l.published_at_ns) AS published_at,
       l.settled_sequence IS NOT NULL AS is_settled,
       l.reconciled_sequence AS reconciled_sequence,
       l.published_sequence AS published_sequence
FROM lanes l
LEFT JOIN parties p USING (party)
LEFT JOIN word_names w1 ON w1.vocabulary = 'lane_state' AND w1.number = l.state;
COMMENT ON VIEW bank_lanes IS 'Every trade date of a broker of which it has said something: that it is ready 签到, that all was sent 发送完毕, or a clearing set 清算数据; what the reconciliation 银证对账 of its set has found.';
COMMENT ON COLUMN bank_lanes.trade_date IS 'trade date of the lane';
COMMENT ON COLUMN bank_lanes.party IS 'number of the broker';
COMMENT ON COLUMN bank_lanes.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_lanes.state IS 'TRADING, FINISHED (all was sent), REVERTING (two people have withdrawn its set, and what was booked by it is taken back), COLLECTING (a set is open), COMPLETE, RECONCILED (its set says what the bank has), PUBLISHED (what is owed is told) or CLOSING (orders left open are ended as it says)';
COMMENT ON COLUMN bank_lanes.signed_on_at IS 'when the broker signed on 签到: its systems were ready for the date; NULL for not';
COMMENT ON COLUMN bank_lanes.sets_count IS 'clearing sets that were announced so far, withdrawn ones too';
COMMENT ON COLUMN bank_lanes.is_compared IS 'whether the set was compared to its end: before, the four counts are of what was compared so far';
COMMENT ON COLUMN bank_lanes.missing_here_count IS 'differences: what the set has and the bank has not';
COMMENT ON COLUMN bank_lanes.missing_there_count IS 'differences: what the bank has and the set has not';
COMMENT ON COLUMN bank_lanes.amount_count IS 'differences: other amounts at both';
COMMENT ON COLUMN bank_lanes.state_count IS 'differences: what is said to have become of an order cannot be';
COMMENT ON COLUMN bank_lanes.proceeds_due IS 'contracts whose proceeds come with the set and are not booked; nothing is published before they are';
COMMENT ON COLUMN bank_lanes.is_deferred IS 'whether two people have deferred it: the broker''s later dates wait, and another set may be adopted';
COMMENT ON COLUMN bank_lanes.reconciled_at IS 'when the comparison ended without a difference; NULL before';
COMMENT ON COLUMN bank_lanes.published_at IS 'when it was told what is owed, see bank_obligations; NULL before';
COMMENT ON COLUMN bank_lanes.is_settled IS 'whether the customers of the date are settled: the state is what it was then';
COMMENT ON COLUMN bank_lanes.reconciled_sequence IS 'journal row of the end of the comparison';
COMMENT ON COLUMN bank_lanes.published_sequence IS 'journal row of the publishing';

CREATE VIEW bank_day_ends AS
SELECT readable_date(d.trade_date) AS trade_date,
       COALESCE(w1.name, 'NUMBER_' || d.what) AS what,
       d.sequence AS as_of_sequence,
       encode(d.digest, 'hex') AS sha256,
       readable_time(d.told_at_ns) AS told_at,
       d.told_sequence AS told_sequence
FROM day_ends d
LEFT JOIN word_names w1 ON w1.vocabulary = 'day_end' AND w1.number = d.what;
COMMENT ON VIEW bank_day_ends IS 'What the day desk said that was made of the books at the end of a trade date 日终: reports 报表, a backup 备份 that was restored into a second server and compared.';
COMMENT ON COLUMN bank_day_ends.trade_date IS 'trade date at the end of which it was made';
COMMENT ON COLUMN bank_day_ends.what IS 'REPORTS or BACKUP';
COMMENT ON COLUMN bank_day_ends.as_of_sequence IS 'journal row as of which it is';
COMMENT ON COLUMN bank_day_ends.sha256 IS 'of the manifest of the backup, or of the list of the reports';
COMMENT ON COLUMN bank_day_ends.told_at IS 'when the bank was told';
COMMENT ON COLUMN bank_day_ends.told_sequence IS 'journal row that says so';

CREATE VIEW bank_obligations AS
SELECT readable_date(o.trade_date) AS trade_date,
       o.party AS party,
       p.name AS party_name,
       o.case_no AS case_no,
       COALESCE(w1.name, 'NUMBER_' || o.state) AS state,
       CASE sign(o.owed_fen) WHEN 1 THEN 'BROKER' WHEN -1 THEN 'BANK' ELSE 'NOBODY' END AS owed_by,
       abs(o.owed_fen) AS amount_fen,
       o.paid_fen AS paid_fen,
       o.advanced_fen AS advanced_fen,
       abs(o.owed_fen) - o.paid_fen - o.advanced_fen AS unpaid_fen,
       readable_time(NULLIF(o.fell_due_s, 0) * 1000000000) AS fell_due_at,
       readable_time(NULLIF(o.bank_late_s, 0) * 1000000000) AS bank_late_at,
       readable_time(NULLIF(o.pay_from_s, 0) * 1000000000) AS pay_from,
       readable_time(NULLIF(o.late_from_s, 0) * 1000000000) AS late_from,
       readable_time(NULLIF(o.first_due_s, 0) * 1000000000) AS first_due,
       readable_time(NULLIF(o.last_due_s, 0) * 1000000000) AS last_due,
       o.is_late_netted AS is_late_netted,
       o.needs_no_notice AS needs_no_notice,
       readable_time(NULLIF(o.noticed_s, 0) * 1000000000) AS noticed_at,
       readable_time(NULLIF(o.objection_until_s, 0) * 1000000000) AS objection_until,
       readable_time(NULLIF(o.objected_s, 0) * 1000000000) AS objected_at,
       CASE WHEN o.objected_s > 0 THEN o.objected_fen END AS objected_fen,
       NULLIF(o.objected_contract_no, 0) AS objected_contract_no,
       NULLIF(o.objection, '') AS objection,
       readable_time(NULLIF(o.termination_after_s, 0) * 1000000000) AS termination_after,
       o.set_number AS set_number,
       o.set_late_s AS set_late_s,
       readable_time(l.published_at_ns) AS published_at,
       l.published_sequence AS published_sequence
FROM obligations o
LEFT JOIN lanes l ON l.trade_date = o.trade_date AND l.party = o.party
LEFT JOIN parties p ON p.party = o.party
LEFT JOIN word_names w1 ON w1.vocabulary = 'obligation_state' AND w1.number = o.state;
COMMENT ON VIEW bank_obligations IS 'What is owed between the bank and a broker for each trade date that is published: what its customers sold and are paid less what they bought, with all fees; when it is due, and what the broker said of it: notice 通知, objection 异议.';
COMMENT ON COLUMN bank_obligations.trade_date IS 'trade date for which it is owed';
COMMENT ON COLUMN bank_obligations.party IS 'number of the broker';
COMMENT ON COLUMN bank_obligations.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_obligations.case_no IS '0: what is owed by the date itself';
COMMENT ON COLUMN bank_obligations.state IS 'OWED_BY_BROKER, NOTIFIED (the broker said that it will fund it later on the due day), OWED_BY_BANK, ADVANCED (the broker was short, and the bank has lent the rest), OVERDUE (it was short, and every later credit is taken) or PAID (from the beginning where nothing is owed)';
COMMENT ON COLUMN bank_obligations.owed_by IS 'BROKER (to the bank), BANK (to the broker), or NOBODY: nothing is';
COMMENT ON COLUMN bank_obligations.amount_fen IS 'what is owed, never below 0, fen';
COMMENT ON COLUMN bank_obligations.paid_fen IS 'what is paid of it, fen: taken of the clearing account, kept of what the bank paid, collected of what was lent, or paid by the bank';
COMMENT ON COLUMN bank_obligations.advanced_fen IS 'what the bank has lent for it and not collected yet, fen';
COMMENT ON COLUMN bank_obligations.unpaid_fen IS 'what is neither paid nor lent, fen';
COMMENT ON COLUMN bank_obligations.fell_due_at IS 'when its due time was over and had acted; NULL before';
COMMENT ON COLUMN bank_obligations.bank_late_at IS 'the due time at which the bank had not paid; NULL: it was in time, or owes nothing';
COMMENT ON COLUMN bank_obligations.pay_from IS 'from when on the due day the bank pays; this and the five other times are NULL where no calendar says so';
COMMENT ON COLUMN bank_obligations.late_from IS 'from when the bank is late';
COMMENT ON COLUMN bank_obligations.first_due IS 'the bank has paid before; what the broker owes is taken at this second';
COMMENT ON COLUMN bank_obligations.last_due IS 'the last second for a broker that gave notice, or needs none';
COMMENT ON COLUMN bank_obligations.is_late_netted IS 'whether it was netted after the payments of its due day began, for which the broker answers';
COMMENT ON COLUMN bank_obligations.needs_no_notice IS 'whether it was netted so late that the last second counts without notice';
COMMENT ON COLUMN bank_obligations.noticed_at IS 'when the broker''s notice of later funding was decided; NULL for none';
COMMENT ON COLUMN bank_obligations.objection_until IS 'the last second for an objection: silence accepts';
COMMENT ON COLUMN bank_obligations.objected_at IS 'when the broker''s objection was decided, which people have to settle; NULL for none';
COMMENT ON COLUMN bank_obligations.objected_fen IS 'amount that it objects to, fen';
COMMENT ON COLUMN bank_obligations.objected_contract_no IS 'contract that the objection is about; NULL for none';
COMMENT ON COLUMN bank_obligations.objection IS 'why, in the broker''s words';
COMMENT ON COLUMN bank_obligations.termination_after IS 'behind this second the other side may terminate when it is not paid';
COMMENT ON COLUMN bank_obligations.set_number IS 'number of the clearing set that says so, see bank_clearing_sets';
COMMENT ON COLUMN bank_obligations.set_late_s IS 'by how many seconds that set was complete too late';
COMMENT ON COLUMN bank_obligations.published_at IS 'when it was published';
COMMENT ON COLUMN bank_obligations.published_sequence IS 'journal row of the publishing';

CREATE VIEW bank_windows AS
SELECT readable_date(d.trade_date) AS trade_date,
       d.window_no AS window_no,
       readable_time(d.pay_from_s * 1000000000) AS pay_from,
       readable_time(d.late_from_s * 1000000000) AS late_from,
       readable_time(d.first_due_s * 1000000000) AS first_due,
       readable_time(d.last_due_s * 1000000000) AS last_due,
       readable_time(d.day_end_s * 1000000000) AS day_end,
       d.sequence AS sequence
FROM due_times d;
COMMENT ON VIEW bank_windows IS 'When what follows from a trade date is due 时点: eight windows, which are the bank''s working days from the next trade date on. Objection to what is due in one ends with the third behind it, termination opens behind the fifth.';
COMMENT ON COLUMN bank_windows.trade_date IS 'trade date from which it follows';
COMMENT ON COLUMN bank_windows.window_no IS 'which window, 1 to 8';
COMMENT ON COLUMN bank_windows.pay_from IS 'from here the bank pays';
COMMENT ON COLUMN bank_windows.late_from IS 'from here it is alarmed that it has not';
COMMENT ON COLUMN bank_windows.first_due IS 'the bank has paid before; what the broker owes is taken at this second';
COMMENT ON COLUMN bank_windows.last_due IS 'the last second for a broker that gave notice';
COMMENT ON COLUMN bank_windows.day_end IS 'last second of the day';
COMMENT ON COLUMN bank_windows.sequence IS 'journal row that said so last';

CREATE VIEW bank_clearing_sets AS
SELECT readable_date(s.trade_date) AS trade_date,
       s.party AS party,
       p.name AS party_name,
       s.number AS number,
       s.seat AS seat,
       CASE
           WHEN s.withdrawn_sequence IS NOT NULL THEN 'WITHDRAWN'
           WHEN s.completed_sequence IS NOT NULL THEN 'COMPLETE'
           WHEN l.settled_sequence IS NOT NULL THEN 'SETTLED'
           ELSE 'COLLECTING'
       END AS state,
       s.listed_count AS listed_count,
       s.announced_counts[1] AS announced_orders,
       s.arrived_counts[1] AS arrived_orders,
       s.announced_counts[2] AS announced_buys,
       s.arrived_counts[2] AS arrived_buys,
       s.announced_counts[3] AS announced_sales,
       s.arrived_counts[3] AS arrived_sales,
       s.announced_counts[4] AS announced_dividends,
       s.arrived_counts[4] AS arrived_dividends,
       s.announced_counts[5] AS announced_refunds,
       s.arrived_counts[5] AS arrived_refunds,
       s.announced_counts[6] AS announced_contracts,
       s.arrived_counts[6] AS arrived_contracts,
       s.announced_turnover_fen AS announced_turnover_fen,
       s.arrived_turnover_fen AS arrived_turnover_fen,
       s.announced_fees_fen[1] AS announced_commission_fen,
       s.arrived_fees_fen[1] AS arrived_commission_fen,
       s.announced_fees_fen[2] AS announced_stamp_fen,
       s.arrived_fees_fen[2] AS arrived_stamp_fen,
       s.announced_fees_fen[3] AS announced_transfer_fen,
       s.arrived_fees_fen[3] AS arrived_transfer_fen,
       s.announced_fees_fen[4] AS announced_handling_fen,
       s.arrived_fees_fen[4] AS arrived_handling_fen,
       s.announced_fees_fen[5] AS announced_regulatory_fen,
       s.arrived_fees_fen[5] AS arrived_regulatory_fen,
       s.announced_net_fen AS announced_net_fen,
       s.arrived_net_fen AS arrived_net_fen,
       encode(s.announced_digest, 'hex') AS announced_digest,
       encode(s.arrived_digest, 'hex') AS arrived_digest,
       readable_time(s.declared_s * 1000000000) AS declared_at,
       readable_time(s.announced_at_ns) AS announced_at,
       readable_time(s.completed_at_ns) AS completed_at,
       s.late_s AS late_s,
       readable_time(s.withdrawn_at_ns) AS withdrawn_at,
       s.announced_sequence AS announced_sequence,
       s.completed_sequence AS completed_sequence,
       s.withdrawn_sequence AS withdrawn_sequence
FROM clearing_sets s
LEFT JOIN lanes l USING (trade_date, party)
LEFT JOIN parties p ON p.party = s.party;
COMMENT ON VIEW bank_clearing_sets IS 'Every clearing set that was ever announced, what it was to have beside what arrived of it.';
COMMENT ON COLUMN bank_clearing_sets.trade_date IS 'trade date that the set clears';
COMMENT ON COLUMN bank_clearing_sets.party IS 'number of the broker';
COMMENT ON COLUMN bank_clearing_sets.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_clearing_sets.number IS 'number of the set within its broker and trade date, from 1';
COMMENT ON COLUMN bank_clearing_sets.seat IS 'seat that announced the set and sends its lines';
COMMENT ON COLUMN bank_clearing_sets.state IS 'COLLECTING, COMPLETE, WITHDRAWN, or SETTLED: its date was settled before the set was complete';
COMMENT ON COLUMN bank_clearing_sets.listed_count IS 'accepted lines whose order is not there';
COMMENT ON COLUMN bank_clearing_sets.announced_orders IS 'orders told, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_orders IS 'orders told, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_buys IS 'buys, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_buys IS 'buys, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_sales IS 'sales, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_sales IS 'sales, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_dividends IS 'dividends, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_dividends IS 'dividends, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_refunds IS 'refunds, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_refunds IS 'refunds, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_contracts IS 'contracts that began or ended, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_contracts IS 'contracts that began or ended, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_turnover_fen IS 'turnover with gross dividends and refunds, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_turnover_fen IS 'the same, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_commission_fen IS 'commission with the tax of dividends, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_commission_fen IS 'commission with the tax of dividends, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_stamp_fen IS 'stamp duty, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_stamp_fen IS 'stamp duty, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_transfer_fen IS 'transfer fee, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_transfer_fen IS 'transfer fee, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_handling_fen IS 'handling fee, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_handling_fen IS 'handling fee, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_regulatory_fen IS 'regulatory fee, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_regulatory_fen IS 'regulatory fee, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_net_fen IS 'what the broker owes its customers less what they owe it, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_net_fen IS 'the same, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_digest IS 'digest over the frames of the set, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_digest IS 'the same, arrived';
COMMENT ON COLUMN bank_clearing_sets.declared_at IS 'when the exchange''s data reached the broker, as it declared';
COMMENT ON COLUMN bank_clearing_sets.announced_at IS 'when the set was announced';
COMMENT ON COLUMN bank_clearing_sets.completed_at IS 'when it was complete; NULL before';
COMMENT ON COLUMN bank_clearing_sets.late_s IS 'by how many seconds that was too late: 30 minutes after the earliest time that was declared for the lane';
COMMENT ON COLUMN bank_clearing_sets.withdrawn_at IS 'when it was withdrawn; NULL when it was not';
COMMENT ON COLUMN bank_clearing_sets.announced_sequence IS 'journal row of the announcement';
COMMENT ON COLUMN bank_clearing_sets.completed_sequence IS 'journal row of the completion';
COMMENT ON COLUMN bank_clearing_sets.withdrawn_sequence IS 'journal row of the withdrawal';

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

-- How long each held order has waited, or did: the bank's working days that began meanwhile, or days of 24 hours where
-- the due times of its date are not known. In time through the last day that the limit gives.
CREATE VIEW held_ages AS
SELECT h.*, a.days, a.is_kept, a.days > l.working_days AS is_overdue
FROM held_orders h
CROSS JOIN read_cursor n
CROSS JOIN allotment_limit l
CROSS JOIN LATERAL (
    SELECT w.is_kept,
           CASE WHEN w.is_kept THEN (
               SELECT count(DISTINCT t.pay_from_s)
               FROM due_times t
               WHERE t.trade_date >= h.trade_date AND t.pay_from_s > h.held_at_ns / 1000000000
                 AND t.pay_from_s <= COALESCE(h.ended_at_ns, n.decided_at_ns) / 1000000000
           ) ELSE (COALESCE(h.ended_at_ns, n.decided_at_ns) - h.held_at_ns) / 86400000000000 END AS days
    FROM (SELECT EXISTS (SELECT FROM due_times t WHERE t.trade_date = h.trade_date) AS is_kept) w
    OFFSET 0 -- in one piece it is reckoned once for all orders that a settlement has left open, and not for each
) a;

CREATE VIEW bank_held_orders AS
SELECT readable_date(h.trade_date) AS trade_date,
       h.seat AS seat,
       h.number AS number,
       h.party AS party,
       p.name AS party_name,
       h.contract_no AS contract_no,
       c.account_no AS account_no,
       s.bank_account_no AS bank_account_no,
       h.amount_fen AS amount_fen,
       h.remaining_fen AS remaining_fen,
       readable_time(h.held_at_ns) AS held_since,
       h.days AS age_days,
       CASE WHEN h.is_kept THEN 'WORKING' ELSE 'CALENDAR' END AS age_in,
       h.is_overdue AS is_overdue,
       h.held_sequence AS held_sequence
FROM held_ages h
LEFT JOIN parties p USING (party)
LEFT JOIN contracts c ON c.contract_no = h.contract_no
LEFT JOIN savings_accounts s ON s.account_no = c.account_no
WHERE h.ended_sequence IS NULL;
COMMENT ON VIEW bank_held_orders IS 'Every order that waits for its allotment 待配售: its date is settled, and something of it is still frozen.';
COMMENT ON COLUMN bank_held_orders.trade_date IS 'trade date of the order';
COMMENT ON COLUMN bank_held_orders.seat IS 'seat that sent the order';
COMMENT ON COLUMN bank_held_orders.number IS 'number of the order within its seat and trade date';
COMMENT ON COLUMN bank_held_orders.party IS 'number of the broker';
COMMENT ON COLUMN bank_held_orders.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_held_orders.contract_no IS 'number of the contract, check digits included';
COMMENT ON COLUMN bank_held_orders.account_no IS 'savings account of the contract';
COMMENT ON COLUMN bank_held_orders.bank_account_no IS 'the bank''s own number of that account';
COMMENT ON COLUMN bank_held_orders.amount_fen IS 'amount frozen, fen';
COMMENT ON COLUMN bank_held_orders.remaining_fen IS 'still frozen, fen';
COMMENT ON COLUMN bank_held_orders.held_since IS 'when its date was settled for its broker: from then on it waits';
COMMENT ON COLUMN bank_held_orders.age_days IS 'whole days since then, up to the last row that the views show: the bank''s working days that began meanwhile, or days of 24 hours';
COMMENT ON COLUMN bank_held_orders.age_in IS 'WORKING where the due times of its date are known, else CALENDAR';
COMMENT ON COLUMN bank_held_orders.is_overdue IS 'whether these are more than an allotment may take, follower.allotment_working_days: then it is in bank_worklist';
COMMENT ON COLUMN bank_held_orders.held_sequence IS 'journal row that settled its date';

CREATE VIEW bank_worklist AS
SELECT i.kind AS kind,
       readable_date(i.trade_date) AS trade_date,
       i.party AS party,
       p.name AS party_name,
       i.set_number AS set_number,
       i.difference AS difference,
       i.field AS field,
       NULLIF(i.contract_no, 0) AS contract_no,
       k.account_no AS account_no,
       readable_date(NULLIF(i.order_date, 0)) AS order_date,
       NULLIF(i.order_seat, 0) AS order_seat,
       NULLIF(i.order_number, 0) AS order_number,
       i.bank_has AS bank_has,
       i.set_says AS set_says,
       i.amount_fen AS amount_fen,
       i.case_no AS case_no,
       i.closed_as IS NULL AS is_open,
       readable_time(i.since_ns) AS since,
       d.days AS age_days,
       CASE WHEN d.days IS NULL THEN NULL WHEN w.is_kept THEN 'WORKING' ELSE 'CALENDAR' END AS age_in,
       o.owner AS owner,
       r.name AS owner_name,
       i.closed_as AS closed_as,
       readable_time(i.closed_at_ns) AS closed_at,
       NULLIF(i.act_number, 0) AS act_number,
       a.act AS act,
       a.reason AS reason,
       convert_from(a.text, 'UTF8')::jsonb ->> 'evidence' AS evidence,
       a.author AS author,
       q.name AS author_name,
       a.second AS second_person,
       s.name AS second_name,
       i.since_sequence AS since_sequence,
       i.closed_sequence AS closed_sequence
FROM (
    SELECT 'DIFFERENCE' AS kind, f.trade_date, f.party, f.set_number,
           COALESCE(w1.name, 'NUMBER_' || f.difference_class) AS difference,
           COALESCE(w2.name, 'NUMBER_' || f.compared_field) AS field,
           f.contract_no, f.order_date, f.order_seat, f.order_number, f.bank_has, f.set_says,
           NULL::bigint AS amount_fen, NULL::bigint AS case_no, f.found_at_ns AS since_ns, f.found_sequence AS since_sequence,
           CASE f.closed_as WHEN 1 THEN 'DECIDED' WHEN 2 THEN 'CORRECTED' WHEN 3 THEN 'AGREES' WHEN 4 THEN 'WITHDRAWN' END
               AS closed_as,
           f.closed_at_ns, f.closed_sequence,
           CASE f.closed_as WHEN 4 THEN (SELECT t.number FROM acts t WHERE t.sequence = f.closed_sequence AND t.number > 0)
               ELSE f.act_number END AS act_number
    FROM differences f
    LEFT JOIN word_names w1 ON w1.vocabulary = 'difference_class' AND w1.number = f.difference_class
    LEFT JOIN word_names w2 ON w2.vocabulary = 'compared_field' AND w2.number = f.compared_field
    UNION ALL
    SELECT 'CASE', c.trade_date, c.party, NULL, NULL, NULL, c.contract_no, 0, 0, 0, NULL, NULL,
           c.amount_fen, c.case_no, c.opened_at_ns, c.opened_sequence,
           CASE WHEN c.taken_back_sequence IS NOT NULL THEN 'WITHDRAWN' WHEN g.balance_fen = 0 THEN 'SETTLED' END,
           c.taken_back_at_ns,
           COALESCE(c.taken_back_sequence, CASE WHEN g.balance_fen = 0 THEN g.as_of_sequence END),
           CASE WHEN c.taken_back_sequence IS NULL THEN c.act_number ELSE (
               SELECT t.number
               FROM clearing_sets b
               JOIN acts t ON t.sequence = b.withdrawn_sequence AND t.number > 0
               WHERE b.trade_date = c.trade_date AND b.party = c.party
                 AND b.withdrawn_sequence BETWEEN c.opened_sequence AND c.taken_back_sequence
           ) END
    FROM cases c
    JOIN general_ledger g ON g.account_code = 1910 AND g.party = c.party AND g.trade_date = 0 AND g.item = c.case_no
    UNION ALL
    SELECT 'HELD_ORDER', h.trade_date, h.party, NULL, NULL, NULL, h.contract_no, h.trade_date, h.seat, h.number, NULL, NULL,
           h.remaining_fen, NULL, h.held_at_ns, h.held_sequence, NULL, NULL, NULL, 0
    FROM held_ages h
    WHERE h.ended_sequence IS NULL AND h.is_overdue
    UNION ALL
    SELECT 'HELD_ORDER', h.trade_date, h.party, NULL, NULL, NULL, h.contract_no, h.trade_date, h.seat, h.number, NULL, NULL,
           h.remaining_fen, NULL, h.held_at_ns, h.held_sequence, 'ENDED', h.ended_at_ns, h.ended_sequence, 0
    FROM held_ages h
    WHERE h.ended_sequence IS NOT NULL AND h.is_overdue
) i
CROSS JOIN read_cursor n
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM due_times t WHERE t.trade_date = i.trade_date) AS is_kept
) w
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN i.closed_as IS NOT NULL AND i.closed_at_ns IS NULL THEN NULL
        WHEN w.is_kept THEN (
            SELECT count(DISTINCT t.pay_from_s)
            FROM due_times t
            WHERE t.trade_date >= i.trade_date AND t.pay_from_s > i.since_ns / 1000000000
              AND t.pay_from_s <= COALESCE(i.closed_at_ns, n.decided_at_ns) / 1000000000
        )
        ELSE (COALESCE(i.closed_at_ns, n.decided_at_ns) - i.since_ns) / 86400000000000
    END AS days
) d
LEFT JOIN LATERAL (
    SELECT each.owner
    FROM item_owners each
    WHERE each.trade_date = i.trade_date AND each.party = i.party AND each.contract_no IN (i.contract_no, 0) AND each.owner > 0
    ORDER BY each.contract_no DESC
    LIMIT 1
) o ON true
LEFT JOIN acts a ON a.number = i.act_number AND a.number > 0
LEFT JOIN parties p ON p.party = i.party
LEFT JOIN contracts k ON k.contract_no = i.contract_no
LEFT JOIN persons q ON q.person = a.author
LEFT JOIN persons s ON s.person = a.second
LEFT JOIN persons r ON r.person = o.owner;
COMMENT ON VIEW bank_worklist IS 'The worklist 差错清单: every difference that a comparison has found, of each comparison the first 65,536, with both values, what brokers make good (cases), and orders whose allotment was overdue; who looks into each, how old it is, and how it was closed.';
COMMENT ON COLUMN bank_worklist.kind IS 'DIFFERENCE; CASE: what a broker makes good; HELD_ORDER: an order that waited longer for its allotment than it may, see bank_held_orders';
COMMENT ON COLUMN bank_worklist.trade_date IS 'trade date that it is about';
COMMENT ON COLUMN bank_worklist.party IS 'number of the broker';
COMMENT ON COLUMN bank_worklist.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_worklist.set_number IS 'number of the clearing set that differs; NULL for what is no difference';
COMMENT ON COLUMN bank_worklist.difference IS 'MISSING_HERE, MISSING_THERE, AMOUNT or STATE; NULL for what is no difference';
COMMENT ON COLUMN bank_worklist.field IS 'what differs: a line that is missing, an amount, a fate; BOUGHT and SOLD are sums of the contract, which are corrected and not decided';
COMMENT ON COLUMN bank_worklist.contract_no IS 'number of the contract, check digits included; NULL where it is not known';
COMMENT ON COLUMN bank_worklist.account_no IS 'savings account of the contract';
COMMENT ON COLUMN bank_worklist.order_date IS 'trade date of the order; NULL, as are the next two columns, where it is not about one';
COMMENT ON COLUMN bank_worklist.order_seat IS 'seat of the order';
COMMENT ON COLUMN bank_worklist.order_number IS 'number of the order';
COMMENT ON COLUMN bank_worklist.bank_has IS 'what the bank has: fen, a number of lines, or what was drawn beside a fate';
COMMENT ON COLUMN bank_worklist.set_says IS 'what the set says: fen, a number of lines, or a fate';
COMMENT ON COLUMN bank_worklist.amount_fen IS 'of a case: what the broker makes good; of a held order: what is still frozen, fen';
COMMENT ON COLUMN bank_worklist.case_no IS 'number of the broker''s case';
COMMENT ON COLUMN bank_worklist.is_open IS 'whether it is not closed yet';
COMMENT ON COLUMN bank_worklist.since IS 'when it was found first; of a held order, when its date was settled';
COMMENT ON COLUMN bank_worklist.age_days IS 'whole days that it was open, up to the last row that the views show: the bank''s working days that began meanwhile, or days of 24 hours';
COMMENT ON COLUMN bank_worklist.age_in IS 'WORKING where the due times of its date are known, else CALENDAR';
COMMENT ON COLUMN bank_worklist.owner IS 'person who looks into it; NULL: nobody yet';
COMMENT ON COLUMN bank_worklist.owner_name IS 'name of that person';
COMMENT ON COLUMN bank_worklist.closed_as IS 'DECIDED (two people know it, and it stays), CORRECTED, AGREES (a later comparison found it no more), WITHDRAWN (with its set), SETTLED (nothing is left of the case), ENDED (nothing of the order is frozen); NULL while it is open';
COMMENT ON COLUMN bank_worklist.closed_at IS 'when it was closed; NULL for a case, but one that was taken back';
COMMENT ON COLUMN bank_worklist.act_number IS 'act that closed it, of a case that is open the act by which it was opened; NULL where none did: the tolerance spares one, and a broker withdraws its set itself';
COMMENT ON COLUMN bank_worklist.act IS 'which act that is';
COMMENT ON COLUMN bank_worklist.reason IS 'why, as its author wrote it';
COMMENT ON COLUMN bank_worklist.evidence IS 'SHA-256 of the paper or file that it rests on, hexadecimal; NULL without one';
COMMENT ON COLUMN bank_worklist.author IS 'who wrote and signed the act first';
COMMENT ON COLUMN bank_worklist.author_name IS 'name of that person';
COMMENT ON COLUMN bank_worklist.second_person IS 'who signed it after';
COMMENT ON COLUMN bank_worklist.second_name IS 'name of that person';
COMMENT ON COLUMN bank_worklist.since_sequence IS 'journal row that found it first, or settled the date of a held order';
COMMENT ON COLUMN bank_worklist.closed_sequence IS 'journal row that closed it; of a case the row up to which its account was written';

CREATE VIEW bank_feed AS
SELECT f.party AS party,
       p.name AS party_name,
       f.position AS position,
       COALESCE(w1.name, 'NUMBER_' || f.kind) AS kind,
       readable_date(f.trade_date) AS trade_date,
       NULLIF(f.contract_no, 0) AS contract_no,
       f.said AS said,
       readable_time(f.decided_at_ns) AS told_at,
       readable_time(NULLIF(f.received_s, 0) * 1000000000) AS received_at,
       f.sequence AS sequence
FROM feed_entries f
LEFT JOIN parties p USING (party)
LEFT JOIN word_names w1 ON w1.vocabulary = 'feed_kind' AND w1.number = f.kind;
COMMENT ON VIEW bank_feed IS 'Everything that brokers are told without asking 推送, and what they signed for 签收.';
COMMENT ON COLUMN bank_feed.party IS 'number of the broker';
COMMENT ON COLUMN bank_feed.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_feed.position IS 'position in the feed of that broker, from 1 without gaps';
COMMENT ON COLUMN bank_feed.kind IS 'DATE_OPENED, SIGNED_OFF (with what the bank accepted), CONTRACT_CHANGED, SET_COMPARED, OBLIGATION or STOPPED (or no more)';
COMMENT ON COLUMN bank_feed.trade_date IS 'trade date that it is about';
COMMENT ON COLUMN bank_feed.contract_no IS 'contract that it is about, the first of several; NULL for none';
COMMENT ON COLUMN bank_feed.said IS 'what it says, by the names of docs/protocol.md; amounts in fen';
COMMENT ON COLUMN bank_feed.told_at IS 'when the ledger decided what it tells';
COMMENT ON COLUMN bank_feed.received_at IS 'when the broker''s receipt was decided; NULL before, and for what is not signed for';
COMMENT ON COLUMN bank_feed.sequence IS 'journal row that made the entry';

CREATE VIEW bank_pushes AS
SELECT c.push AS push,
       c.party AS party,
       p.name AS party_name,
       c.seat AS seat,
       readable_date(c.trade_date) AS trade_date,
       c.serial AS serial,
       c.bank_account_no AS bank_account_no,
       COALESCE(w1.name, 'NUMBER_' || c.state) AS state,
       CASE WHEN c.code <> 0 THEN COALESCE(w2.name, 'CODE_' || c.code) END AS reason,
       NULLIF(c.replaces, 0) AS replaces,
       NULLIF(c.contract_no, 0) AS contract_no,
       readable_time(c.pushed_at_ns) AS pushed_at,
       readable_time(c.decided_at_ns) AS decided_at,
       c.pushed_sequence AS pushed_sequence,
       c.decided_sequence AS decided_sequence
FROM pushes c
LEFT JOIN parties p ON p.party = c.party
LEFT JOIN word_names w1 ON w1.vocabulary = 'push_state' AND w1.number = c.state
LEFT JOIN word_names w2 ON w2.vocabulary = 'reply_code' AND w2.number = c.code;
COMMENT ON VIEW bank_pushes IS 'Every contract that a broker signed with its customer and pushed, and what became of it. Nothing of the customer is here.';
COMMENT ON COLUMN bank_pushes.push IS 'number of the push, given by the bank';
COMMENT ON COLUMN bank_pushes.party IS 'broker that pushed it';
COMMENT ON COLUMN bank_pushes.party_name IS 'name of that party';
COMMENT ON COLUMN bank_pushes.seat IS 'seat that sent it';
COMMENT ON COLUMN bank_pushes.trade_date IS 'trade date on which it came';
COMMENT ON COLUMN bank_pushes.serial IS 'the broker''s own number of it, per seat and trade date';
COMMENT ON COLUMN bank_pushes.bank_account_no IS 'the bank''s own number of the account, as the broker wrote it: there may be no such account';
COMMENT ON COLUMN bank_pushes.state IS 'WAITING, IDENTIFIED, ASSIGNED, PRE_ASSIGNED, NOT_IDENTIFIED, IMPOSSIBLE or UNREADABLE';
COMMENT ON COLUMN bank_pushes.reason IS 'why it is IMPOSSIBLE';
COMMENT ON COLUMN bank_pushes.replaces IS 'contract that was to give way; NULL for none';
COMMENT ON COLUMN bank_pushes.contract_no IS 'contract that came about by it, see bank_contracts; NULL for none';
COMMENT ON COLUMN bank_pushes.pushed_at IS 'when the ledger took it, to the microsecond';
COMMENT ON COLUMN bank_pushes.decided_at IS 'when it was decided; NULL while it is not';
COMMENT ON COLUMN bank_pushes.pushed_sequence IS 'journal row that took it';
COMMENT ON COLUMN bank_pushes.decided_sequence IS 'journal row that decided it';
