-- The books that a back office reads: every entry 分录 of double entry, made from what was decided, and a statement of
-- each account. What the general ledger has is kept beside it, in general_ledger: books_faults compares the two.
-- Amounts are fen.

-- What was on accounts when they were opened, one SQL row for the accounts of one request; those that brought nothing
-- are not here. Numbers are consecutive.
CREATE TABLE openings (
    first_account_no bigint   PRIMARY KEY CHECK (first_account_no % 97 = 2),
    trade_date       integer  NOT NULL,
    seat             integer  NOT NULL CHECK (seat >= 1),
    number           bigint   NOT NULL CHECK (number >= 1),
    sequence         bigint   NOT NULL CHECK (sequence >= 1),
    decided_at_ns    bigint   NOT NULL,
    balances_fen     bigint[] NOT NULL CHECK (cardinality(balances_fen) >= 1)
);

-- What records have moved between accounts and 2420 for orders of brokers in transfer mode 划转; below 0: given back.
CREATE TABLE moved_entries (
    trade_date    integer  NOT NULL,
    seat          integer  NOT NULL CHECK (seat >= 1),
    number        bigint   NOT NULL CHECK (number >= 1),
    sequence      bigint   NOT NULL CHECK (sequence >= 1),
    decided_at_ns bigint   NOT NULL,
    kind          smallint NOT NULL, -- of the record; 0: two people have given it back 冲正
    party         integer  NOT NULL CHECK (party >= 1),
    account_no    bigint   NOT NULL CHECK (account_no % 97 = 2),
    amount_fen    bigint   NOT NULL CHECK (amount_fen <> 0),
    PRIMARY KEY (trade_date, seat, number)
);
CREATE INDEX moved_entries_of_account ON moved_entries (account_no);

-- What settlements 交收 and credits 入账 of customers have posted between their accounts and brokers' trade dates.
CREATE TABLE settled_entries (
    trade_date    integer  NOT NULL,
    seat          integer  NOT NULL CHECK (seat >= 1),
    number        bigint   NOT NULL CHECK (number >= 1),
    sequence      bigint   NOT NULL CHECK (sequence >= 1),
    decided_at_ns bigint   NOT NULL,
    origin        text     NOT NULL, -- which entry it is, see entry_kinds
    kind          smallint NOT NULL, -- of the record
    party         integer  NOT NULL CHECK (party >= 1),
    lane_date     integer  NOT NULL, -- the broker's trade date, which of a credit may be an older one
    account_no    bigint   NOT NULL CHECK (account_no % 97 = 2),
    amount_fen    bigint   NOT NULL CHECK (amount_fen > 0),
    contract_no   bigint, -- for which it stands in 2910, where its account is closed; else NULL
    PRIMARY KEY (trade_date, seat, number, origin, lane_date)
);
CREATE INDEX settled_entries_of_account ON settled_entries (account_no);

-- Accounts of the general ledger 科目, written at each start from the rules of the program that starts.
CREATE TABLE ledger_accounts (
    account_code integer PRIMARY KEY,
    title        text    NOT NULL,
    by_outlet    boolean NOT NULL, -- by what it is split, of entries that have one: this and the next three
    by_party     boolean NOT NULL,
    by_date      boolean NOT NULL,
    by_case      boolean NOT NULL
);

-- What each kind of record posts, by the way of its money, likewise; and what posts without being one, whose kind is 0.
CREATE TABLE entry_kinds (
    origin text     NOT NULL CHECK (origin IN ('RECORD', 'OPENING', 'CASE', 'TAKEN_BACK', 'CLEARING', 'MOVED', 'GIVEN_BACK', 'REVERSED',
                                      'DEBITED', 'MOVED_DEBITED', 'CREDITED', 'CREDITED_TO_NONE')),
    kind   smallint NOT NULL,
    way    smallint NOT NULL,
    part   text     NOT NULL CHECK (part IN ('AMOUNT', 'POSTED', 'REST')), -- of the record's amount
    debit  integer  NOT NULL,
    credit integer  NOT NULL CHECK (credit <> debit OR origin = 'CLEARING'), -- between two dates of one account
    words  text     NOT NULL,
    PRIMARY KEY (origin, kind, way, part)
);

