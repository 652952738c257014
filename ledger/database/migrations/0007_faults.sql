-- What must hold of all that is written, asked of the tables and views before it.

-- Empty, or something is wrong: what must hold of single requests and accounts, asked of what was written.
CREATE VIEW read_model_faults AS
SELECT 'amount of an accepted request' AS fault, r.trade_date, r.seat, r.number, r.contract_no, r.account_no
FROM requests r
LEFT JOIN record_kinds k ON k.kind = r.kind
WHERE r.accepted
  AND (k.kind IS NULL OR r.amount_fen NOT BETWEEN k.amount_fen_min AND 1099511627776
       OR (NOT r.is_freeze AND (r.remaining_fen < 0 OR r.release_fen < 0)))
UNION ALL
SELECT 'accepted request of nobody', r.trade_date, r.seat, r.number, r.contract_no, r.account_no
FROM requests r
LEFT JOIN contracts c ON c.contract_no = r.contract_no
LEFT JOIN savings_accounts s ON s.account_no = r.account_no
WHERE r.accepted AND c.contract_no IS NULL AND s.account_no IS NULL
UNION ALL
SELECT 'numbers overlap', trade_date, seat, first_number, NULL, NULL
FROM (
    SELECT trade_date, seat, first_number,
           LAG(first_number + record_count) OVER (PARTITION BY trade_date, seat ORDER BY first_number) AS next_number
    FROM request_blocks
) b
WHERE first_number < next_number
UNION ALL
SELECT 'account overdrawn', NULL, NULL, NULL, NULL, account_no
FROM accounts
WHERE LEAST(balance_fen, frozen_fen, bought_unsettled_fen, sold_unsettled_fen, restrained_fen,
            balance_fen - frozen_fen - bought_unsettled_fen + sold_unsettled_fen) < 0
UNION ALL
SELECT 'more is moved of the account than there is', NULL, NULL, NULL, NULL, account_no
FROM moved_money m
LEFT JOIN accounts a USING (account_no)
WHERE m.remaining_fen > COALESCE(a.frozen_fen, 0) OR m.drawn_fen > COALESCE(a.bought_unsettled_fen, 0)
   OR m.remaining_fen + m.drawn_fen > COALESCE(a.balance_fen, 0)
UNION ALL
SELECT 'account without money or money without account', NULL, NULL, NULL, NULL, account_no
FROM savings_accounts s
FULL JOIN paged_accounts p USING (account_no)
WHERE s.bank_account_no IS NULL OR p.page IS NULL
UNION ALL
SELECT 'restrained money and the restraints of the account', NULL, NULL, NULL, NULL, account_no
FROM paged_accounts p
FULL JOIN (
    SELECT account_no, SUM(left_fen) AS left_fen FROM restraints GROUP BY account_no
) r USING (account_no)
WHERE COALESCE(p.restrained_fen, 0) <> COALESCE(r.left_fen, 0)
UNION ALL
SELECT 'restraint ' || restraint_no || ' does not add up', NULL, NULL, NULL, NULL, account_no
FROM restraints
WHERE (ended_sequence IS NULL) <> (left_fen > 0)
   OR (amount_fen <> left_fen + lifted_fen + deducted_fen AND NOT (left_fen = 0 AND holds_until_s > 0))
