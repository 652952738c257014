-- The read model: what happened, as rows that a person or an auditor can ask for. Written by the follower alone, from
-- committed journal rows; never read by the writer. Everything in it can be made again from the journal.
-- Requests and accounts are stored as columns, one SQL row for many of them; the views below show them row by row.
-- Amounts are fen. `sequence` is the journal sequence of the row that decided. Bytes that a partner chose (security,
-- partner_ref) are kept as bytes: they need not be text.

-- How far the read model is: it changes in the same transaction as what it speaks of.
CREATE TABLE read_cursor (
    shard         integer  PRIMARY KEY,
    sequence      bigint   NOT NULL CHECK (sequence >= 0),
    decided_at_ns bigint   NOT NULL CHECK (decided_at_ns >= 0),
    digest        bytea    NOT NULL CHECK (octet_length(digest) = 32)
) WITH (fillfactor = 10);

-- The whole state right behind each roll, as the follower reckoned it there: what the bank's day desk confirms.
CREATE TABLE rolls (
    trade_date   integer PRIMARY KEY, -- that the roll opened
    sequence     bigint  NOT NULL UNIQUE CHECK (sequence >= 1),
    state_layout integer NOT NULL CHECK (state_layout >= 1), -- by which the state was cut: digests of others are not comparable
    digest       bytea   NOT NULL CHECK (octet_length(digest) = 32)
);

-- The general ledger as of the cursor: debits less credits of each of its accounts. `item` is an outlet or a case, where
-- the account is split by these; what an account is not split by is 0.
CREATE TABLE general_ledger (
    account_code   integer NOT NULL CHECK (account_code >= 1000),
    party          integer NOT NULL CHECK (party >= 0),
    trade_date     integer NOT NULL CHECK (trade_date >= 0),
    item           bigint  NOT NULL CHECK (item >= 0),
    balance_fen    numeric NOT NULL, -- a sum over accounts may pass 64 bits
    as_of_sequence bigint  NOT NULL CHECK (as_of_sequence >= 1),
    PRIMARY KEY (account_code, party, trade_date, item)
) WITH (fillfactor = 50);

CREATE TABLE parties (
    party            integer  PRIMARY KEY CHECK (party >= 1),
    role             smallint NOT NULL CHECK (role IN (1, 2)),
    suite            smallint NOT NULL CHECK (suite IN (1, 2)),
    proceeds_at_fill boolean  NOT NULL,
    stopped          boolean  NOT NULL, -- two people have stopped it: it takes no new orders
    terminated       boolean  NOT NULL, -- for good: no contract of it begins either
    mode             smallint NOT NULL CHECK (mode IN (0, 1)), -- 1: what its customers order with is moved 划转
    next_mode        smallint NOT NULL CHECK (next_mode IN (0, 1)), -- that comes with a roll; without a change the same
    name             text     NOT NULL,
    seats            integer[] NOT NULL,
    seat_roles       smallint[] NOT NULL CHECK (cardinality(seat_roles) = cardinality(seats)),
    as_of_sequence   bigint   NOT NULL CHECK (as_of_sequence >= 1)
);

-- The bank's own outlets: a branch (1) under nothing, 0; a sub-branch (2) under a branch; an outlet (3) under a sub-branch.
-- An account may name an outlet that is not here.
CREATE TABLE outlets (
    number         integer  PRIMARY KEY CHECK (number >= 1),
    level          smallint NOT NULL CHECK (level BETWEEN 1 AND 3),
    parent         integer  NOT NULL CHECK (parent >= 0 AND (parent = 0) = (level = 1)),
    name           text     NOT NULL,
    as_of_sequence bigint   NOT NULL CHECK (as_of_sequence >= 1)
) WITH (fillfactor = 80);

-- People who may sign acts, and the keys that they ever had. `rights` is a sum; outlet 0 is the whole bank.
CREATE TABLE persons (
    person         integer  PRIMARY KEY CHECK (person >= 1),
    staff_no       text     NOT NULL UNIQUE,
    name           text     NOT NULL,
    outlet         integer  NOT NULL CHECK (outlet >= 0),
    rights         integer  NOT NULL CHECK (rights >= 0),
    active         boolean  NOT NULL,
    last_serial    bigint   NOT NULL CHECK (last_serial >= 0), -- of this author's acts that were decided
    as_of_sequence bigint   NOT NULL CHECK (as_of_sequence >= 1)
) WITH (fillfactor = 80);
CREATE TABLE person_keys (
    person         integer  NOT NULL REFERENCES persons,
    key_id         integer  NOT NULL CHECK (key_id >= 1),
    suite          smallint NOT NULL CHECK (suite IN (1, 2)),
    public_key     bytea    NOT NULL UNIQUE,
    from_s         bigint   NOT NULL CHECK (from_s >= 0),
    until_s        bigint   NOT NULL CHECK (until_s >= 0), -- 0: without end
    ended          boolean  NOT NULL DEFAULT false,
    as_of_sequence bigint   NOT NULL CHECK (as_of_sequence >= 1),
    PRIMARY KEY (person, key_id)
);

