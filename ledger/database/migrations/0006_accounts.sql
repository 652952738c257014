-- The money of accounts: pages of them as they were written, what requests have moved since, and sums over both.

-- The money of 1,024 consecutive accounts as it was after the row as_of_sequence. Pages are written in turn, not by
-- every batch: what was decided since is in request_blocks, and the view accounts adds it.
CREATE TABLE account_pages (
    page                 integer  PRIMARY KEY CHECK (page >= 0),
    accounts_count       integer  NOT NULL CHECK (accounts_count BETWEEN 1 AND 1024),
    as_of_sequence       bigint   NOT NULL CHECK (as_of_sequence >= 1),
    balance_fen          bigint[] NOT NULL CHECK (cardinality(balance_fen) = accounts_count),
    frozen_fen           bigint[] NOT NULL CHECK (cardinality(frozen_fen) = accounts_count),
    bought_unsettled_fen bigint[] NOT NULL CHECK (cardinality(bought_unsettled_fen) = accounts_count),
    sold_unsettled_fen   bigint[] NOT NULL CHECK (cardinality(sold_unsettled_fen) = accounts_count),
    restrained_fen       bigint[] NOT NULL CHECK (cardinality(restrained_fen) = accounts_count)
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.5,
    toast.autovacuum_vacuum_threshold = 10000, toast.autovacuum_vacuum_scale_factor = 0.5
);
ALTER TABLE account_pages
    ALTER balance_fen SET STORAGE EXTERNAL,
    ALTER frozen_fen SET STORAGE EXTERNAL,
    ALTER bought_unsettled_fen SET STORAGE EXTERNAL,
    ALTER sold_unsettled_fen SET STORAGE EXTERNAL,
    ALTER restrained_fen SET STORAGE EXTERNAL;

-- What accepted requests moved since the oldest page was written, by the number that they name. What an authority or the
-- card scheme took is written with its account's page in the transaction that takes the request in, and counts from there.
CREATE VIEW moves AS
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
WHERE r.accepted AND NOT r.is_line AND r.sequence > (SELECT min(as_of_sequence) FROM account_pages);

-- What they moved since their account's page was written, for the few that no page has yet. Check digits tell numbers of
-- accounts from those of contracts: what is no contract's is the account's own.
CREATE VIEW moves_since_pages AS
SELECT a.account_no, m.sequence, m.balance_fen, m.frozen_fen, m.bought_unsettled_fen, m.sold_unsettled_fen
FROM moves m
LEFT JOIN contracts c ON c.contract_no = m.named_no
CROSS JOIN LATERAL (SELECT COALESCE(c.account_no, m.named_no) AS account_no) a
JOIN account_pages p ON p.page = a.account_no / 102400 AND m.sequence > p.as_of_sequence;

-- The pages, item by item. An account number is its index and two check digits that make it 2 modulo 97.
CREATE VIEW paged_accounts AS
SELECT i.*, p.as_of_sequence, p.page
FROM account_pages p
CROSS JOIN LATERAL (
    SELECT (p.page * 1024::bigint + i - 1) * 100 + 99 - (p.page * 1024::bigint + i - 1) * 100 % 97 AS account_no,
           a.balance_fen[i]          AS balance_fen,
           a.frozen_fen[i]           AS frozen_fen,
           a.bought_unsettled_fen[i] AS bought_unsettled_fen,
           a.sold_unsettled_fen[i]   AS sold_unsettled_fen,
           a.restrained_fen[i]       AS restrained_fen
    FROM (
        SELECT p.balance_fen || '{}'::bigint[]          AS balance_fen,
               p.frozen_fen || '{}'::bigint[]           AS frozen_fen,
               p.bought_unsettled_fen || '{}'::bigint[] AS bought_unsettled_fen,
               p.sold_unsettled_fen || '{}'::bigint[]   AS sold_unsettled_fen,
               p.restrained_fen || '{}'::bigint[]       AS restrained_fen
        OFFSET 0
    ) a
    CROSS JOIN LATERAL generate_series(1, p.accounts_count) i
    OFFSET 0
) i;

-- The money of every account as of the cursor; as_of_sequence is the last row that is known to have been looked at.
CREATE VIEW accounts AS
SELECT p.account_no,
       p.balance_fen + COALESCE(m.balance_fen, 0)                   AS balance_fen,
       p.frozen_fen + COALESCE(m.frozen_fen, 0)                     AS frozen_fen,
       p.bought_unsettled_fen + COALESCE(m.bought_unsettled_fen, 0) AS bought_unsettled_fen,
       p.sold_unsettled_fen + COALESCE(m.sold_unsettled_fen, 0)     AS sold_unsettled_fen,
       p.restrained_fen,
       GREATEST(p.as_of_sequence, m.sequence)                       AS as_of_sequence
