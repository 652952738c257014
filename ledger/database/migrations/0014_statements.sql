-- What people read of the books: balances, entries, and statements of savings and clearing accounts.

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
