-- Interest: what savings accounts and brokers' clearing accounts have earned, and what brokers owe on what they are lent.
-- Days are those of the bank's calendar, in days since 1970.

-- How far days are counted for savings accounts. NULL, and nothing is counted, in a bank without a calendar.
CREATE TABLE interest_days (
    day             integer, -- the one that runs: those before it are counted
    rate_millionths integer NOT NULL CHECK (rate_millionths >= 0), -- of a year, that is listed
    interest_day    integer, -- that is ordered and not over; NULL: none
    as_of_sequence  bigint  NOT NULL
);
INSERT INTO interest_days (rate_millionths, as_of_sequence) VALUES (0, 0);

-- What the accounts of each outlet have earned together; an outlet whose accounts have earned nothing is not here.
CREATE TABLE savings_interest (
    outlet         integer PRIMARY KEY CHECK (outlet >= 1),
    accounts_count bigint  NOT NULL CHECK (accounts_count >= 0), -- to which anything is due
    due_fen        numeric NOT NULL CHECK ((due_fen > 0) = (accounts_count > 0)), -- by interest days, and not posted
    points         numeric NOT NULL CHECK (points >= 0), -- whole yuan × days since the last interest day
    as_of_sequence bigint  NOT NULL CHECK (as_of_sequence >= 1)
);

CREATE VIEW bank_savings_interest AS
SELECT s.outlet AS outlet,
       o.name AS outlet_name,
       s.accounts_count AS accounts_count,
       s.due_fen AS due_fen,
       s.points AS points,
       DATE '1970-01-01' + d.day AS points_before,
       d.rate_millionths / 10000.0 AS rate_percent,
       DATE '1970-01-01' + d.interest_day AS interest_day
FROM savings_interest s
CROSS JOIN interest_days d
LEFT JOIN outlets o ON o.number = s.outlet;
COMMENT ON VIEW bank_savings_interest IS 'Interest of savings accounts 结息 by the outlet that keeps them: what is due by interest days and still to be posted, and points since the last one.';
COMMENT ON COLUMN bank_savings_interest.outlet IS 'number of the outlet';
COMMENT ON COLUMN bank_savings_interest.outlet_name IS 'its name; NULL when accounts name it and it is not registered';
COMMENT ON COLUMN bank_savings_interest.accounts_count IS 'accounts to which interest is due that is not posted';
COMMENT ON COLUMN bank_savings_interest.due_fen IS 'that interest, each account rounded by itself, fen; 0 once all is posted';
COMMENT ON COLUMN bank_savings_interest.points IS 'interest points 积数 since the last interest day: whole yuan × days before points_before';
COMMENT ON COLUMN bank_savings_interest.points_before IS 'day of the bank that runs: days before it are counted';
COMMENT ON COLUMN bank_savings_interest.rate_percent IS 'rate that is listed 挂牌利率, per cent of a year: by it points become due on the interest day, if it is listed still';
COMMENT ON COLUMN bank_savings_interest.interest_day IS 'interest day that is ordered and not over; NULL for none';

CREATE VIEW bank_broker_interest AS
SELECT p.party AS party,
       p.name AS party_name,
       DATE '1970-01-01' + d.day AS day,
       e.points AS points,
       r.rate_millionths / 10000.0 AS rate_percent,
       div(2 * e.points * r.rate_millionths + 3600000, 7200000) AS earned_fen,
       COALESCE(l.balance_fen, 0) AS lent_fen,
       CASE WHEN c.loan_day > 0 THEN (
           SELECT m.millionths / 10000.0 FROM market_rates m WHERE m.day <= d.day ORDER BY m.day DESC LIMIT 1
       ) END AS lent_rate_percent,
       COALESCE(i.balance_fen, 0) AS posted_fen,
       COALESCE(n.unposted_fen, 0) AS unposted_fen,
       COALESCE(i.balance_fen, 0) + COALESCE(n.unposted_fen, 0) AS owed_fen
