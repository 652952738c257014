-- Every request about money that partners sent, refused ones too, and what each kind of them does. They are stored as
-- columns, one SQL row for many of them; the views show them row by row. Bytes that a partner chose (security,
-- partner_ref) are kept as bytes: they need not be text.

-- What each kind of request does, written at each start from the rules of the program that starts: every view that adds
-- up what was moved joins it. `side` is of a fill.
CREATE TABLE record_kinds (
    kind            smallint PRIMARY KEY,
    name            text     NOT NULL,
    amount_fen_min  bigint   NOT NULL,
    opens_freeze    boolean  NOT NULL,
    draws_on_freeze boolean  NOT NULL,
    names_account   boolean  NOT NULL, -- and no contract
    side            text,
    balance         smallint NOT NULL, -- this and the next three: what one fen of amount_fen adds to the account
    frozen          smallint NOT NULL,
    bought          smallint NOT NULL,
    sold            smallint NOT NULL,
    release_frozen  smallint NOT NULL, -- this and the next: what one fen of release_fen adds to the account
    release_bought  smallint NOT NULL,
    is_line         boolean  NOT NULL, -- of a clearing set: it moves nothing, and is in clearing_lines
    tells           text,              -- of a line: the vocabulary of byte 1, where that is no market
    names_order     boolean  NOT NULL, -- of a line: an order, which need not be there
    has_reference   boolean  NOT NULL, -- of a line: a security and its sender's own number
    books_proceeds  boolean  NOT NULL, -- of a reconciled clearing set, and is in proceeds
    has_way         boolean  NOT NULL, -- by which money comes or goes
    is_correction   boolean  NOT NULL  -- it brings bought and sold to what it names, and is in corrections
);

-- Requests of one seat with consecutive numbers that one journal row decided, at most 128 of them, as columns: each a
-- string of bytes with one value a record, all equally wide: 1, 2 or 4 bytes without a sign or 8 with one, the highest
-- byte first; NULL stands for zeros only; item_at reads them. Numbers neither overlap nor leave gaps: the follower's book
-- takes no row whose numbers do not go on where the seat stands.
CREATE TABLE request_blocks (
    trade_date      integer    NOT NULL,
    seat            integer    NOT NULL,
    first_number    bigint     NOT NULL CHECK (first_number >= 1),
    record_count    integer    NOT NULL CHECK (record_count >= 1),
    sequence        bigint     NOT NULL,
    decided_at_ns   bigint     NOT NULL,
    kind            smallint,            -- of every record; NULL when they differ
    kinds           bytea CHECK (octet_length(kinds) % record_count = 0),
    codes           bytea CHECK (octet_length(codes) % record_count = 0), -- 0 is accepted
    named_nos       bytea CHECK (octet_length(named_nos) % record_count = 0), -- contract, or account: see record_kinds
    amounts_fen     bytea CHECK (octet_length(amounts_fen) % record_count = 0),
    remaining_fen   bytea CHECK (octet_length(remaining_fen) % record_count = 0), -- NULL when all open freezes: see requests
    prices          bytea CHECK (octet_length(prices) % record_count = 0),        -- of FREEZE: 1/10,000 yuan, informative
    quantities      bytea CHECK (octet_length(quantities) % record_count = 0),    -- of FREEZE and lines; of CORRECT the act
    markets         bytea CHECK (octet_length(markets) % record_count = 0),       -- byte 1: of movements of cash the way
    releases_fen    bytea CHECK (octet_length(releases_fen) % record_count = 0),  -- this and the next four: of the others,
                                                                  -- lines and PROCEEDS too: see clearing_lines, proceeds, corrections
    turnovers_fen   bytea CHECK (octet_length(turnovers_fen) % record_count = 0),
    target_dates    bytea CHECK (octet_length(target_dates) % record_count = 0),
    target_seats    bytea CHECK (octet_length(target_seats) % record_count = 0),
    target_numbers  bytea CHECK (octet_length(target_numbers) % record_count = 0),
    securities      bytea CHECK (octet_length(securities) = 8 * record_count),    -- of FREEZE, as they came
    partner_refs    bytea CHECK (octet_length(partner_refs) = 8 * record_count),  -- as they came
    trade_days      bytea CHECK (octet_length(trade_days) % record_count = 0),    -- of lines, and of what is by a set: days since 1970-01-01
    listed          bytea CHECK (octet_length(listed) % record_count = 0),        -- 1: a line whose order is not there
    PRIMARY KEY (trade_date, seat, first_number),
    CONSTRAINT kind_or_kinds CHECK ((kind IS NULL) <> (kinds IS NULL)),
    CONSTRAINT remaining_unless_freezes CHECK (kind IS NOT NULL OR remaining_fen IS NOT NULL)
) WITH (
    toast_tuple_target = 8160 -- a row stays in one piece, in a page of its own or with others
);
CREATE INDEX request_blocks_of_row ON request_blocks (sequence);
-- Packed numbers do not compress well enough to pay for it on the way of every order.
ALTER TABLE request_blocks
    ALTER kinds SET STORAGE EXTERNAL,
    ALTER codes SET STORAGE EXTERNAL,
    ALTER named_nos SET STORAGE EXTERNAL,
    ALTER amounts_fen SET STORAGE EXTERNAL,
    ALTER remaining_fen SET STORAGE EXTERNAL,
    ALTER prices SET STORAGE EXTERNAL,
    ALTER quantities SET STORAGE EXTERNAL,
    ALTER markets SET STORAGE EXTERNAL,
    ALTER releases_fen SET STORAGE EXTERNAL,
    ALTER turnovers_fen SET STORAGE EXTERNAL,
    ALTER target_dates SET STORAGE EXTERNAL,
    ALTER target_seats SET STORAGE EXTERNAL,
    ALTER target_numbers SET STORAGE EXTERNAL,
    ALTER securities SET STORAGE EXTERNAL,
    ALTER partner_refs SET STORAGE EXTERNAL,
    ALTER trade_days SET STORAGE EXTERNAL,
    ALTER listed SET STORAGE EXTERNAL;

