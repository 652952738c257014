-- What brokers say of a date 清算数据, what is found when it is compared with what the bank has, and what comes of it.

-- Every clearing set that was ever announced: what it was to have, and what arrived until it was complete or withdrawn.
-- Counts are of lines of kinds 7 to 12; fees are commission with tax, stamp duty, transfer, handling and regulatory.
CREATE TABLE clearing_sets (
    trade_date            integer   NOT NULL,
    party                 integer   NOT NULL CHECK (party >= 1),
    number                integer   NOT NULL CHECK (number >= 1), -- within its lane
    seat                  integer   NOT NULL CHECK (seat >= 1),   -- that announced it, and sends its lines
    declared_s            bigint    NOT NULL, -- when the exchange's data reached the broker: seconds since 1970
    announced_sequence    bigint    NOT NULL CHECK (announced_sequence >= 1),
    announced_at_ns       bigint    NOT NULL,
    completed_sequence    bigint    CHECK (completed_sequence >= announced_sequence),
    completed_at_ns       bigint,
    late_s                bigint    CHECK (late_s >= 0), -- at completion
    withdrawn_sequence    bigint    CHECK (withdrawn_sequence >= announced_sequence),
    withdrawn_at_ns       bigint,
    announced_counts      bigint[]  NOT NULL CHECK (cardinality(announced_counts) = 6),
    announced_turnover_fen numeric  NOT NULL, -- a sum in 16 bytes, as are the other amounts
    announced_fees_fen    numeric[] NOT NULL CHECK (cardinality(announced_fees_fen) = 5),
    announced_net_fen     numeric   NOT NULL,
    announced_digest      bytea     NOT NULL CHECK (octet_length(announced_digest) = 32),
    arrived_counts        bigint[]  NOT NULL CHECK (cardinality(arrived_counts) = 6),
    arrived_turnover_fen  numeric   NOT NULL,
    arrived_fees_fen      numeric[] NOT NULL CHECK (cardinality(arrived_fees_fen) = 5),
    arrived_net_fen       numeric   NOT NULL,
    arrived_digest        bytea     NOT NULL CHECK (octet_length(arrived_digest) = 32),
    listed_count          bigint    NOT NULL CHECK (listed_count >= 0), -- accepted lines whose order is not there
    as_of_sequence        bigint    NOT NULL CHECK (as_of_sequence >= 1),
    PRIMARY KEY (trade_date, party, number),
    CONSTRAINT completed_with_time CHECK (num_nonnulls(completed_sequence, completed_at_ns, late_s) IN (0, 3)),
    CONSTRAINT withdrawn_with_time CHECK (num_nonnulls(withdrawn_sequence, withdrawn_at_ns) IN (0, 2))
) WITH (fillfactor = 80);

-- What a comparison of a clearing set with what the bank has found, and what became of it; of each comparison the first
-- 65,536. Both values are what they are about: fen, a fate, whether a line is there. A class that two people know as it is
-- (closed_as 1) stays closed while later comparisons find the very same.
CREATE TABLE differences (
    trade_date        integer  NOT NULL,
    party             integer  NOT NULL CHECK (party >= 1),
    set_number        integer  NOT NULL CHECK (set_number >= 1),
    difference_class  smallint NOT NULL,
    compared_field    smallint NOT NULL,
    contract_no       bigint   NOT NULL CHECK (contract_no >= 0), -- 0 and so on: not known, or not about one
    order_date        integer  NOT NULL,
    order_seat        integer  NOT NULL,
    order_number      bigint   NOT NULL,
    bank_has          bigint   NOT NULL,
    set_says          bigint   NOT NULL,
    found_sequence    bigint   NOT NULL CHECK (found_sequence >= 1), -- that found it first
    found_at_ns       bigint   NOT NULL,
    compared_sequence bigint   NOT NULL CHECK (compared_sequence >= found_sequence), -- that found it last
    closed_as         smallint CHECK (closed_as BETWEEN 1 AND 4), -- decided, corrected, agrees, withdrawn
    closed_sequence   bigint   CHECK (closed_sequence > found_sequence),
    closed_at_ns      bigint,
    act_number        bigint   NOT NULL CHECK (act_number >= 0), -- that closed it, 0 for none
    as_of_sequence    bigint   NOT NULL CHECK (as_of_sequence >= 1),
    PRIMARY KEY (trade_date, party, set_number, difference_class, compared_field, contract_no, order_date, order_seat,
                 order_number),
    CONSTRAINT closed_with_time CHECK (num_nonnulls(closed_as, closed_sequence, closed_at_ns) IN (0, 3)),
    CONSTRAINT closed_by_an_act CHECK (act_number = 0 OR closed_as IN (1, 2))
) WITH (fillfactor = 80);