-- Every entry: one amount, an account of the general ledger debited and one credited, and the request that made it.
-- It is of a savings account and its outlet, and where it is moved for an order, of its broker; or of a broker, its case and
-- the trade dates of both accounts. What is owed to a customer whose account is closed is of all these, its case the contract.
-- All parts have the same types: only then does PostgreSQL leave out what a question does not need.
CREATE VIEW entries AS
SELECT e.trade_date, e.seat, e.number, e.sequence, e.decided_at_ns, e.origin, e.kind, e.way, e.words, e.debit, e.credit, e.amount_fen,
       e.account_no, COALESCE(s.outlet, 0) AS outlet, 0 AS party, 0 AS debit_date, 0 AS credit_date, 0::bigint AS case_no
FROM (
    SELECT r.trade_date, r.seat, r.number, r.sequence, r.decided_at_ns, k.origin, k.kind, k.way, k.words, k.debit, k.credit,
           CASE k.part WHEN 'POSTED' THEN r.remaining_fen
                       WHEN 'REST' THEN r.amount_fen - r.remaining_fen
                       ELSE r.amount_fen END AS amount_fen,
           r.account_no
    FROM requests r
    JOIN entry_kinds k ON k.origin = 'RECORD' AND k.kind = r.kind AND k.way = r.market
    WHERE r.accepted
      AND r.block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.balance = 0)) IS NOT TRUE
    UNION ALL
    SELECT o.trade_date, o.seat, o.number, o.sequence, o.decided_at_ns, k.origin, k.kind, k.way, k.words, k.debit, k.credit,
           b.balance_fen, n.base + 99 - n.base % 97
    FROM openings o
    JOIN entry_kinds k ON k.origin = 'OPENING'
    CROSS JOIN LATERAL unnest(o.balances_fen) WITH ORDINALITY AS b (balance_fen, place)
    CROSS JOIN LATERAL (SELECT (o.first_account_no / 100 + b.place - 1) * 100 AS base) n
) e
LEFT JOIN savings_accounts s USING (account_no)
WHERE e.amount_fen > 0
UNION ALL
SELECT m.trade_date, m.seat, m.number, m.sequence, m.decided_at_ns, k.origin, m.kind, k.way, k.words, k.debit, k.credit,
       abs(m.amount_fen), m.account_no, COALESCE(s.outlet, 0), m.party, 0, 0, 0::bigint
FROM moved_entries m
JOIN entry_kinds k ON k.origin = CASE WHEN m.amount_fen > 0 THEN 'MOVED' WHEN m.kind > 0 THEN 'GIVEN_BACK' ELSE 'REVERSED' END
LEFT JOIN savings_accounts s USING (account_no)
UNION ALL
SELECT d.trade_date, d.seat, d.number, d.sequence, d.decided_at_ns, k.origin, d.kind, k.way, k.words, k.debit, k.credit,
       d.amount_fen, d.account_no, COALESCE(s.outlet, 0), d.party, d.lane_date, d.lane_date, COALESCE(d.contract_no, 0)
FROM settled_entries d
JOIN entry_kinds k USING (origin)
LEFT JOIN savings_accounts s USING (account_no)
UNION ALL
SELECT r.trade_date, r.seat, r.number, r.sequence, r.decided_at_ns, k.origin, k.kind, k.way, k.words, k.debit, k.credit, c.amount_fen,
       NULL::bigint, 0, c.party, c.trade_date, c.trade_date, c.case_no
FROM cases c
CROSS JOIN LATERAL (VALUES ('CASE', c.opened_sequence), ('TAKEN_BACK', c.taken_back_sequence)) AS t (origin, sequence)
JOIN entry_kinds k USING (origin)
JOIN corrections r ON r.sequence = t.sequence AND r.contract_no = c.contract_no AND r.case_no = c.case_no AND r.accepted
UNION ALL
SELECT c.trade_date, c.seat, c.number, c.sequence, c.decided_at_ns, k.origin, k.kind, k.way, k.words, k.debit, k.credit, c.amount_fen,
       c.account_no, COALESCE(s.outlet, 0), c.party, c.debit_date, c.credit_date, c.case_no
FROM clearing_entries c
JOIN entry_kinds k ON k.origin = 'CLEARING' AND k.kind = c.kind
LEFT JOIN savings_accounts s USING (account_no);