UNION ALL
SELECT 'contract of no account', NULL, NULL, NULL, c.contract_no, c.account_no
FROM contracts c
LEFT JOIN savings_accounts s USING (account_no)
WHERE s.account_no IS NULL
UNION ALL
SELECT 'contract that stands and is not the last of its account', NULL, NULL, NULL, c.contract_no, c.account_no
FROM contracts c
JOIN savings_accounts s USING (account_no)
WHERE c.status <> 5 AND s.last_contract_no IS DISTINCT FROM c.contract_no
UNION ALL
SELECT 'sold for a contract that has not ended', NULL, NULL, NULL, e.contract_no, NULL
FROM sold_of_ended e
LEFT JOIN contracts c USING (contract_no)
WHERE c.status IS DISTINCT FROM 5
UNION ALL
SELECT 'held order and its freeze', h.trade_date, h.seat, h.number, h.contract_no, NULL
FROM held_orders h
LEFT JOIN freezes f USING (trade_date, seat, number)
WHERE (f.contract_no, f.amount_fen, f.remaining_fen) IS DISTINCT FROM (h.contract_no, h.amount_fen, h.remaining_fen)
UNION ALL
SELECT 'last contract of another account', NULL, NULL, NULL, s.last_contract_no, s.account_no
FROM savings_accounts s
LEFT JOIN contracts c ON c.contract_no = s.last_contract_no
WHERE s.last_contract_no IS NOT NULL AND c.account_no IS DISTINCT FROM s.account_no
UNION ALL
SELECT 'general ledger does not balance', NULL, NULL, NULL, NULL, NULL
FROM general_ledger
HAVING SUM(balance_fen) <> 0
UNION ALL
SELECT 'outlet ' || outlet || ' and the general ledger', NULL, NULL, NULL, NULL, NULL
FROM outlet_balances
WHERE accounts_fen <> ledger_fen
UNION ALL
SELECT 'outlet ' || o.number || ' and what it stands under', NULL, NULL, NULL, NULL, NULL
FROM outlets o
LEFT JOIN outlets p ON p.number = o.parent
WHERE COALESCE(p.level, 0) <> o.level - 1
UNION ALL
SELECT 'accepted line of no clearing set', trade_date, seat, number, contract_no, NULL
FROM clearing_lines
WHERE accepted AND set_number IS NULL
UNION ALL
-- What was taken back with its set is booked anew by the next one.
SELECT 'proceeds booked twice', NULL, NULL, NULL, each.contract_no, NULL
FROM (
    SELECT b.contract_no, b.is_booking,
           lag(b.is_booking) OVER (PARTITION BY b.contract_no, b.trade_day ORDER BY b.sequence, b.seat, b.number) AS again
    FROM (
        SELECT contract_no, trade_day, sequence, seat, number, true AS is_booking FROM proceeds WHERE accepted
        UNION ALL
        SELECT c.contract_no, c.trade_day, c.sequence, c.seat, c.number, false
        FROM corrections c
        JOIN record_kinds k ON k.kind = c.kind AND k.name = 'REVERT'
        WHERE c.accepted
    ) b
) each
WHERE each.is_booking AND each.again
UNION ALL
SELECT 'published trade date ' || l.trade_date || ' of party ' || l.party || ' without its clearing set', l.trade_date,
       NULL, NULL, NULL, NULL
FROM lanes l
LEFT JOIN clearing_sets s ON (s.trade_date, s.party, s.number) = (l.trade_date, l.party, l.sets_count)
WHERE l.published_sequence IS NOT NULL
  AND (s.completed_sequence IS NULL OR s.withdrawn_sequence IS NOT NULL)
UNION ALL
SELECT 'clearing set ' || s.number || ' of party ' || s.party || ' and its lines', s.trade_date, s.seat, NULL, NULL, NULL
FROM clearing_sets s
LEFT JOIN (
    SELECT set_trade_date, set_party, set_number, COUNT(*) AS lines_count, COUNT(*) FILTER (WHERE listed) AS listed_count
    FROM clearing_lines
    WHERE accepted AND set_number IS NOT NULL
    GROUP BY set_trade_date, set_party, set_number
) l ON (l.set_trade_date, l.set_party, l.set_number) = (s.trade_date, s.party, s.number)
WHERE (SELECT SUM(count) FROM unnest(s.arrived_counts) count) <> COALESCE(l.lines_count, 0)
   OR s.listed_count <> COALESCE(l.listed_count, 0)
UNION ALL
SELECT 'complete clearing set ' || number || ' of party ' || party || ' is not as it was announced', trade_date, seat,
       NULL, NULL, NULL
FROM clearing_sets
WHERE completed_sequence IS NOT NULL
  AND (announced_counts, announced_turnover_fen, announced_fees_fen, announced_net_fen, announced_digest)
   <> (arrived_counts, arrived_turnover_fen, arrived_fees_fen, arrived_net_fen, arrived_digest);
