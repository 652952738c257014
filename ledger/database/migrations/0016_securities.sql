-- Securities 证券 that orders through the bank go by: what each is from a date on, its limits of a date, suspensions.

-- Every version that ever came about, also of those that gave way: what an order of a date went by is read here. Prices
-- and pars are 1/10,000 yuan of a unit; quantities are those of an order.
CREATE TABLE security_versions (
    number       integer  PRIMARY KEY CHECK (number >= 1), -- in the order in which they were registered
    market       smallint NOT NULL,
    security     text     NOT NULL,
    product      smallint NOT NULL,
    multiplier   integer  NOT NULL CHECK (multiplier >= 1), -- units in one of quantity
    buy_least    integer  NOT NULL CHECK (buy_least >= 1),
    buy_step     integer  NOT NULL CHECK (buy_step >= 1),
    buy_most     integer  NOT NULL CHECK (buy_most >= buy_least),
    sell_least   integer  NOT NULL CHECK (sell_least >= 1),
    sell_step    integer  NOT NULL CHECK (sell_step >= 1),
    sell_most    integer  NOT NULL CHECK (sell_most >= sell_least),
    odd_lots     boolean  NOT NULL, -- a rest below the step may be sold
    tick         integer  NOT NULL CHECK (tick >= 1),
    par          integer  NOT NULL CHECK (par >= 1),
    sold_at_once boolean  NOT NULL, -- what was bought may be sold on the same date
    first_date   integer  NOT NULL,
    last_date    integer  NOT NULL CHECK (last_date = 0 OR last_date >= first_date), -- 0: without end
    sequence     bigint   NOT NULL CHECK (sequence >= 1) -- journal row that registered it
);
CREATE INDEX security_versions_by_date ON security_versions (market, security, first_date, number);

-- Limits 涨跌停 of the open date and of a later one; those of past dates are gone.
CREATE TABLE price_limits (
    market         smallint NOT NULL,
    security       text     NOT NULL,
    trade_date     integer  NOT NULL,
    low            integer  NOT NULL CHECK (low >= 1),
    high           integer  NOT NULL CHECK (high >= low),
    accrued        integer  NOT NULL CHECK (accrued >= 0),
    as_of_sequence bigint   NOT NULL CHECK (as_of_sequence >= 1),
    PRIMARY KEY (market, security, trade_date)
);

-- When a security was suspended 停牌 and traded again 复牌, and why.
CREATE TABLE suspensions (
    sequence      bigint   NOT NULL CHECK (sequence >= 1),
    place         integer  NOT NULL CHECK (place >= 0), -- among those of the journal row
    decided_at_ns bigint   NOT NULL,
    market        smallint NOT NULL,
    security      text     NOT NULL,
    is_suspended  boolean  NOT NULL,
    reason        text     NOT NULL,
    PRIMARY KEY (sequence, place)
);
CREATE INDEX suspensions_of_security ON suspensions (market, security, sequence DESC, place DESC);

CREATE VIEW bank_securities AS
SELECT COALESCE(w1.name, 'NUMBER_' || v.market) AS market,
       v.security AS security,
       readable_date(v.first_date) AS first_date,
       readable_date(v.last_date) AS last_date,
       readable_date(n.first_date) AS followed_on,
       EXISTS (
           SELECT FROM security_versions l
           WHERE (l.market, l.security, l.first_date) = (v.market, v.security, v.first_date) AND l.number > v.number
       ) AS is_replaced,
       v.number AS version,
       COALESCE(w2.name, 'NUMBER_' || v.product) AS product,
       v.multiplier AS multiplier,
       v.buy_least AS buy_least,
       v.buy_step AS buy_step,
       v.buy_most AS buy_most,
       v.sell_least AS sell_least,
       v.sell_step AS sell_step,
       v.sell_most AS sell_most,
       v.odd_lots AS odd_lots,
       round(v.tick / 10000.0, 4) AS tick_yuan,
       round(v.par / 10000.0, 4) AS par_yuan,
       v.sold_at_once AS sold_at_once,
       COALESCE(s.is_suspended, false) AS is_suspended,
       CASE WHEN s.is_suspended THEN s.reason END AS suspended_for,
       v.sequence AS sequence