-- Entries of one trade date that differ in amounts, requests and savings accounts alone, added up: so few that what is made
-- of both sides of each costs nothing. `is_of_account` tells those of savings accounts.
CREATE VIEW entry_sums AS
SELECT e.trade_date, e.origin, e.words, e.debit, e.credit, e.account_no IS NOT NULL AS is_of_account, e.outlet, e.party,
       e.debit_date, e.credit_date, e.case_no,
       count(*) AS entries_count,
       SUM(e.amount_fen) AS amount_fen -- over accounts it may pass 64 bits
FROM entries e
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11;

-- Both sides of these, each with the balance of the general ledger that it moves.
CREATE VIEW postings AS
SELECT e.trade_date, e.outlet,
       p.account_code,
       CASE WHEN NOT (a.by_party OR a.by_date) THEN 0 WHEN e.is_of_account THEN GREATEST(e.party, 1) ELSE e.party END AS party,
       CASE WHEN a.by_date THEN p.lane_date ELSE 0 END AS lane_date,
       CASE WHEN e.is_of_account AND a.by_outlet THEN e.outlet
            WHEN a.by_case THEN e.case_no ELSE 0 END AS item,
       p.debit_fen,
       p.credit_fen
FROM entry_sums e
CROSS JOIN LATERAL (VALUES (e.debit, e.amount_fen, 0, e.debit_date), (e.credit, 0, e.amount_fen, e.credit_date))
    AS p (account_code, debit_fen, credit_fen, lane_date)
JOIN ledger_accounts a USING (account_code)
UNION ALL
-- The branches of an outlet and of the clearing accounts, whose number is 0, owe each other what is posted between them 辖内往来.
SELECT e.trade_date, e.outlet, 3110, 0, 0, b.item, b.debit_fen, b.credit_fen
FROM entry_sums e
CROSS JOIN LATERAL (VALUES (CASE WHEN e.credit = 2410 THEN 0 ELSE e.outlet END, e.amount_fen, 0),
                           (CASE WHEN e.credit = 2410 THEN e.outlet ELSE 0 END, 0, e.amount_fen)) AS b (item, debit_fen, credit_fen)
WHERE e.origin IN ('DEBITED', 'MOVED_DEBITED', 'CREDITED', 'CREDITED_TO_NONE');

-- Empty, or something is wrong: what each balance of the general ledger, and each savings account, has beside what its
-- entries come to; debits less credits, of savings accounts credits less debits.
CREATE VIEW books_faults AS
SELECT 'general ledger' AS fault, account_code, party, trade_date, item, NULL::bigint AS account_no,
       COALESCE(p.entries_fen, 0) AS entries_fen, COALESCE(g.balance_fen, 0) AS has_fen
FROM (
    SELECT account_code, party, lane_date AS trade_date, item, SUM(debit_fen - credit_fen) AS entries_fen
    FROM postings
    GROUP BY 1, 2, 3, 4
) p
FULL JOIN general_ledger g USING (account_code, party, trade_date, item)
WHERE COALESCE(p.entries_fen, 0) <> COALESCE(g.balance_fen, 0)
UNION ALL
SELECT 'savings account', 2110, 0, 0, COALESCE(s.outlet, 0), account_no, COALESCE(e.entries_fen, 0), COALESCE(a.balance_fen, 0)
FROM (
    SELECT account_no, SUM(CASE WHEN credit = 2110 THEN amount_fen ELSE -amount_fen END) AS entries_fen
    FROM entries
    WHERE 2110 IN (debit, credit)
    GROUP BY account_no
) e
FULL JOIN (
    SELECT c.account_no, c.balance_fen - COALESCE(d.remaining_fen + d.drawn_fen, 0) AS balance_fen
    FROM accounts c
    LEFT JOIN moved_money d USING (account_no)
) a USING (account_no)
LEFT JOIN savings_accounts s USING (account_no)
WHERE COALESCE(e.entries_fen, 0) <> COALESCE(a.balance_fen, 0);

