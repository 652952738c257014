-- The read model: what happened, as rows that a person or an auditor can ask for. Written by the follower alone, from
-- committed journal rows; never read by the writer. Everything in it can be made again from the journal. Here how far it
-- is, the bank itself with its people, and customers with their accounts and contracts.
-- Amounts are fen. `sequence` is the journal sequence of the row that decided.

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
    role             smallint NOT NULL CHECK (role IN (1, 2, 3)),
    suite            smallint NOT NULL CHECK (suite IN (1, 2)),
    proceeds_at_fill boolean  NOT NULL,
    stopped          boolean  NOT NULL, -- two people have stopped it: it takes no new orders
    terminated       boolean  NOT NULL, -- for good: no contract of it begins either
    mode             smallint NOT NULL CHECK (mode IN (0, 1)), -- 1: what its customers order with is moved 划转
    next_mode        smallint NOT NULL CHECK (next_mode IN (0, 1)), -- that comes with a roll; without a change the same
    scheme           smallint NOT NULL CHECK (scheme IN (0, 1)), -- 1: orders of its customers come through the bank 方案一
    next_scheme      smallint NOT NULL CHECK (next_scheme IN (0, 1)), -- that comes with a roll; without a change the same
    name             text     NOT NULL,
    seats            integer[] NOT NULL,
    seat_roles       smallint[] NOT NULL CHECK (cardinality(seat_roles) = cardinality(seats)),
    as_of_sequence   bigint   NOT NULL CHECK (as_of_sequence >= 1)
);

-- Seats of channels, each for customers of one broker.
CREATE TABLE channel_seats (
    seat           integer  PRIMARY KEY CHECK (seat >= 1),
    party          integer  NOT NULL CHECK (party >= 2),
    channel        smallint NOT NULL CHECK (channel >= 1),
    broker         integer  NOT NULL CHECK (broker >= 2),
    as_of_sequence bigint   NOT NULL CHECK (as_of_sequence >= 1)
);

-- Trading passwords 交易密码 of contracts that ever had one: failures of the open date by channel, and until when the
-- customer is signed on with which channel. Salt and verifier are zeros while none is set; no view has them.
CREATE TABLE passwords (
    contract_no     bigint     PRIMARY KEY CHECK (contract_no >= 1),
    generation      integer    NOT NULL CHECK (generation >= 1),
    is_set          boolean    NOT NULL,
    is_lost         boolean    NOT NULL CHECK (NOT (is_set AND is_lost)),
    is_locked       boolean    NOT NULL,
    salt            bytea      NOT NULL CHECK (octet_length(salt) = 16),
    verifier        bytea      NOT NULL CHECK (octet_length(verifier) = 32),
    failed_channels smallint[] NOT NULL,
    failures        smallint[] NOT NULL CHECK (cardinality(failures) = cardinality(failed_channels)),
    channels        smallint[] NOT NULL,
    until_s         bigint[]   NOT NULL CHECK (cardinality(until_s) = cardinality(channels)),
    as_of_sequence  bigint     NOT NULL CHECK (as_of_sequence >= 1)
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
