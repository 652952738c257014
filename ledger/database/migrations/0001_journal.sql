-- The journal: one row is one commit group, one statement writes it. It is appended to and never changed. Beside it who
-- writes it, what finds its rows again, and which snapshots are of it.

CREATE TABLE journal_head (
    shard    integer PRIMARY KEY,
    epoch    bigint  NOT NULL,                            -- raised by each takeover: older writers match no row
    sequence bigint  NOT NULL CHECK (sequence >= 0),
    digest   bytea   NOT NULL CHECK (length(digest) = 32) -- of the row `sequence`; zero before the first
);

CREATE TABLE journal (
    layout        integer NOT NULL,                       -- of the row: which columns it has, the formula of its digest
    shard         integer NOT NULL,
    sequence      bigint  NOT NULL,
    trade_date    integer NOT NULL,                       -- yyyymmdd, the date that the requests' numbers belong to
    epoch         bigint  NOT NULL,
    rules_version integer NOT NULL,
    decided_at_ns bigint  NOT NULL,                       -- UTC nanoseconds since 1970 by the bank's clock
    ordered_at_ns bigint  NOT NULL,                       -- the same, moved on behind the row before: it only grows
    bank_key_1    integer NOT NULL,                       -- the bank's key id of suite 1 as answers carry it, 0: none
    bank_key_2    integer NOT NULL,                       -- the same of suite 2
    outcome_count integer NOT NULL,                       -- outcomes: one a record or control frame, none for a logon
    headers       bytea   NOT NULL,                       -- 160 bytes a frame: header and signature as they came
    records       bytea   NOT NULL,                       -- 64 bytes a record, the bodies as they were signed, or packed
    closing_heads bytea   NOT NULL,                       -- of a row that opens a date: seat and next number when the last closed
    control       bytea   NOT NULL,                       -- bodies of the control and logon frames, else empty
    outcomes      bytea   NOT NULL,                       -- 16 bytes each, or packed
    state_check   bytea   NOT NULL,                       -- state layout, slice number and its digest, or empty
    digest        bytea   NOT NULL,                       -- SHA-256 over the previous digest and all of the above, unpacked
    PRIMARY KEY (shard, sequence, trade_date)
) PARTITION BY LIST (trade_date);

-- A value is packed when it is shorter than its items together; the layout is in docs/decisions/0016. What is left
-- does not compress: EXTERNAL saves the attempt and lets lengths be read cheaply.
ALTER TABLE journal
    ALTER headers SET STORAGE EXTERNAL,
    ALTER records SET STORAGE EXTERNAL,
    ALTER closing_heads SET STORAGE EXTERNAL,
    ALTER control SET STORAGE EXTERNAL,
    ALTER outcomes SET STORAGE EXTERNAL;

-- When a ledger served last without making a row: each row is a sign of life too.
CREATE TABLE journal_life (
    shard       integer PRIMARY KEY,
    epoch       bigint NOT NULL, -- of the ledger that says so: an older one says nothing any more
    alive_at_ns bigint NOT NULL  -- UTC nanoseconds since 1970 by the bank's clock
);

-- Which row holds which numbers of a closed trade date. Made from the journal, and made again when it is missing or wrong:
-- what is found by it is read and verified in the journal itself.
CREATE TABLE frame_index (
    shard        integer NOT NULL,
    trade_date   integer NOT NULL,
    seat         integer NOT NULL,
    first_number bigint  NOT NULL, -- of the first entry
    entries      bytea   NOT NULL, -- 16 bytes each, ascending: first number, sequence of the row that has it and those behind it
    PRIMARY KEY (shard, trade_date, seat, first_number)
);

-- Frames that broke what should have decided or answered them, the newest ones: for people. Nothing is read from it.
CREATE TABLE quarantine (
    id           bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shard        integer NOT NULL,
    at_ns        bigint  NOT NULL, -- UTC nanoseconds since 1970
    party        integer NOT NULL,
    seat         integer NOT NULL,
    kind         integer NOT NULL, -- of the frame
    trade_date   integer NOT NULL,
    first_number bigint  NOT NULL,
    header       bytea   NOT NULL, -- 160 bytes: header and signature
    body         bytea   NOT NULL,
    reason       text    NOT NULL,
    traceback    text    NOT NULL
);

-- What binds the snapshots on disk to this database: a snapshot whose manifest is not named here is not believed.
-- Written by the follower alone, before a snapshot becomes visible. The manifest names the SHA-256 of every array.
CREATE TABLE snapshot_manifests (
    shard    integer NOT NULL,
    sequence bigint  NOT NULL CHECK (sequence >= 1),              -- the last row that the snapshot includes
    sha256   bytea   NOT NULL CHECK (octet_length(sha256) = 32),  -- of the file manifest.json
    PRIMARY KEY (shard, sequence)
);