CREATE VIEW bank_entries AS
SELECT readable_date(e.trade_date) AS trade_date,
       e.seat AS seat,
       e.number AS number,
       e.words AS words,
       e.debit AS debit_code,
       d.title AS debit_title,
       e.credit AS credit_code,
       c.title AS credit_title,
       e.amount_fen AS amount_fen,
       e.account_no AS account_no,
       NULLIF(e.outlet, 0) AS outlet,
       NULLIF(e.party, 0) AS party,
       readable_date(COALESCE(NULLIF(e.credit_date, 0), NULLIF(e.debit_date, 0))) AS lane_date,
       readable_date(CASE WHEN e.credit_date > 0 AND e.debit_date <> e.credit_date THEN NULLIF(e.debit_date, 0) END) AS kept_from_date,
       CASE WHEN 2910 IN (e.debit, e.credit) THEN NULL ELSE NULLIF(e.case_no, 0) END AS case_no,
       CASE WHEN 2910 IN (e.debit, e.credit) THEN e.case_no END AS contract_no,
       readable_time(e.decided_at_ns) AS decided_at,
       e.sequence AS sequence
FROM entries e
LEFT JOIN ledger_accounts d ON d.account_code = e.debit
LEFT JOIN ledger_accounts c ON c.account_code = e.credit;
COMMENT ON VIEW bank_entries IS 'Every entry 分录 of the books: an amount, an account debited and one credited. Reads the whole book.';
COMMENT ON COLUMN bank_entries.trade_date IS 'trade date whose numbers these are: the date on which it is booked';
COMMENT ON COLUMN bank_entries.seat IS 'seat that sent the request';
COMMENT ON COLUMN bank_entries.number IS 'number of the request within its seat and trade date; accounts that are opened together share one';
COMMENT ON COLUMN bank_entries.words IS 'what it is, in words 摘要';
COMMENT ON COLUMN bank_entries.debit_code IS 'account of the general ledger that is debited 借';
COMMENT ON COLUMN bank_entries.debit_title IS 'its title';
COMMENT ON COLUMN bank_entries.credit_code IS 'account of the general ledger that is credited 贷';
COMMENT ON COLUMN bank_entries.credit_title IS 'its title';
COMMENT ON COLUMN bank_entries.amount_fen IS 'amount of both, fen';
COMMENT ON COLUMN bank_entries.account_no IS 'savings account that it is about; NULL for what is between the bank and a broker';
COMMENT ON COLUMN bank_entries.outlet IS 'outlet that keeps the account';
COMMENT ON COLUMN bank_entries.party IS 'number of the broker; NULL for what is of a savings account alone';
COMMENT ON COLUMN bank_entries.lane_date IS 'of a broker''s entry: the trade date that it is about';
COMMENT ON COLUMN bank_entries.kept_from_date IS 'of what is kept: the trade date of whose payment by the bank it is kept';
COMMENT ON COLUMN bank_entries.case_no IS 'of a case: its number';
COMMENT ON COLUMN bank_entries.contract_no IS 'of what is owed to a customer whose account is closed: the contract';
COMMENT ON COLUMN bank_entries.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_entries.sequence IS 'journal row that decided';

CREATE VIEW bank_statements AS
SELECT e.account_no AS account_no,
       s.bank_account_no AS bank_account_no,
       e.outlet AS outlet,
       readable_date(e.trade_date) AS trade_date,
       readable_time(e.decided_at_ns) AS decided_at,
       e.seat AS seat,
       e.number AS number,
       CASE WHEN e.kind > 0 THEN COALESCE(k.name, 'NUMBER_' || e.kind) ELSE e.origin END AS kind,
       CASE WHEN e.origin = 'RECORD' AND k.has_way THEN COALESCE(w.name, 'NUMBER_' || e.way) END AS way,
       e.words AS words,
       e.against AS against_code,
       a.title AS against_title,
       CASE WHEN e.signed_fen < 0 THEN -e.signed_fen ELSE 0 END AS debit_fen,
       CASE WHEN e.signed_fen > 0 THEN e.signed_fen ELSE 0 END AS credit_fen,
       SUM(e.signed_fen) OVER (PARTITION BY e.account_no ORDER BY e.sequence, e.seat, e.number) AS balance_fen,
       e.sequence AS sequence
