-- The peers' ledger: freeze money for an order, durably, in plain PostgreSQL. As lean as honest semantics allow:
-- one conditional update and one inserted row an order, no signatures, no sessions, no chain.
CREATE TABLE accounts (
    account_no  bigint PRIMARY KEY,
    balance_fen bigint NOT NULL,
    frozen_fen  bigint NOT NULL DEFAULT 0 CHECK (frozen_fen >= 0 AND frozen_fen <= balance_fen)
) WITH (fillfactor = 50);

CREATE TABLE freezes (
    order_no   bigint GENERATED ALWAYS AS IDENTITY,
    account_no bigint NOT NULL,
    amount_fen bigint NOT NULL,
    code       smallint NOT NULL
);

-- One order a call.
CREATE FUNCTION freeze_one(p_account_no bigint, p_amount_fen bigint) RETURNS smallint
LANGUAGE plpgsql AS $$
DECLARE
    v_code smallint := 0;
BEGIN
    UPDATE accounts SET frozen_fen = frozen_fen + p_amount_fen
     WHERE account_no = p_account_no AND balance_fen - frozen_fen >= p_amount_fen;
    IF NOT FOUND THEN
        v_code := 1;
    END IF;
    INSERT INTO freezes (account_no, amount_fen, code) VALUES (p_account_no, p_amount_fen, v_code);
    RETURN v_code;
END $$;

-- Greedy running total: an order that does not fit is refused and the next smaller one may still fit.
CREATE FUNCTION greedy_step(p_taken bigint, p_amount_fen bigint, p_room_fen bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_taken + p_amount_fen <= p_room_fen THEN p_taken + p_amount_fen ELSE p_taken END
$$;
CREATE AGGREGATE greedy(bigint, bigint) (SFUNC = greedy_step, STYPE = bigint, INITCOND = '0');

-- Many orders a call: accounts locked in one sorted sweep, accounts whose orders all fit are taken as a set, the
-- others order by order (600, 600, 400 on 1,000 gives yes, no, yes).
CREATE FUNCTION freeze_batch(p_account_nos bigint[], p_amounts_fen bigint[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_accepted bigint;
BEGIN
    WITH request AS MATERIALIZED (
        SELECT r.account_no, r.amount_fen, r.position
          FROM unnest(p_account_nos, p_amounts_fen) WITH ORDINALITY AS r(account_no, amount_fen, position)
    ), wanted AS MATERIALIZED (
        SELECT account_no, sum(amount_fen)::bigint AS wanted_fen FROM request GROUP BY account_no
    ), room AS MATERIALIZED (
        SELECT a.account_no, a.balance_fen - a.frozen_fen AS room_fen
          FROM accounts a WHERE a.account_no IN (SELECT account_no FROM wanted)
         ORDER BY a.account_no FOR UPDATE
    ), easy AS (
        SELECT r.account_no, r.amount_fen, r.position, 0::smallint AS code
          FROM request r JOIN wanted w USING (account_no) JOIN room o USING (account_no)
         WHERE w.wanted_fen <= o.room_fen
    ), hard AS (
        SELECT r.account_no, r.amount_fen, r.position, o.room_fen,
               greedy(r.amount_fen, o.room_fen) OVER (PARTITION BY r.account_no ORDER BY r.position) AS taken_fen
          FROM request r JOIN wanted w USING (account_no) LEFT JOIN room o USING (account_no)
         WHERE o.account_no IS NULL OR w.wanted_fen > o.room_fen
    ), judged AS MATERIALIZED (
        SELECT account_no, amount_fen, position, code FROM easy
        UNION ALL
        SELECT account_no, amount_fen, position,
               CASE WHEN taken_fen IS NOT NULL AND taken_fen
                    > coalesce(lag(taken_fen) OVER (PARTITION BY account_no ORDER BY position), 0)
                    THEN 0 ELSE 1 END::smallint
          FROM hard
    ), kept AS (
        INSERT INTO freezes (account_no, amount_fen, code)
        SELECT account_no, amount_fen, code FROM judged ORDER BY position
    ), frozen AS (
        UPDATE accounts a SET frozen_fen = a.frozen_fen + s.amount_fen
          FROM (SELECT account_no, sum(amount_fen)::bigint AS amount_fen FROM judged WHERE code = 0 GROUP BY account_no) s
         WHERE a.account_no = s.account_no
    )
    SELECT count(*) FILTER (WHERE code = 0) INTO v_accepted FROM judged;
    RETURN v_accepted;
END $$;