-- Orders that were open when their broker's date was settled, which wait for their allotment 待配售 until nothing of them
-- is left; those of which nothing is left too.
CREATE TABLE held_orders (
    trade_date     integer NOT NULL, -- this and the next two: the freeze
    seat           integer NOT NULL CHECK (seat >= 1),
    number         bigint  NOT NULL CHECK (number >= 1),
    party          integer NOT NULL CHECK (party >= 2),
    contract_no    bigint  NOT NULL CHECK (contract_no % 97 = 1),
    amount_fen     bigint  NOT NULL CHECK (amount_fen > 0),
    remaining_fen  bigint  NOT NULL CHECK (remaining_fen BETWEEN 0 AND amount_fen),
    held_sequence  bigint  NOT NULL CHECK (held_sequence >= 1), -- that settled the date
    held_at_ns     bigint  NOT NULL,
    ended_sequence bigint  CHECK (ended_sequence > held_sequence),
    ended_at_ns    bigint,
    PRIMARY KEY (trade_date, seat, number),
    CONSTRAINT ended_with_nothing_left CHECK ((remaining_fen = 0) = (ended_sequence IS NOT NULL)),
    CONSTRAINT ended_with_time CHECK (num_nonnulls(ended_sequence, ended_at_ns) IN (0, 2))
) WITH (fillfactor = 80);
CREATE INDEX held_orders_open ON held_orders (trade_date, party) WHERE ended_sequence IS NULL;

-- How many working days of the bank an allotment may take before it is overdue, written at each start of the follower as
-- it is configured.
CREATE TABLE allotment_limit (
    working_days integer NOT NULL CHECK (working_days >= 1)
);
INSERT INTO allotment_limit (working_days) VALUES (4);

-- What brokers make good, from the correction that opened it: what is left of it is account 1910 in general_ledger. What
-- two people withdraw the set of is taken back whole.
CREATE TABLE cases (
    party               integer NOT NULL CHECK (party >= 1),
    case_no             bigint  NOT NULL CHECK (case_no >= 1),
    trade_date          integer NOT NULL,
    contract_no         bigint  NOT NULL,
    amount_fen          bigint  NOT NULL CHECK (amount_fen >= 1),
    act_number          bigint  NOT NULL CHECK (act_number >= 0), -- by which it was corrected
    opened_sequence     bigint  NOT NULL CHECK (opened_sequence >= 1),
    opened_at_ns        bigint  NOT NULL,
    taken_back_sequence bigint  CHECK (taken_back_sequence > opened_sequence),
    taken_back_at_ns    bigint,
    PRIMARY KEY (party, case_no),
    CONSTRAINT taken_back_with_time CHECK (num_nonnulls(taken_back_sequence, taken_back_at_ns) IN (0, 2))
);

-- Who looks into differences and cases of a broker's date, as was said last: of one contract, or (0) of all others.
CREATE TABLE item_owners (
    trade_date     integer NOT NULL,
    party          integer NOT NULL CHECK (party >= 1),
    contract_no    bigint  NOT NULL CHECK (contract_no >= 0),
    owner          integer NOT NULL CHECK (owner >= 0), -- 0: nobody any more
    act_number     bigint  NOT NULL CHECK (act_number >= 1),
    as_of_sequence bigint  NOT NULL CHECK (as_of_sequence >= 1),
    PRIMARY KEY (trade_date, party, contract_no)
);

