-- When orders through the bank and their cancels are taken on a market, as it was said last. Whole seconds since 1970,
-- UTC: the first of a phase, and the one behind its last.

CREATE TABLE market_phases (
    trade_date     integer  NOT NULL,
    market         smallint NOT NULL,
    place          smallint NOT NULL CHECK (place BETWEEN 0 AND 15),
    from_s         bigint   NOT NULL CHECK (from_s >= 0),
    until_s        bigint   NOT NULL CHECK (until_s > from_s),
    orders         boolean  NOT NULL,
    cancels        boolean  NOT NULL,
    as_of_sequence bigint   NOT NULL CHECK (as_of_sequence >= 1),
    PRIMARY KEY (trade_date, market, place)
);

CREATE VIEW bank_market_phases AS
SELECT readable_date(m.trade_date) AS trade_date,
       COALESCE(w1.name, 'NUMBER_' || m.market) AS market,
       readable_time(m.from_s * 1000000000) AS begins_at,
       readable_time(m.until_s * 1000000000) AS ends_at,
       m.orders AS orders,
       m.cancels AS cancels,
       m.as_of_sequence AS sequence
FROM market_phases m
LEFT JOIN word_names w1 ON w1.vocabulary = 'market' AND w1.number = m.market;
COMMENT ON VIEW bank_market_phases IS 'Phases 交易时段 of the markets by trade date, in which orders through the bank are taken; between them none is.';
COMMENT ON COLUMN bank_market_phases.trade_date IS 'trade date';
COMMENT ON COLUMN bank_market_phases.market IS 'XSHG or XSHE';
COMMENT ON COLUMN bank_market_phases.begins_at IS 'first second of the phase';
COMMENT ON COLUMN bank_market_phases.ends_at IS 'second behind its last';
COMMENT ON COLUMN bank_market_phases.orders IS 'whether orders are taken in it';
COMMENT ON COLUMN bank_market_phases.cancels IS 'whether the exchange cancels in it';
COMMENT ON COLUMN bank_market_phases.sequence IS 'journal row that said so last';