FROM security_versions v
LEFT JOIN word_names w1 ON w1.vocabulary = 'market' AND w1.number = v.market
LEFT JOIN word_names w2 ON w2.vocabulary = 'product' AND w2.number = v.product
LEFT JOIN LATERAL (
    SELECT MIN(l.first_date) AS first_date FROM security_versions l
    WHERE (l.market, l.security) = (v.market, v.security) AND l.first_date > v.first_date
) n ON true
LEFT JOIN LATERAL (
    SELECT p.is_suspended, p.reason FROM suspensions p
    WHERE (p.market, p.security) = (v.market, v.security)
    ORDER BY p.sequence DESC, p.place DESC LIMIT 1
) s ON true;
COMMENT ON VIEW bank_securities IS 'Versions of securities 证券: for an order of a date one holds that is not replaced, begins on the date or before it, and is followed on a later one. Behind its last date none holds.';
COMMENT ON COLUMN bank_securities.market IS 'XSHG Shanghai or XSHE Shenzhen';
COMMENT ON COLUMN bank_securities.security IS 'code of the security 证券代码';
COMMENT ON COLUMN bank_securities.first_date IS 'first trade date for whose orders it holds';
COMMENT ON COLUMN bank_securities.last_date IS 'last one; NULL: without end';
COMMENT ON COLUMN bank_securities.followed_on IS 'date from which on another version holds; NULL: none follows';
COMMENT ON COLUMN bank_securities.is_replaced IS 'whether another of the same first date was registered later: it holds for orders behind that row';
COMMENT ON COLUMN bank_securities.version IS 'number of the version, which an order keeps';
COMMENT ON COLUMN bank_securities.product IS 'SHARE 股票, FUND 基金 or BOND 债券';
COMMENT ON COLUMN bank_securities.multiplier IS 'units in one of quantity: of a share 1, of bonds in 手 10';
COMMENT ON COLUMN bank_securities.buy_least IS 'least quantity of an order that buys';
COMMENT ON COLUMN bank_securities.buy_step IS 'of which it is a multiple';
COMMENT ON COLUMN bank_securities.buy_most IS 'largest quantity of it';
COMMENT ON COLUMN bank_securities.sell_least IS 'least quantity of an order that sells';
COMMENT ON COLUMN bank_securities.sell_step IS 'of which it is a multiple';
COMMENT ON COLUMN bank_securities.sell_most IS 'largest quantity of it';
COMMENT ON COLUMN bank_securities.odd_lots IS 'whether a rest below the step 零股 may be sold, in one order';
COMMENT ON COLUMN bank_securities.tick_yuan IS 'step of the price of a unit, yuan';
COMMENT ON COLUMN bank_securities.par_yuan IS 'par of a unit 面值, yuan';
COMMENT ON COLUMN bank_securities.sold_at_once IS 'whether what was bought may be sold on the same date T+0';
COMMENT ON COLUMN bank_securities.is_suspended IS 'whether the security is suspended 停牌, whichever version holds';
COMMENT ON COLUMN bank_securities.suspended_for IS 'why it is; NULL: it is not';
COMMENT ON COLUMN bank_securities.sequence IS 'journal row that registered the version';

CREATE VIEW bank_price_limits AS
SELECT COALESCE(w.name, 'NUMBER_' || p.market) AS market,
       p.security AS security,
       readable_date(p.trade_date) AS trade_date,
       round(p.low / 10000.0, 4) AS low_yuan,
       round(p.high / 10000.0, 4) AS high_yuan,
       round(p.accrued / 10000.0, 4) AS accrued_yuan
FROM price_limits p
LEFT JOIN word_names w ON w.vocabulary = 'market' AND w.number = p.market;
COMMENT ON VIEW bank_price_limits IS 'Limits 涨跌停 of securities on the open date and a later one, for orders that come now.';
COMMENT ON COLUMN bank_price_limits.market IS 'XSHG Shanghai or XSHE Shenzhen';
COMMENT ON COLUMN bank_price_limits.security IS 'code of the security';
COMMENT ON COLUMN bank_price_limits.trade_date IS 'trade date of which they are';
COMMENT ON COLUMN bank_price_limits.low_yuan IS 'lowest price of an order 跌停价, yuan a unit';
COMMENT ON COLUMN bank_price_limits.high_yuan IS 'highest one 涨停价, yuan a unit';
COMMENT ON COLUMN bank_price_limits.accrued_yuan IS 'accrued interest 应计利息 of a unit, which is paid beside the price, yuan';

CREATE VIEW bank_suspensions AS
SELECT COALESCE(w.name, 'NUMBER_' || s.market) AS market,
       s.security AS security,
       s.is_suspended AS is_suspended,
       s.reason AS reason,
       s.sequence AS sequence,
       readable_time(s.decided_at_ns) AS decided_at
FROM suspensions s
LEFT JOIN word_names w ON w.vocabulary = 'market' AND w.number = s.market;
COMMENT ON VIEW bank_suspensions IS 'When a security was suspended 停牌 and traded again 复牌; the last one of it holds.';
COMMENT ON COLUMN bank_suspensions.market IS 'XSHG Shanghai or XSHE Shenzhen';
COMMENT ON COLUMN bank_suspensions.security IS 'code of the security';
COMMENT ON COLUMN bank_suspensions.is_suspended IS 'suspended, or traded again';
COMMENT ON COLUMN bank_suspensions.reason IS 'why, as master data said';
COMMENT ON COLUMN bank_suspensions.sequence IS 'journal row that decided it';
COMMENT ON COLUMN bank_suspensions.decided_at IS 'when that was';