FROM (
    SELECT i.*,
           CASE WHEN i.credit = 2110 THEN i.amount_fen ELSE -i.amount_fen END AS signed_fen,
           CASE WHEN i.credit = 2110 THEN i.debit ELSE i.credit END AS against
    FROM entries i
    WHERE 2110 IN (i.debit, i.credit) AND i.account_no IS NOT NULL
) e
LEFT JOIN savings_accounts s ON s.account_no = e.account_no
LEFT JOIN ledger_accounts a ON a.account_code = e.against
LEFT JOIN record_kinds k ON k.kind = e.kind
LEFT JOIN word_names w ON w.vocabulary = 'way' AND w.number = e.way;
COMMENT ON VIEW bank_statements IS 'Statement 明细账 of every savings account: each entry with the balance after it. Reads the whole book.';
COMMENT ON COLUMN bank_statements.account_no IS 'number of the account, check digits included';
COMMENT ON COLUMN bank_statements.bank_account_no IS 'the bank''s own number of the account';
COMMENT ON COLUMN bank_statements.outlet IS 'outlet that keeps the account';
COMMENT ON COLUMN bank_statements.trade_date IS 'trade date whose numbers these are: the date on which it is booked';
COMMENT ON COLUMN bank_statements.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_statements.seat IS 'seat that sent the request';
COMMENT ON COLUMN bank_statements.number IS 'number of the request within its seat and trade date';
COMMENT ON COLUMN bank_statements.kind IS 'OPENING, DEPOSIT, WITHDRAWAL or INTEREST; of what is moved for an order, or given back, the record that did it';
COMMENT ON COLUMN bank_statements.way IS 'how the money of a DEPOSIT or WITHDRAWAL came or went, see bank_movements';
COMMENT ON COLUMN bank_statements.words IS 'what it is, in words 摘要';
COMMENT ON COLUMN bank_statements.against_code IS 'account of the general ledger on the other side 对方科目';
COMMENT ON COLUMN bank_statements.against_title IS 'its title';
COMMENT ON COLUMN bank_statements.debit_fen IS 'what left the account 借, fen; of a forced card debit what the account gave';
COMMENT ON COLUMN bank_statements.credit_fen IS 'what came to the account 贷, fen';
COMMENT ON COLUMN bank_statements.balance_fen IS 'balance after it, fen; of requests of one journal row in the order of seats and numbers';
COMMENT ON COLUMN bank_statements.sequence IS 'journal row that decided';

CREATE VIEW bank_clearing_accounts AS
SELECT p.party AS party,
       p.name AS party_name,
       COALESCE(-b.balance_fen, 0) AS balance_fen,
       COALESCE(l.balance_fen, 0) AS lent_fen,
       COALESCE(i.balance_fen, 0) AS interest_fen,
       COALESCE(c.limit_fen, 0) AS limit_fen,
       COALESCE(o.unpaid_fen, 0) AS unpaid_fen,
       COALESCE(o.overdue_fen, 0) AS overdue_fen,
       COALESCE(o.owed_by_bank_fen, 0) AS owed_by_bank_fen,
       COALESCE(o.bank_late_count, 0) AS bank_late_count,
       COALESCE(c.fund_serial, 0) AS fund_serial,
       COALESCE(c.customer_serial, 0) AS customer_serial,
       COALESCE(c.points, 0) AS points,
       DATE '1970-01-01' + NULLIF(c.points_day, 0) AS points_before
FROM parties p
LEFT JOIN clearing_accounts c USING (party)
LEFT JOIN general_ledger b ON b.account_code = 2310 AND b.party = p.party
LEFT JOIN general_ledger l ON l.account_code = 1310 AND l.party = p.party
LEFT JOIN general_ledger i ON i.account_code = 1320 AND i.party = p.party
LEFT JOIN (
    SELECT party,
           SUM(owed_fen - paid_fen - advanced_fen) FILTER (WHERE owed_fen > 0) AS unpaid_fen,
           SUM(owed_fen - paid_fen - advanced_fen) FILTER (WHERE state = 6) AS overdue_fen,
           SUM(-owed_fen - paid_fen) FILTER (WHERE owed_fen < 0) AS owed_by_bank_fen,
           COUNT(*) FILTER (WHERE state = 3 AND bank_late_s > 0) AS bank_late_count
    FROM obligations
    GROUP BY party
) o ON o.party = p.party
WHERE p.role = 2;
COMMENT ON VIEW bank_clearing_accounts IS 'Every broker''s clearing account 清算账户: what is on it 备付金, what the bank has lent the broker 垫付, and what either owes the other.';
COMMENT ON COLUMN bank_clearing_accounts.party IS 'number of the broker';
COMMENT ON COLUMN bank_clearing_accounts.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_clearing_accounts.balance_fen IS 'what is on it, fen';
COMMENT ON COLUMN bank_clearing_accounts.lent_fen IS 'what the bank has lent and not collected, fen';
COMMENT ON COLUMN bank_clearing_accounts.interest_fen IS 'interest on that which is posted and not collected, fen';
COMMENT ON COLUMN bank_clearing_accounts.limit_fen IS 'what the broker may be lent in all, fen';
COMMENT ON COLUMN bank_clearing_accounts.unpaid_fen IS 'what the broker owes, due or not, neither paid nor lent, fen';
COMMENT ON COLUMN bank_clearing_accounts.overdue_fen IS 'of that, what is overdue, fen';
COMMENT ON COLUMN bank_clearing_accounts.owed_by_bank_fen IS 'what the bank owes and has not paid, fen';
COMMENT ON COLUMN bank_clearing_accounts.bank_late_count IS 'dates of which the bank has not paid in time, nor since';
COMMENT ON COLUMN bank_clearing_accounts.fund_serial IS 'the savings desk''s own number of the last payment that was booked to it';
COMMENT ON COLUMN bank_clearing_accounts.customer_serial IS 'likewise of the last payment to a customer of the broker whose account is closed';
COMMENT ON COLUMN bank_clearing_accounts.points IS 'interest points 积数 since interest was posted to it last: whole yuan × days before points_before';
COMMENT ON COLUMN bank_clearing_accounts.points_before IS 'day before which points are counted; on each day since the balance of now has stood there; NULL for none';