-- Every act that was decided, refused ones too: of those what the text says is claimed and not proved. `number` counts
-- the acts that took effect, 0 for the others. What a text that is none would say is NULL.
CREATE TABLE acts (
    sequence      bigint   NOT NULL CHECK (sequence >= 1),
    place         integer  NOT NULL CHECK (place >= 0), -- in the journal row
    decided_at_ns bigint   NOT NULL,
    seat          integer  NOT NULL,
    code          smallint NOT NULL CHECK (code >= 0),
    number        bigint   NOT NULL CHECK ((number > 0) = (code = 0)),
    text          bytea    NOT NULL,
    digest        bytea    NOT NULL CHECK (octet_length(digest) = 32),
    act           text,
    author        integer,
    second        integer,
    serial        bigint,
    reason        text,
    PRIMARY KEY (sequence, place)
);
CREATE UNIQUE INDEX acts_by_number ON acts (number) WHERE number > 0;

CREATE TABLE savings_accounts (
    account_no       bigint   PRIMARY KEY CHECK (account_no % 97 = 2), -- the check digits tell it from a contract's number
    bank_account_no  bigint   NOT NULL UNIQUE CHECK (bank_account_no >= 1), -- the bank's own number
    as_of_sequence   bigint   NOT NULL CHECK (as_of_sequence >= 1),
    outlet           integer  NOT NULL CHECK (outlet >= 1),
    holder           bytea    NOT NULL CHECK (octet_length(holder) = 16), -- a keyed digest: equal for equal holders
    status           smallint NOT NULL CHECK (status BETWEEN 0 AND 2),
    last_contract_no bigint -- signed last and ended by no message: whose party the account counts for; it may have run off
) WITH (fillfactor = 80);

CREATE TABLE contracts (
    contract_no    bigint   PRIMARY KEY CHECK (contract_no % 97 = 1), -- the check digits of ISO 7064
    account_no     bigint   NOT NULL CHECK (account_no % 97 = 2),
    as_of_sequence bigint   NOT NULL CHECK (as_of_sequence >= 1),
    party          integer  NOT NULL CHECK (party >= 1),
    status         smallint NOT NULL CHECK (status BETWEEN 1 AND 6), -- 4, a loss, stands for any but 5, the end
    began_on       integer  NOT NULL, -- trade date that was open when it began to be of use, 0: it has not
    ended_on       integer  NOT NULL, -- trade date on which it ended or began to run off, 0 for neither
    designated_on  integer  NOT NULL, -- trade date since when its broker is designated in Shanghai, 0: it is not
    xshg_account   text,              -- securities accounts, NULL for none
    xshe_account   text
) WITH (fillfactor = 80);
CREATE INDEX contracts_of_account ON contracts (account_no);
CREATE INDEX contracts_running_off ON contracts (contract_no) WHERE ended_on > 0 AND status <> 5;

-- Contracts that brokers pushed. Who the customer is came sealed, and is not here.
CREATE TABLE pushes (
    push             bigint   PRIMARY KEY CHECK (push >= 1),
    party            integer  NOT NULL CHECK (party >= 2),
    seat             integer  NOT NULL,
    trade_date       integer  NOT NULL, -- on which it came
    serial           bigint   NOT NULL CHECK (serial >= 1), -- the broker's own, per seat and trade date
    bank_account_no  bigint   NOT NULL CHECK (bank_account_no >= 1), -- as the broker wrote it: there may be no such account
    replaces         bigint   NOT NULL, -- the contract that is to give way, 0 for none
    pushed_sequence  bigint   NOT NULL,
    pushed_at_ns     bigint   NOT NULL,
    state            smallint NOT NULL CHECK (state BETWEEN 1 AND 7),
    code             integer  NOT NULL, -- why it is impossible, else 0
    contract_no      bigint   NOT NULL, -- that came about by it, 0 for none
    decided_sequence bigint, -- NULL while it is to be decided
    decided_at_ns    bigint,
    as_of_sequence   bigint   NOT NULL CHECK (as_of_sequence >= 1)
) WITH (fillfactor = 80);
CREATE INDEX pushes_to_be_decided ON pushes (push) WHERE decided_sequence IS NULL;

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

