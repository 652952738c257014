-- What people have to look into: orders that wait for their allotment, differences, cases.

-- The bank's working days that began meanwhile, or days of 24 hours where the due times of a date are not known. A working
-- day begins where the bank may pay: how many have begun by a second is that second's place among all these, in order.
CREATE FUNCTION days_open(begin_s bigint[], is_kept boolean, since_ns bigint, until_ns bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN is_kept THEN
               GREATEST(0, width_bucket(until_ns / 1000000000, begin_s) - width_bucket(since_ns / 1000000000, begin_s))
           ELSE (until_ns - since_ns) / 86400000000000 END
$$;

-- How long each held order has waited, or did. In time through the last day that the limit gives.
CREATE VIEW held_ages AS
SELECT h.*, a.days, w.is_kept, a.days > l.working_days AS is_overdue
FROM held_orders h
CROSS JOIN read_cursor n
CROSS JOIN allotment_limit l
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT t.pay_from_s ORDER BY t.pay_from_s) AS begin_s,
           COALESCE(bool_or(t.trade_date = h.trade_date), false) AS is_kept
    FROM due_times t
    WHERE t.trade_date >= h.trade_date
    OFFSET 0 -- in one piece they are put in order once for each date, and not for each order
) w
CROSS JOIN LATERAL (SELECT days_open(w.begin_s, w.is_kept, h.held_at_ns, COALESCE(h.ended_at_ns, n.decided_at_ns)) AS days) a;

-- Likewise how long each difference has stood, or did.
CREATE VIEW difference_ages AS
SELECT f.*, a.days, w.is_kept
FROM differences f
CROSS JOIN read_cursor n
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT t.pay_from_s ORDER BY t.pay_from_s) AS begin_s,
           COALESCE(bool_or(t.trade_date = f.trade_date), false) AS is_kept
    FROM due_times t
    WHERE t.trade_date >= f.trade_date
    OFFSET 0 -- likewise
) w
CROSS JOIN LATERAL (SELECT days_open(w.begin_s, w.is_kept, f.found_at_ns, COALESCE(f.closed_at_ns, n.decided_at_ns)) AS days) a;

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
       i.days AS age_days,
       CASE WHEN i.days IS NULL THEN NULL WHEN i.is_kept THEN 'WORKING' ELSE 'CALENDAR' END AS age_in,
       COALESCE(e.owner, g.owner) AS owner,
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
               ELSE f.act_number END AS act_number,
           f.days, f.is_kept
    FROM difference_ages f
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
           ) END,
           CASE WHEN c.taken_back_sequence IS NOT NULL OR g.balance_fen <> 0 THEN -- else nobody knows since when nothing is left
               days_open(w.begin_s, w.is_kept, c.opened_at_ns, COALESCE(c.taken_back_at_ns, n.decided_at_ns)) END,
           w.is_kept
    FROM cases c
    JOIN general_ledger g ON g.account_code = 1910 AND g.party = c.party AND g.trade_date = 0 AND g.item = c.case_no
    CROSS JOIN read_cursor n
    CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT t.pay_from_s ORDER BY t.pay_from_s) AS begin_s,
               COALESCE(bool_or(t.trade_date = c.trade_date), false) AS is_kept
        FROM due_times t
        WHERE t.trade_date >= c.trade_date
        OFFSET 0 -- likewise
    ) w
    UNION ALL
    SELECT 'HELD_ORDER', h.trade_date, h.party, NULL, NULL, NULL, h.contract_no, h.trade_date, h.seat, h.number, NULL, NULL,
           h.remaining_fen, NULL, h.held_at_ns, h.held_sequence, NULL, NULL, NULL, 0, h.days, h.is_kept
    FROM held_ages h
    WHERE h.ended_sequence IS NULL AND h.is_overdue
    UNION ALL
    SELECT 'HELD_ORDER', h.trade_date, h.party, NULL, NULL, NULL, h.contract_no, h.trade_date, h.seat, h.number, NULL, NULL,
           h.remaining_fen, NULL, h.held_at_ns, h.held_sequence, 'ENDED', h.ended_at_ns, h.ended_sequence, 0, h.days, h.is_kept
    FROM held_ages h
    WHERE h.ended_sequence IS NOT NULL AND h.is_overdue
) i
-- What is said of one contract goes before what is said of the whole date.
LEFT JOIN item_owners e ON (e.trade_date, e.party, e.contract_no) = (i.trade_date, i.party, i.contract_no) AND e.owner > 0
LEFT JOIN item_owners g ON (g.trade_date, g.party, g.contract_no) = (i.trade_date, i.party, 0) AND g.owner > 0
LEFT JOIN acts a ON a.number = i.act_number AND a.number > 0
LEFT JOIN parties p ON p.party = i.party
LEFT JOIN contracts k ON k.contract_no = i.contract_no
LEFT JOIN persons q ON q.person = a.author
LEFT JOIN persons s ON s.person = a.second
LEFT JOIN persons r ON r.person = COALESCE(e.owner, g.owner);
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