-- The value of record `i` (from 1) of `records` in such a string; NULL of NULL. Servers from version 18 on cast bytes to
-- numbers, which is three times as fast as the way through bits.
DO $do$
BEGIN
    EXECUTE format(
        $$CREATE FUNCTION item_at(items bytea, i integer, records integer) RETURNS bigint
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$SELECT %s$body$ $$,
        replace(
            CASE WHEN current_setting('server_version_num')::integer >= 180000 THEN 'ITEM::bigint'
                 ELSE '(''x'' || lpad(encode(ITEM, ''hex''), 16, ''0''))::bit(64)::bigint' END,
            'ITEM', 'substring(items FROM (i - 1) * (octet_length(items) / records) + 1 FOR octet_length(items) / records)'
        )
    );
END
$do$;

-- Every money request of a broker or the bank, one row each, refused ones too. The inner OFFSET 0 and the empty
-- concatenation fetch a long column once per block and not once per item; the outer one lets items and not columns go
-- into the sorts and joins of those who ask. Columns that a question does not need are not read. Of a boolean column the
-- planner supposes that one half is true; of `code = 0` one in 200, and would then join in nested loops.
CREATE VIEW requests AS
SELECT b.trade_date,
       b.seat,
       r.number,
       r.kind,
       r.is_freeze,
       r.draws_on_freeze,
       r.code,
       r.accepted,
       r.named_no,
       CASE WHEN NOT r.names_account THEN r.named_no END AS contract_no,
       CASE WHEN r.names_account THEN r.named_no END AS account_no,
       r.amount_fen,
       r.remaining_fen,
       r.price,
       r.quantity,
       r.market,
       r.release_fen,
       r.turnover_fen,
       r.target_date,
       r.target_seat,
       r.target_number,
       r.security,
       r.partner_ref,
       r.is_line,
       r.books_proceeds,
       r.is_correction,
       r.trade_day,
       r.listed,
       b.sequence,
       b.decided_at_ns,
       b.first_number,
       b.kind AS block_kind