CREATE VIEW bank_owed_to_customers AS
SELECT o.party AS party,
       p.name AS party_name,
       o.contract_no AS contract_no,
       o.account_no AS account_no,
       s.bank_account_no AS bank_account_no,
       NULLIF(o.outlet, 0) AS outlet,
       readable_date(o.trade_date) AS trade_date,
       readable_time(o.decided_at_ns) AS decided_at,
       o.seat AS seat,
       o.number AS number,
       o.words AS words,
       o.against AS against_code,
       a.title AS against_title,
       CASE WHEN o.signed_fen < 0 THEN -o.signed_fen ELSE 0 END AS debit_fen,
       CASE WHEN o.signed_fen > 0 THEN o.signed_fen ELSE 0 END AS credit_fen,
       SUM(o.signed_fen) OVER (PARTITION BY o.party, o.contract_no ORDER BY o.sequence, o.seat, o.number, o.credit_date) AS balance_fen,
       o.sequence AS sequence
FROM (
    SELECT e.*,
           e.case_no AS contract_no,
           CASE WHEN e.credit = 2910 THEN e.amount_fen ELSE -e.amount_fen END AS signed_fen,
           CASE WHEN e.credit = 2910 THEN e.debit ELSE e.credit END AS against
    FROM entries e
    WHERE e.origin = 'CREDITED_TO_NONE' OR (e.origin = 'CLEARING' AND 2910 IN (e.debit, e.credit))
) o
LEFT JOIN parties p ON p.party = o.party
LEFT JOIN savings_accounts s ON s.account_no = o.account_no
LEFT JOIN ledger_accounts a ON a.account_code = o.against;
COMMENT ON VIEW bank_owed_to_customers IS 'What is owed to customers whose accounts are closed 应付客户款: each credit and payment with what stands for the contract after it.';
COMMENT ON COLUMN bank_owed_to_customers.party IS 'number of the broker';
COMMENT ON COLUMN bank_owed_to_customers.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_owed_to_customers.contract_no IS 'number of the contract that has ended';
COMMENT ON COLUMN bank_owed_to_customers.account_no IS 'number of the account that is closed';
COMMENT ON COLUMN bank_owed_to_customers.bank_account_no IS 'the bank''s own number of that account';
COMMENT ON COLUMN bank_owed_to_customers.outlet IS 'outlet that kept the account';
COMMENT ON COLUMN bank_owed_to_customers.trade_date IS 'trade date whose numbers these are: the date on which it is booked';
COMMENT ON COLUMN bank_owed_to_customers.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_owed_to_customers.seat IS 'seat that sent the request';
COMMENT ON COLUMN bank_owed_to_customers.number IS 'number of the request within its seat and trade date';
COMMENT ON COLUMN bank_owed_to_customers.words IS 'what it is, in words 摘要';
COMMENT ON COLUMN bank_owed_to_customers.against_code IS 'account of the general ledger on the other side 对方科目';
COMMENT ON COLUMN bank_owed_to_customers.against_title IS 'its title';
COMMENT ON COLUMN bank_owed_to_customers.debit_fen IS 'what was paid to the customer 借, fen';
COMMENT ON COLUMN bank_owed_to_customers.credit_fen IS 'what was credited 贷, fen';
COMMENT ON COLUMN bank_owed_to_customers.balance_fen IS 'what stands for the contract after it, fen';
COMMENT ON COLUMN bank_owed_to_customers.sequence IS 'journal row that decided';