-- Lines of clearing sets, refused ones too, with their fields by name: each kind uses some of them. A line belongs to the
-- set of its day that its seat was sending when it came: between announcement and completion, withdrawal or settlement.
-- `number` is the line's; set_number is NULL where no set took it. Fees and names of orders share the columns of others.
CREATE VIEW clearing_lines AS
SELECT r.trade_date,
       r.seat,
       r.number,
       r.kind,
       r.code,
       r.accepted,
       r.listed,
       r.trade_day,
       s.trade_date AS set_trade_date,
       s.party      AS set_party,
       s.number     AS set_number,
       r.contract_no,
       r.market     AS told,
       r.quantity,
       r.amount_fen,
       r.release_fen                                               AS second_fen, -- released, commission or tax
       r.turnover_fen << 32 >> 32                                  AS stamp_fen,
       r.turnover_fen >> 32                                        AS transfer_fen,
       r.target_date                                               AS handling_fen,
       r.target_seat                                               AS regulatory_fen,
       (r.target_number << 32 >> 32)::integer                      AS order_date,
       (r.target_number >> 32)::integer                            AS order_seat,
       r.target_number                                             AS security_word, -- its 8 bytes, the first the lowest
       r.partner_ref                                               AS last_bytes, -- number of the order, or reference
       r.sequence,
       r.decided_at_ns
FROM requests r
LEFT JOIN (
    SELECT c.*,
           to_date(c.trade_date::text, 'YYYYMMDD') - date '1970-01-01' AS trade_day,
           COALESCE(LEAST(c.completed_sequence, c.withdrawn_sequence, l.settled_sequence), 9223372036854775807) AS last_sequence
    FROM clearing_sets c
    LEFT JOIN lanes l USING (trade_date, party)
) s ON s.seat = r.seat AND s.trade_day = r.trade_day AND r.sequence > s.announced_sequence AND r.sequence < s.last_sequence
WHERE r.is_line
  AND r.block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE NOT k.is_line)) IS NOT TRUE;

-- Bookings of proceeds that came with a reconciled clearing set, refused ones too, one row each: what was sold for the
-- contract on the trade day, and what fees of sales took beyond their turnover, as far as it is booked.
CREATE VIEW proceeds AS
SELECT r.trade_date,
       r.seat,
       r.number,
       r.kind,
       r.code,
       r.accepted,
       r.contract_no,
       r.trade_day,
       r.amount_fen  AS proceeds_fen,
       r.release_fen AS excess_fen,
       r.partner_ref,
       r.sequence,
       r.decided_at_ns
FROM requests r
WHERE r.books_proceeds
  AND r.block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE NOT k.books_proceeds)) IS NOT TRUE;

-- A number as the bytes of a record have it, the least significant first.
CREATE FUNCTION readable_number(written bytea) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT BIT_OR(get_byte(written, place)::bigint << 8 * place) FROM generate_series(0, 7) place
$$;

-- Corrections of contracts by a complete clearing set, refused ones too, one row each: what the bank had and what the set
-- has of the trade day, and what the broker makes good; bought is then what the set has less that, sold what it has and
-- that. Of one that is taken back (REVERT) what there was without the set stands in place of what it has, and what stays
-- in place of what is made good. case_no is the broker's case, 0 without one. What is made good of proceeds lies in the bytes of a target's date and
-- seat.
CREATE VIEW corrections AS
SELECT r.trade_date,
       r.seat,
       r.number,
       r.kind,
       r.code,
       r.accepted,
       r.contract_no,
       r.trade_day,
       r.target_number                                                      AS had_bought_fen,
       r.amount_fen                                                         AS cleared_buys_fen,
       r.turnover_fen                                                       AS made_good_buys_fen,
       readable_number(r.partner_ref)                                       AS had_sold_fen,
       r.release_fen                                                        AS cleared_proceeds_fen,
       r.target_seat::bigint << 32 | r.target_date::bigint & 4294967295     AS made_good_proceeds_fen,
       r.quantity                                                           AS act_number,
       r.remaining_fen                                                      AS case_no,
       r.sequence,
       r.decided_at_ns
FROM requests r
WHERE r.is_correction
  AND r.block_kind = ANY (ARRAY(SELECT k.kind FROM record_kinds k WHERE NOT k.is_correction)) IS NOT TRUE;