FROM request_blocks b
CROSS JOIN LATERAL (
    SELECT b.first_number + i - 1             AS number,
           COALESCE(b.kind, item_at(a.kinds, i, b.record_count), 0)::smallint AS kind,
           COALESCE(b.kind, item_at(a.kinds, i, b.record_count))
               = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.opens_freeze)) AS is_freeze,
           COALESCE(b.kind, item_at(a.kinds, i, b.record_count))
               = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.draws_on_freeze)) AS draws_on_freeze,
           COALESCE(b.kind, item_at(a.kinds, i, b.record_count))
               = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.names_account)) AS names_account,
           COALESCE(b.kind, item_at(a.kinds, i, b.record_count))
               = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.is_line)) AS is_line,
           COALESCE(b.kind, item_at(a.kinds, i, b.record_count))
               = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.books_proceeds)) AS books_proceeds,
           COALESCE(b.kind, item_at(a.kinds, i, b.record_count))
               = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.is_correction)) AS is_correction,
           COALESCE(item_at(a.codes, i, b.record_count), 0)::smallint AS code,
           COALESCE(item_at(a.codes, i, b.record_count), 0) = 0 AS accepted,
           COALESCE(item_at(a.named_nos, i, b.record_count), 0) AS named_no,
           COALESCE(item_at(a.amounts_fen, i, b.record_count), 0) AS amount_fen,
           CASE
               WHEN b.remaining_fen IS NOT NULL THEN item_at(a.remaining_fen, i, b.record_count)
               WHEN COALESCE(item_at(a.codes, i, b.record_count), 0) = 0
                   THEN COALESCE(item_at(a.amounts_fen, i, b.record_count), 0)
               ELSE 0
           END AS remaining_fen,
           COALESCE(item_at(a.prices, i, b.record_count), 0) AS price,
           COALESCE(item_at(a.quantities, i, b.record_count), 0)::integer AS quantity,
           COALESCE(item_at(a.markets, i, b.record_count), 0)::smallint AS market,
           COALESCE(item_at(a.releases_fen, i, b.record_count), 0) AS release_fen,
           COALESCE(item_at(a.turnovers_fen, i, b.record_count), 0) AS turnover_fen,
           COALESCE(item_at(a.target_dates, i, b.record_count), 0)::integer AS target_date,
           COALESCE(item_at(a.target_seats, i, b.record_count), 0)::integer AS target_seat,
           COALESCE(item_at(a.target_numbers, i, b.record_count), 0) AS target_number,
           COALESCE(substring(a.securities FROM 8 * i - 7 FOR 8), '\x0000000000000000'::bytea)   AS security,
           COALESCE(substring(a.partner_refs FROM 8 * i - 7 FOR 8), '\x0000000000000000'::bytea) AS partner_ref,
           COALESCE(item_at(a.trade_days, i, b.record_count), 0)::integer AS trade_day,
           COALESCE(item_at(a.listed, i, b.record_count), 0) = 1 AS listed
    FROM (
        SELECT b.kinds || ''::bytea AS kinds,
               b.codes || ''::bytea AS codes,
               b.named_nos || ''::bytea AS named_nos,
               b.amounts_fen || ''::bytea AS amounts_fen,
               b.remaining_fen || ''::bytea AS remaining_fen,
               b.prices || ''::bytea AS prices,
               b.quantities || ''::bytea AS quantities,
               b.markets || ''::bytea AS markets,
               b.releases_fen || ''::bytea AS releases_fen,
               b.turnovers_fen || ''::bytea AS turnovers_fen,
               b.target_dates || ''::bytea AS target_dates,
               b.target_seats || ''::bytea AS target_seats,
               b.target_numbers || ''::bytea AS target_numbers,
               b.securities || ''::bytea AS securities,
               b.partner_refs || ''::bytea AS partner_refs,
               b.trade_days || ''::bytea AS trade_days,
               b.listed || ''::bytea AS listed
        OFFSET 0
    ) a
    CROSS JOIN LATERAL generate_series(1, b.record_count) i
    OFFSET 0
) r;