FROM parties p
CROSS JOIN interest_days d
LEFT JOIN clearing_accounts c USING (party)
LEFT JOIN general_ledger b ON b.account_code = 2310 AND b.party = p.party
LEFT JOIN general_ledger l ON l.account_code = 1310 AND l.party = p.party
LEFT JOIN general_ledger i ON i.account_code = 1320 AND i.party = p.party
-- As rules.savings counts: the balance of now has stood there on each day that is not counted yet.
CROSS JOIN LATERAL (
    SELECT COALESCE(c.points, 0) + CASE
        WHEN c.points_day BETWEEN 1 AND d.day
            THEN LEAST(div(COALESCE(-b.balance_fen, 0), 100), 140737488355328) * (d.day - c.points_day)
        ELSE 0
    END AS points
) e
LEFT JOIN LATERAL (
    SELECT (a.said ->> 'rate_millionths')::bigint AS rate_millionths
    FROM (
        SELECT t.number, CASE WHEN t.act = 'clearing_interest' THEN convert_from(t.text, 'UTF8')::jsonb END AS said
        FROM acts t
        WHERE t.number > 0
    ) a
    WHERE a.said ->> 'party' = p.party::text
    ORDER BY a.number DESC
    LIMIT 1
) r ON true
-- As rules.day.interest reckons: what is lent on a day bears on it, paid back or not, and what is left bears each day
-- behind it but the one that runs; rounded once, over all of it.
LEFT JOIN LATERAL (
    SELECT GREATEST(div(2 * x.exact + 360000000, 720000000) - c.loan_posted_fen, 0) AS unposted_fen
    FROM (
        SELECT c.loan_exact + SUM(
            COALESCE((SELECT m.millionths FROM market_rates m WHERE m.day <= g.day ORDER BY m.day DESC LIMIT 1), 0)
            * CASE WHEN g.day > c.loan_day THEN c.loan_before_fen + c.loan_on_day_fen - c.loan_back_fen
                   WHEN d.day > c.loan_day THEN c.loan_before_fen + c.loan_on_day_fen
                   ELSE c.loan_on_day_fen END
        ) AS exact
        FROM generate_series(c.loan_day, GREATEST(c.loan_day, d.day - 1)) AS g (day)
    ) x
    WHERE c.loan_day > 0
) n ON true
WHERE p.role = 2;
COMMENT ON VIEW bank_broker_interest IS 'Interest between the bank and each broker as of the day that runs: what its clearing account 清算账户 has earned, and what it owes on what it was lent 垫付.';
COMMENT ON COLUMN bank_broker_interest.party IS 'number of the broker';
COMMENT ON COLUMN bank_broker_interest.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_broker_interest.day IS 'day of the bank that runs, up to the last row that the views show; NULL in a bank without a calendar';
COMMENT ON COLUMN bank_broker_interest.points IS 'interest points 积数 of its clearing account since interest was posted to it last: whole yuan × days before that day';
COMMENT ON COLUMN bank_broker_interest.rate_percent IS 'rate by which interest was posted to it last, per cent of a year; the next act names its own. NULL: none was';
COMMENT ON COLUMN bank_broker_interest.earned_fen IS 'what the points bring by that rate, fen; NULL without one';
COMMENT ON COLUMN bank_broker_interest.lent_fen IS 'what the bank has lent and not collected, fen';
COMMENT ON COLUMN bank_broker_interest.lent_rate_percent IS 'market lending rate of that day, per cent of a year; NULL for a broker without a loan';
COMMENT ON COLUMN bank_broker_interest.posted_fen IS 'interest on what is lent that is posted and not collected, fen';
COMMENT ON COLUMN bank_broker_interest.unposted_fen IS 'interest that is not posted yet: a collection on that day posts it first, fen';
COMMENT ON COLUMN bank_broker_interest.owed_fen IS 'both, which is owed, fen';