FROM paged_accounts p
LEFT JOIN (
    SELECT account_no,
           SUM(balance_fen)::bigint          AS balance_fen,
           SUM(frozen_fen)::bigint           AS frozen_fen,
           SUM(bought_unsettled_fen)::bigint AS bought_unsettled_fen,
           SUM(sold_unsettled_fen)::bigint   AS sold_unsettled_fen,
           MAX(sequence)                     AS sequence
    FROM moves_since_pages
    GROUP BY account_no
) m USING (account_no);

-- The money of one account, or none: reads one page, and the blocks since it was written.
CREATE FUNCTION account_of(of_account_no bigint) RETURNS SETOF accounts
LANGUAGE sql STABLE AS $$
SELECT p.account_no,
       p.balance_fen + m.balance_fen,
       p.frozen_fen + m.frozen_fen,
       p.bought_unsettled_fen + m.bought_unsettled_fen,
       p.sold_unsettled_fen + m.sold_unsettled_fen,
       p.restrained_fen,
       GREATEST(p.as_of_sequence, m.sequence)
FROM paged_accounts p
CROSS JOIN (
    SELECT COALESCE(SUM(balance_fen), 0)::bigint          AS balance_fen,
           COALESCE(SUM(frozen_fen), 0)::bigint           AS frozen_fen,
           COALESCE(SUM(bought_unsettled_fen), 0)::bigint AS bought_unsettled_fen,
           COALESCE(SUM(sold_unsettled_fen), 0)::bigint   AS sold_unsettled_fen,
           MAX(sequence)                                  AS sequence
    FROM moves
    WHERE named_no = ANY (of_account_no || ARRAY(SELECT c.contract_no FROM contracts c WHERE c.account_no = of_account_no))
      AND sequence > (SELECT g.as_of_sequence FROM account_pages g WHERE g.page = of_account_no / 102400)
) m
WHERE p.page = of_account_no / 102400 AND p.account_no = of_account_no
$$;

-- The control totals by SQL as of one journal sequence: one row per party for which an account counts, or that has or had
-- a contract. What an account has counts for the party of its last contract until a message ended that, else for the bank;
-- what was sold for a contract that has ended, and is on no account, for that contract's.
CREATE VIEW party_totals AS
SELECT t.party,
       SUM(t.balance_fen)          AS balance_fen,
       SUM(t.frozen_fen)           AS frozen_fen,
       SUM(t.bought_unsettled_fen) AS bought_unsettled_fen,
       SUM(t.sold_unsettled_fen)   AS sold_unsettled_fen,
       (SELECT MAX(sequence) FROM read_cursor) AS as_of_sequence
FROM (
    SELECT COALESCE(c.party, 1) AS party, a.balance_fen, a.frozen_fen, a.bought_unsettled_fen, a.sold_unsettled_fen
    FROM savings_accounts s
    JOIN (
        SELECT account_no, balance_fen, frozen_fen, bought_unsettled_fen, sold_unsettled_fen FROM paged_accounts
        UNION ALL
        SELECT account_no, balance_fen, frozen_fen, bought_unsettled_fen, sold_unsettled_fen FROM moves_since_pages
    ) a USING (account_no)
    LEFT JOIN contracts c ON c.contract_no = s.last_contract_no
    UNION ALL
    SELECT DISTINCT party, 0, 0, 0, 0 FROM contracts
    UNION ALL
    SELECT c.party, 0, 0, 0, e.sold_fen FROM sold_of_ended e JOIN contracts c USING (contract_no)
) t
GROUP BY t.party
ORDER BY t.party;

-- What the accounts of each outlet have together, and what the general ledger has for it: the two are equal.
CREATE VIEW outlet_balances AS
SELECT outlet,
       COALESCE(a.accounts_count, 0) AS accounts_count,
       COALESCE(a.balance_fen, 0)    AS accounts_fen,
       COALESCE(g.balance_fen, 0)    AS ledger_fen
FROM (
    SELECT s.outlet, COUNT(*) AS accounts_count,
           SUM(m.balance_fen - COALESCE(d.remaining_fen + d.drawn_fen, 0)) AS balance_fen
    FROM savings_accounts s
    JOIN accounts m USING (account_no)
    LEFT JOIN moved_money d USING (account_no)
    GROUP BY s.outlet
) a
FULL JOIN (
    SELECT item::integer AS outlet, -balance_fen AS balance_fen FROM general_ledger WHERE account_code = 2110
) g USING (outlet);
