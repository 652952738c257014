-- The business day of brokers beside their requests: how each of their dates stands, when something is due, what they are
-- told, what is owed and paid.

-- Lanes of which a broker has said something: a lane is one broker's trade date. Of the last comparison of its set with
-- what the bank has: the differences of each class so far, MISSING_HERE first; a set that is withdrawn leaves nothing.
CREATE TABLE lanes (
    trade_date       integer  NOT NULL,
    party            integer  NOT NULL CHECK (party >= 1),
    state            smallint NOT NULL CHECK (state >= 0),
    sets_count       integer  NOT NULL CHECK (sets_count >= 0), -- that were announced so far
    differences      bigint[] NOT NULL CHECK (cardinality(differences) IN (4, 5)),
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
    loan_exact     numeric NOT NULL CHECK (loan_exact >= 0), -- fen × millionths of the days before loan_day
    loan_posted_fen numeric NOT NULL CHECK (loan_posted_fen >= 0), -- interest of it that was posted
    loan_before_fen numeric NOT NULL CHECK (loan_before_fen >= 0), -- lent before loan_day, and not paid back
    loan_on_day_fen numeric NOT NULL CHECK (loan_on_day_fen >= 0), -- lent on it, paid back or not
    loan_back_fen  numeric NOT NULL CHECK (loan_back_fen BETWEEN 0 AND loan_on_day_fen), -- of that, paid back
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