-- Restraints that were ever set on accounts, by order of an authority; an ended one withholds nothing any more.
-- `senior_fen`: of what is frozen and bought, what ranks before it while it is open.
CREATE TABLE restraints (
    restraint_no   bigint   PRIMARY KEY CHECK (restraint_no >= 1),
    account_no     bigint   NOT NULL CHECK (account_no % 97 = 2),
    amount_fen     bigint   NOT NULL CHECK (amount_fen >= 0), -- when it was set; of 3 all that card debits left
    ordered_as     smallint NOT NULL CHECK (ordered_as BETWEEN 1 AND 3), -- judicial, other, card: what a card debit left
    authority      text     NOT NULL,
    document       text     NOT NULL,
    operators      integer[] NOT NULL, -- persons of the act that set it; none where a seat did
    set_by         integer  NOT NULL CHECK ((set_by = 0) = (ordered_as = 3)), -- that seat
    set_on         integer  NOT NULL,
    set_sequence   bigint   NOT NULL CHECK (set_sequence >= 1),
    set_at_ns      bigint   NOT NULL,
    left_fen       bigint   NOT NULL CHECK (left_fen >= 0), -- that it withholds
    senior_fen     bigint   NOT NULL CHECK (senior_fen >= 0),
    holds_until_s  bigint   NOT NULL CHECK (holds_until_s >= 0), -- its last second since 1970, 0: until it is lifted
    lifted_fen     bigint   NOT NULL DEFAULT 0 CHECK (lifted_fen >= 0),
    deducted_fen   bigint   NOT NULL DEFAULT 0 CHECK (deducted_fen >= 0),
    ordered_fen    bigint   NOT NULL DEFAULT 0 CHECK (ordered_fen BETWEEN 0 AND left_fen), -- to be deducted, and was not yet
    ended_on       integer, -- trade date; of one that lapsed, the date that was opened then
    ended_sequence bigint   CHECK (ended_sequence >= set_sequence),
    as_of_sequence bigint   NOT NULL CHECK (as_of_sequence >= 1),
    CONSTRAINT ended_with_nothing_left CHECK (ended_sequence IS NULL OR left_fen = 0),
    CONSTRAINT ended_on_a_date CHECK ((ended_on IS NULL) = (ended_sequence IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX restraints_of_account ON restraints (account_no);
CREATE INDEX restraints_open ON restraints (restraint_no) WHERE ended_sequence IS NULL;

-- What of accounts is moved for orders 划转, of those of which something ever was: of what is frozen, and of what is bought.
-- Their amounts in account_pages and accounts are as if nothing were.
CREATE TABLE moved_money (
    account_no     bigint PRIMARY KEY CHECK (account_no % 97 = 2),
    remaining_fen  bigint NOT NULL CHECK (remaining_fen >= 0),
    drawn_fen      bigint NOT NULL CHECK (drawn_fen >= 0),
    as_of_sequence bigint NOT NULL CHECK (as_of_sequence >= 1)
) WITH (fillfactor = 80);

-- What was sold for contracts that have ended, by corrections that came after their end, and is not credited: no account
-- has it. A contract of which nothing is left is not here.
CREATE TABLE sold_of_ended (
    contract_no    bigint PRIMARY KEY CHECK (contract_no % 97 = 1),
    sold_fen       bigint NOT NULL CHECK (sold_fen > 0),
    as_of_sequence bigint NOT NULL CHECK (as_of_sequence >= 1)
) WITH (fillfactor = 80);

-- Lanes of which a broker has said something: a lane is one broker's trade date. Of the last comparison of its set with
-- what the bank has: the differences of each class so far, MISSING_HERE first; a set that is withdrawn leaves nothing.
CREATE TABLE lanes (
    trade_date       integer  NOT NULL,
    party            integer  NOT NULL CHECK (party >= 1),
    state            smallint NOT NULL CHECK (state >= 0),
    sets_count       integer  NOT NULL CHECK (sets_count >= 0), -- that were announced so far
    differences      bigint[] NOT NULL CHECK (cardinality(differences) = 4),
    is_compared      boolean  NOT NULL, -- to its end
    proceeds_due     bigint   NOT NULL CHECK (proceeds_due >= 0), -- contracts whose proceeds by clearing data are not booked
    is_deferred      boolean  NOT NULL, -- by two people
    signed_on_s      bigint   NOT NULL CHECK (signed_on_s >= 0), -- when the broker said that it is ready, 0 for not
    reconciled_sequence bigint CHECK (reconciled_sequence >= 1), -- in which the comparison ended without a difference
    reconciled_at_ns bigint,
    published_sequence bigint CHECK (published_sequence >= reconciled_sequence),
    published_at_ns  bigint,
    settled_sequence bigint, -- in which the customers of the date were settled: the state is what it was then
    as_of_sequence   bigint   NOT NULL CHECK (as_of_sequence >= 1),
    PRIMARY KEY (trade_date, party),
    CONSTRAINT reconciled_in_its_states CHECK ((state >= 5) = (reconciled_sequence IS NOT NULL)),
    CONSTRAINT reconciled_with_time CHECK (num_nonnulls(reconciled_sequence, reconciled_at_ns) IN (0, 2)),
    CONSTRAINT reconciled_when_compared CHECK (state < 5 OR is_compared), -- what differs then, people have signed for
    CONSTRAINT published_in_its_state CHECK ((state >= 6) = (published_sequence IS NOT NULL)),
    CONSTRAINT published_with_time CHECK (num_nonnulls(published_sequence, published_at_ns) IN (0, 2)),
    CONSTRAINT published_with_nothing_due CHECK (state < 6 OR proceeds_due = 0)
) WITH (fillfactor = 80);

-- When what follows from a trade date is due: its windows, the bank's working days from the next trade date on, as they
-- are now; in whole seconds since 1970, UTC. A date without a calendar has none.
CREATE TABLE due_times (
    trade_date       integer  NOT NULL,
    window_no        smallint NOT NULL CHECK (window_no >= 1),
    pay_from_s       bigint   NOT NULL,
    late_from_s      bigint   NOT NULL CHECK (late_from_s > pay_from_s),
    first_due_s      bigint   NOT NULL CHECK (first_due_s > late_from_s),
    last_due_s       bigint   NOT NULL CHECK (last_due_s > first_due_s),
    day_end_s        bigint   NOT NULL CHECK (day_end_s > last_due_s),
    sequence         bigint   NOT NULL CHECK (sequence >= 1), -- the row that said so
    as_of_sequence   bigint   NOT NULL CHECK (as_of_sequence >= 1),
    PRIMARY KEY (trade_date, window_no)
);

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

-- What brokers are told without asking 推送, by party from 1 without gaps, and when a broker signed for an entry: the
-- second of the decision, 0 for not yet. The chain of digests is made from all that is told, in front of each entry.
CREATE TABLE feed_entries (
    party                integer   NOT NULL CHECK (party >= 1),
    position             bigint    NOT NULL CHECK (position >= 1),
    sequence             bigint    NOT NULL CHECK (sequence >= 1), -- journal row that made it
    decided_at_ns        bigint    NOT NULL,
    kind                 smallint  NOT NULL CHECK (kind >= 1),
    trade_date           integer   NOT NULL,
    contract_no          bigint    NOT NULL CHECK (contract_no >= 0), -- 0: of none
    content              bytea     NOT NULL, -- as it is told
    digest_before        bytea     NOT NULL CHECK (octet_length(digest_before) = 32),
    said                 jsonb     NOT NULL, -- the content by the names of its fields
    received_s           bigint    NOT NULL DEFAULT 0,
    PRIMARY KEY (party, position)
) WITH (fillfactor = 90);

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

-- What the day desk said that was made of the books at the end of a trade date: reports, a backup that was checked.
CREATE TABLE day_ends (
    told_sequence bigint   NOT NULL CHECK (told_sequence >= 1), -- the row that says so
    place         integer  NOT NULL CHECK (place >= 0), -- in that row
    told_at_ns    bigint   NOT NULL CHECK (told_at_ns >= 0),
    trade_date    integer  NOT NULL,
    what          smallint NOT NULL,
    sequence      bigint   NOT NULL CHECK (sequence >= 1), -- the row as of which they are
    digest        bytea    NOT NULL CHECK (octet_length(digest) = 32),
    PRIMARY KEY (told_sequence, place)
);

-- What is owed by a broker's published date, and by what is made good: when it is due, and what the broker said of it.
-- Whole seconds since 1970, UTC, 0 for not yet, or where no calendar says so.
CREATE TABLE obligations (
    party                integer   NOT NULL CHECK (party >= 1),
    trade_date           integer   NOT NULL,
    case_no              integer   NOT NULL CHECK (case_no >= 0), -- 0: the date's own
    set_number           integer   NOT NULL CHECK (set_number >= 1),
    owed_fen             numeric   NOT NULL, -- by the broker; below 0 by the bank; a sum in 16 bytes
    state                smallint  NOT NULL,
    netted_s             bigint    NOT NULL,
    set_late_s           bigint    NOT NULL CHECK (set_late_s >= 0),
    pay_from_s           bigint    NOT NULL,
    late_from_s          bigint    NOT NULL,
    first_due_s          bigint    NOT NULL,
    last_due_s           bigint    NOT NULL,
    objection_until_s    bigint    NOT NULL,
    termination_after_s  bigint    NOT NULL,
    is_late_netted       boolean   NOT NULL,
    needs_no_notice      boolean   NOT NULL,
    noticed_s            bigint    NOT NULL,
    objected_s           bigint    NOT NULL,
    objected_fen         bigint    NOT NULL,
    objected_contract_no bigint    NOT NULL,
    objection            text      NOT NULL,
    paid_fen             numeric   NOT NULL CHECK (paid_fen >= 0), -- of what is owed, whoever owes it
    advanced_fen         numeric   NOT NULL CHECK (advanced_fen >= 0), -- lent by the bank, and not collected yet
    fell_due_s           bigint    NOT NULL, -- the first second in which its first due time was over
    bank_late_s          bigint    NOT NULL, -- the due time at which the bank had not paid
    as_of_sequence       bigint    NOT NULL CHECK (as_of_sequence >= 1),
    PRIMARY KEY (party, trade_date, case_no),
    CONSTRAINT due_in_order CHECK (
        first_due_s = 0 OR (pay_from_s < late_from_s AND late_from_s < first_due_s AND first_due_s < last_due_s)
    )
) WITH (fillfactor = 80);

-- What is kept of a broker's clearing account 清算账户 beside its balance, which general_ledger has.
CREATE TABLE clearing_accounts (
    party          integer NOT NULL PRIMARY KEY CHECK (party >= 2),
    fund_serial    bigint  NOT NULL CHECK (fund_serial >= 0), -- of the last payment that was booked to it
    customer_serial bigint NOT NULL CHECK (customer_serial >= 0), -- of the last one to a customer whose account is closed
    limit_fen      bigint  NOT NULL CHECK (limit_fen >= 0), -- what it may be lent in all
    points         bigint  NOT NULL CHECK (points >= 0), -- whole yuan × days, since interest was posted to it last
    points_day     integer NOT NULL, -- days since 1970, up to which these are counted; 0: none is
    loan_day       integer NOT NULL, -- days since 1970, up to which its loan is reckoned; 0: it has none
    as_of_sequence bigint  NOT NULL CHECK (as_of_sequence >= 1)
);

-- Market lending rates as two people said them, in millionths of a year.
CREATE TABLE market_rates (
    day        integer NOT NULL PRIMARY KEY, -- in days since 1970
    millionths integer NOT NULL CHECK (millionths >= 0),
    sequence   bigint  NOT NULL CHECK (sequence >= 1)
);

-- Every entry between the bank and a broker, in the order in which a journal row posted it.
CREATE TABLE clearing_entries (
    sequence      bigint   NOT NULL CHECK (sequence >= 1),
    place         integer  NOT NULL,
    trade_date    integer  NOT NULL, -- whose numbers these are: of the request that came
    seat          integer  NOT NULL CHECK (seat >= 1),
    number        bigint   NOT NULL CHECK (number >= 1),
    decided_at_ns bigint   NOT NULL,
    kind          smallint NOT NULL,
    party         integer  NOT NULL CHECK (party >= 2),
    amount_fen    bigint   NOT NULL CHECK (amount_fen > 0),
    debit_date    integer  NOT NULL, -- trade date of an account that is kept by dates, 0 for none
    credit_date   integer  NOT NULL,
    case_no       bigint   NOT NULL,
    at_s          bigint   NOT NULL, -- the due time that acted, or the second of the decision
    account_no    bigint, -- the customer's that is paid, whose contract case_no is; else NULL
    PRIMARY KEY (sequence, place)
);

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