CREATE VIEW bank_clearing_statements AS
SELECT e.party AS party,
       p.name AS party_name,
       readable_date(e.trade_date) AS trade_date,
       readable_time(e.at_s * 1000000000) AS at,
       readable_time(e.decided_at_ns) AS decided_at,
       e.seat AS seat,
       e.number AS number,
       k.words AS words,
       CASE WHEN k.credit = 2310 THEN k.debit ELSE k.credit END AS against_code,
       a.title AS against_title,
       readable_date(COALESCE(NULLIF(e.credit_date, 0), NULLIF(e.debit_date, 0))) AS lane_date,
       NULLIF(e.case_no, 0) AS case_no,
       CASE WHEN k.debit = 2310 THEN e.amount_fen ELSE 0 END AS debit_fen,
       CASE WHEN k.credit = 2310 THEN e.amount_fen ELSE 0 END AS credit_fen,
       SUM(CASE WHEN k.credit = 2310 THEN e.amount_fen ELSE -e.amount_fen END)
           OVER (PARTITION BY e.party ORDER BY e.sequence, e.place) AS balance_fen,
       e.sequence AS sequence
FROM clearing_entries e
JOIN entry_kinds k ON k.origin = 'CLEARING' AND k.kind = e.kind
LEFT JOIN parties p ON p.party = e.party
LEFT JOIN ledger_accounts a ON a.account_code = CASE WHEN k.credit = 2310 THEN k.debit ELSE k.credit END
WHERE 2310 IN (k.debit, k.credit);
COMMENT ON VIEW bank_clearing_statements IS 'Statement 明细账 of every broker''s clearing account: each entry with the balance after it.';
COMMENT ON COLUMN bank_clearing_statements.party IS 'number of the broker';
COMMENT ON COLUMN bank_clearing_statements.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_clearing_statements.trade_date IS 'trade date whose numbers these are: the date on which it is booked';
COMMENT ON COLUMN bank_clearing_statements.at IS 'the due time by which it was taken, or the second in which it was decided';
COMMENT ON COLUMN bank_clearing_statements.decided_at IS 'when the ledger decided, to the microsecond';
COMMENT ON COLUMN bank_clearing_statements.seat IS 'seat that sent the request';
COMMENT ON COLUMN bank_clearing_statements.number IS 'number of the request within its seat and trade date: what fell due acts with the next one that comes';
COMMENT ON COLUMN bank_clearing_statements.words IS 'what it is, in words 摘要';
COMMENT ON COLUMN bank_clearing_statements.against_code IS 'account of the general ledger on the other side 对方科目';
COMMENT ON COLUMN bank_clearing_statements.against_title IS 'its title';
COMMENT ON COLUMN bank_clearing_statements.lane_date IS 'trade date that it is paid for; NULL for none';
COMMENT ON COLUMN bank_clearing_statements.case_no IS 'case that it is paid for; NULL for none';
COMMENT ON COLUMN bank_clearing_statements.debit_fen IS 'what left the account 借, fen';
COMMENT ON COLUMN bank_clearing_statements.credit_fen IS 'what came to it 贷, fen';
COMMENT ON COLUMN bank_clearing_statements.balance_fen IS 'balance after it, fen';
COMMENT ON COLUMN bank_clearing_statements.sequence IS 'journal row that decided';

CREATE VIEW bank_market_rates AS
SELECT DATE '1970-01-01' + r.day AS day,
       r.millionths / 10000.0 AS rate_percent,
       r.sequence AS sequence
FROM market_rates r;
COMMENT ON VIEW bank_market_rates IS 'Market lending rates 市场拆借利率 as two people said them: a day without one bears the last one before it.';
COMMENT ON COLUMN bank_market_rates.day IS 'calendar day from which on it counts';
COMMENT ON COLUMN bank_market_rates.rate_percent IS 'per cent of a year';
COMMENT ON COLUMN bank_market_rates.sequence IS 'journal row that said so';
