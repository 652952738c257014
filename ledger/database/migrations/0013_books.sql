-- The books: every entry 分录 of double entry, made from what was decided. What the general ledger has is kept beside it,
-- in general_ledger: books_faults compares the two. Amounts are fen.

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

-- Both sides of these, each with the balance of the general ledger that it moves. Where what is posted is between branches, that of
-- an outlet and that of the clearing accounts, whose number is 0, owe it each other 辖内往来. It is all one reading of the entries.
CREATE VIEW postings AS
SELECT e.trade_date, e.outlet,
       p.account_code,
       CASE WHEN NOT (a.by_party OR a.by_date) THEN 0 WHEN e.is_of_account THEN GREATEST(e.party, 1) ELSE e.party END AS party,
       CASE WHEN a.by_date THEN p.lane_date ELSE 0 END AS lane_date,
       CASE WHEN p.branch IS NOT NULL THEN p.branch
            WHEN e.is_of_account AND a.by_outlet THEN e.outlet
            WHEN a.by_case THEN e.case_no ELSE 0 END AS item,
       p.debit_fen,
       p.credit_fen
FROM entry_sums e
CROSS JOIN LATERAL (
    VALUES (e.debit, e.amount_fen, 0, e.debit_date, NULL),
           (e.credit, 0, e.amount_fen, e.credit_date, NULL),
           (3110, e.amount_fen, 0, 0, CASE WHEN e.credit = 2410 THEN 0 ELSE e.outlet END),
           (3110, 0, e.amount_fen, 0, CASE WHEN e.credit = 2410 THEN e.outlet ELSE 0 END)
) AS p (account_code, debit_fen, credit_fen, lane_date, branch)
JOIN ledger_accounts a USING (account_code)
WHERE p.branch IS NULL OR e.origin IN ('DEBITED', 'MOVED_DEBITED', 'CREDITED', 'CREDITED_TO_NONE');

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