-- One request, or none: the only question about one number that reads one block and not all of a seat's.
CREATE FUNCTION request_of(of_trade_date integer, of_seat integer, of_number bigint) RETURNS SETOF requests
LANGUAGE sql STABLE AS $$
SELECT *
FROM requests
WHERE trade_date = of_trade_date
  AND seat = of_seat
  AND first_number = (
      SELECT max(b.first_number)
      FROM request_blocks b
      WHERE b.trade_date = of_trade_date AND b.seat = of_seat AND b.first_number <= of_number
  )
  AND number = of_number
$$;

-- One row per FREEZE, refused ones too (`code` 0 is accepted).
CREATE VIEW orders AS
SELECT number, contract_no, amount_fen, price, sequence, decided_at_ns, trade_date, seat, quantity, code, market,
       security, partner_ref
FROM requests
WHERE is_freeze;

-- One row per RELEASE (2), FILL_BUY (3), FILL_SELL (4), DEPOSIT (5), WITHDRAWAL (6), CLOSE (15) or unknown kind, refused
-- ones too; lines of clearing sets are no movements, and what is booked by a set is in proceeds and corrections.
-- remaining_fen is of the freeze concerned, after this. Each names a contract or, 5 and 6, an account: the other is NULL.
CREATE VIEW movements AS
SELECT number, target_number, contract_no, account_no, amount_fen, release_fen, turnover_fen, remaining_fen, sequence,
       decided_at_ns, trade_date, seat, target_date, target_seat, kind, code, market, partner_ref
FROM requests
WHERE NOT is_freeze
  AND NOT is_line
  AND NOT books_proceeds
  AND NOT is_correction
  AND block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k
                              WHERE k.opens_freeze OR k.is_line OR k.books_proceeds OR k.is_correction))
      IS NOT TRUE;

-- What became of each accepted freeze: amount = drawn + released + remaining. Added up and not joined: the planner has no
-- idea of how many numbers there are, and would join all freezes of a seat with all its movements.
CREATE VIEW freezes AS
SELECT trade_date,
       seat,
       number,
       MAX(contract_no)                                                AS contract_no,
       MAX(amount_fen)                                                 AS amount_fen,
       SUM(drawn_fen)::bigint                                          AS drawn_fen,
       SUM(released_fen)::bigint                                       AS released_fen,
       (MAX(amount_fen) - SUM(drawn_fen) - SUM(released_fen))::bigint  AS remaining_fen,
       MAX(sequence)                                                   AS sequence,
       MAX(decided_at_ns)                                              AS decided_at_ns
FROM (
    SELECT trade_date, seat, number, contract_no, amount_fen, 0::bigint AS drawn_fen, 0::bigint AS released_fen,
           sequence, decided_at_ns
    FROM requests
    WHERE accepted AND is_freeze
    UNION ALL
    SELECT r.target_date, r.target_seat, r.target_number, NULL, NULL,
           k.bought * r.amount_fen,
           -k.frozen * r.amount_fen - k.release_frozen * r.release_fen - k.bought * r.amount_fen,
           NULL, NULL
    FROM requests r
    JOIN record_kinds k ON k.kind = r.kind
    WHERE r.accepted AND r.draws_on_freeze
      AND r.block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE k.opens_freeze OR k.is_line)) IS NOT TRUE
) r
GROUP BY trade_date, seat, number
HAVING MAX(contract_no) IS NOT NULL;

-- Fills as they were booked, or listed (code 385: a fill that does not fit moved nothing and needs work), or awaiting
-- clearing (code 382: an ordinary sale of a broker without proceeds at the fill; its money comes with the clearing data).
CREATE VIEW fills AS
SELECT m.trade_date,
       m.seat,
       m.number,
       k.side,
       m.code = 385 AS listed,
       m.code = 382 AS awaits_clearing,
       m.target_date,
       m.target_seat,
       m.target_number,
       m.contract_no,
       m.amount_fen,
       m.release_fen,
       m.turnover_fen,
       m.remaining_fen,
       m.partner_ref,
       m.sequence,
       m.decided_at_ns
FROM movements m
JOIN record_kinds k ON k.kind = m.kind AND k.side IS NOT NULL
WHERE m.code IN (0, 382, 385);
