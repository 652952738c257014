-- What people read of customers: accounts and contracts, what withholds and what sums them up, outlets, pushes.

CREATE VIEW bank_accounts AS
SELECT s.account_no AS account_no,
       s.bank_account_no AS bank_account_no,
       s.outlet AS outlet,
       encode(s.holder, 'hex') AS holder,
       COALESCE(w1.name, 'NUMBER_' || s.status) AS status,
       c.contract_no AS contract_no,
       COALESCE(w2.name, 'NUMBER_' || c.status) AS contract_status,
       COALESCE(l.party, 1) AS party,
       p.name AS party_name,
       a.balance_fen - d.remaining_fen - d.drawn_fen AS balance_fen,
       a.frozen_fen - d.remaining_fen AS frozen_fen,
       a.bought_unsettled_fen - d.drawn_fen AS bought_unsettled_fen,
       a.sold_unsettled_fen AS sold_unsettled_fen,
       a.restrained_fen AS restrained_fen,
       d.remaining_fen AS moved_remaining_fen,
       d.drawn_fen AS moved_drawn_fen,
       LEAST(GREATEST(m.power_fen, 0), 1152921504606846976) AS buying_power_fen,
       LEAST(GREATEST(m.power_fen - a.sold_unsettled_fen, 0), 1152921504606846976) AS withdrawable_fen
FROM savings_accounts s
JOIN accounts a USING (account_no)
LEFT JOIN contracts l ON l.contract_no = s.last_contract_no
LEFT JOIN LATERAL (SELECT l.contract_no, l.status WHERE l.status <> 5) c ON true
LEFT JOIN parties p ON p.party = COALESCE(l.party, 1)
LEFT JOIN moved_money n ON n.account_no = s.account_no
CROSS JOIN LATERAL (
    SELECT COALESCE(n.remaining_fen, 0) AS remaining_fen, COALESCE(n.drawn_fen, 0) AS drawn_fen
) d
CROSS JOIN LATERAL (
    SELECT a.balance_fen - a.frozen_fen - a.bought_unsettled_fen + a.sold_unsettled_fen - a.restrained_fen AS power_fen
) m
LEFT JOIN word_names w1 ON w1.vocabulary = 'account_status' AND w1.number = s.status
LEFT JOIN word_names w2 ON w2.vocabulary = 'contract_status' AND w2.number = c.status;
COMMENT ON VIEW bank_accounts IS 'Every savings account with its current contract and its money, in fen. Reads the whole book.';
COMMENT ON COLUMN bank_accounts.account_no IS 'number of the account, check digits included';
COMMENT ON COLUMN bank_accounts.bank_account_no IS 'the bank''s own number of the account';
COMMENT ON COLUMN bank_accounts.outlet IS 'outlet that keeps the account';
COMMENT ON COLUMN bank_accounts.holder IS 'digest of the holder under a key of the bank: equal for equal holders';
COMMENT ON COLUMN bank_accounts.status IS 'OPEN, LOSS_REPORTED or CLOSED';
COMMENT ON COLUMN bank_accounts.contract_no IS 'contract that stands on the account; NULL when none does';
COMMENT ON COLUMN bank_accounts.contract_status IS 'status of that contract, see bank_contracts';
COMMENT ON COLUMN bank_accounts.party IS 'party for whose customers the account counts in bank_totals: the bank where no broker is';
COMMENT ON COLUMN bank_accounts.party_name IS 'name of that party';
COMMENT ON COLUMN bank_accounts.balance_fen IS 'savings balance, without what is moved for orders, fen';
COMMENT ON COLUMN bank_accounts.frozen_fen IS 'frozen for orders that have neither filled nor ended, without what is moved, fen';
COMMENT ON COLUMN bank_accounts.bought_unsettled_fen IS 'drawn by buys that are not cleared yet, without what was moved, fen';
COMMENT ON COLUMN bank_accounts.sold_unsettled_fen IS 'proceeds of sales that are not cleared yet, fen';
COMMENT ON COLUMN bank_accounts.restrained_fen IS 'withheld by all restraints of the account, see bank_restraints, fen';
COMMENT ON COLUMN bank_accounts.moved_remaining_fen IS 'moved 划转 for orders that have neither filled nor ended, fen';
COMMENT ON COLUMN bank_accounts.moved_drawn_fen IS 'drawn of moved money by buys that are not cleared yet, fen';
COMMENT ON COLUMN bank_accounts.buying_power_fen IS 'what is neither frozen, spent nor restrained: what an order of the contract may freeze now, fen';
COMMENT ON COLUMN bank_accounts.withdrawable_fen IS 'what may be withdrawn now, fen: buying power without proceeds that are not cleared';

CREATE VIEW bank_contracts AS
SELECT c.contract_no AS contract_no,
       c.account_no AS account_no,
       s.bank_account_no AS bank_account_no,
       c.party AS party,
       p.name AS party_name,
       COALESCE(w.name, 'NUMBER_' || c.status) AS status,
       c.xshg_account AS xshg_account,
       c.xshe_account AS xshe_account,
       readable_date(c.began_on) AS began_on,
       readable_date(c.ended_on) AS ended_on,
       readable_date(c.designated_on) AS designated_on
FROM contracts c
LEFT JOIN savings_accounts s USING (account_no)
LEFT JOIN parties p ON p.party = c.party
LEFT JOIN word_names w ON w.vocabulary = 'contract_status' AND w.number = c.status;
COMMENT ON VIEW bank_contracts IS 'Every contract that was ever signed.';
COMMENT ON COLUMN bank_contracts.contract_no IS 'number of the contract, check digits included';
COMMENT ON COLUMN bank_contracts.account_no IS 'savings account of the contract';
COMMENT ON COLUMN bank_contracts.bank_account_no IS 'the bank''s own number of that account';
COMMENT ON COLUMN bank_contracts.party IS 'broker of the contract';
COMMENT ON COLUMN bank_contracts.party_name IS 'name of that party';
COMMENT ON COLUMN bank_contracts.status IS 'PRE_ASSIGNED, ACTIVE, SUSPENDED, RUNS_OFF, TERMINATED; LOSS_REPORTED while that is said of its account';
COMMENT ON COLUMN bank_contracts.xshg_account IS 'securities account in Shanghai; NULL when there is none';
COMMENT ON COLUMN bank_contracts.xshe_account IS 'securities account in Shenzhen; NULL when there is none';
COMMENT ON COLUMN bank_contracts.began_on IS 'trade date that was open when it began to be of use; NULL while it is pre-assigned';
COMMENT ON COLUMN bank_contracts.ended_on IS 'trade date on which it ended, or began to run off; NULL when neither has come';
COMMENT ON COLUMN bank_contracts.designated_on IS 'trade date since when its broker is designated in Shanghai, over replaced cards; NULL when it is not';

CREATE VIEW bank_restraints AS
SELECT r.restraint_no AS restraint_no,
       r.account_no AS account_no,
       s.bank_account_no AS bank_account_no,
       s.outlet AS outlet,
       COALESCE(w.name, 'NUMBER_' || r.ordered_as) AS kind,
       r.authority AS authority,
       r.document AS document,
       readable_time(NULLIF(r.holds_until_s, 0) * 1000000000) AS holds_until,
       CASE WHEN r.ended_sequence IS NULL THEN 'OPEN'
            WHEN r.amount_fen > r.lifted_fen + r.deducted_fen THEN 'LAPSED'
            ELSE 'ENDED' END AS state,
       r.amount_fen AS amount_fen,
       r.lifted_fen AS lifted_fen,
       r.deducted_fen AS deducted_fen,
       r.ordered_fen AS ordered_fen,
       r.left_fen AS left_fen,
       r.senior_fen AS senior_fen,
       r.operators AS operators,
       NULLIF(r.set_by, 0) AS set_by,
       readable_date(r.set_on) AS set_on,
       readable_time(r.set_at_ns) AS set_at,
       readable_date(r.ended_on) AS ended_on,
       r.set_sequence AS set_sequence,
       r.ended_sequence AS ended_sequence
FROM restraints r
LEFT JOIN savings_accounts s USING (account_no)
LEFT JOIN word_names w ON w.vocabulary = 'restraint_kind' AND w.number = r.ordered_as;
COMMENT ON VIEW bank_restraints IS 'Every restraint that was ever set on an account, by order of an authority. Never to be told to a broker.';
COMMENT ON COLUMN bank_restraints.restraint_no IS 'number of the restraint';
COMMENT ON COLUMN bank_restraints.account_no IS 'number of the account, check digits included';
COMMENT ON COLUMN bank_restraints.bank_account_no IS 'the bank''s own number of the account';
COMMENT ON COLUMN bank_restraints.outlet IS 'outlet that keeps the account';
COMMENT ON COLUMN bank_restraints.kind IS 'JUDICIAL, by which may be deducted, or OTHER; CARD: what card debits left, to be collected by the bank';
COMMENT ON COLUMN bank_restraints.authority IS 'who ordered it';
COMMENT ON COLUMN bank_restraints.document IS 'the document by which it was ordered';
COMMENT ON COLUMN bank_restraints.holds_until IS 'its last second; NULL: until it is lifted';
COMMENT ON COLUMN bank_restraints.state IS 'OPEN; LAPSED when a trade date was opened behind its last second; else ENDED';
COMMENT ON COLUMN bank_restraints.amount_fen IS 'withheld when it was set, or by card debits in all, fen';
COMMENT ON COLUMN bank_restraints.lifted_fen IS 'lifted since, fen';
COMMENT ON COLUMN bank_restraints.deducted_fen IS 'deducted by it, fen';
COMMENT ON COLUMN bank_restraints.ordered_fen IS 'of what is left, what two people have ordered to be deducted, fen';
COMMENT ON COLUMN bank_restraints.left_fen IS 'withheld now, fen';
COMMENT ON COLUMN bank_restraints.senior_fen IS 'of what is frozen and bought, what ranks before it, fen';
COMMENT ON COLUMN bank_restraints.operators IS 'persons whose act set it; empty where a seat did';
COMMENT ON COLUMN bank_restraints.set_by IS 'seat that set it; NULL where a card debit did';
COMMENT ON COLUMN bank_restraints.set_on IS 'trade date on which it was set';
COMMENT ON COLUMN bank_restraints.set_at IS 'when it was decided';
COMMENT ON COLUMN bank_restraints.ended_on IS 'trade date on which it ended; of a lapsed one, the date that was opened then';
COMMENT ON COLUMN bank_restraints.set_sequence IS 'journal row in which it was set';
COMMENT ON COLUMN bank_restraints.ended_sequence IS 'journal row in which it ended';

CREATE VIEW bank_totals AS
SELECT t.party AS party,
       p.name AS party_name,
       t.balance_fen AS balance_fen,
       t.frozen_fen AS frozen_fen,
       t.bought_unsettled_fen AS bought_unsettled_fen,
       t.sold_unsettled_fen AS sold_unsettled_fen
FROM party_totals t
LEFT JOIN parties p USING (party);
COMMENT ON VIEW bank_totals IS 'The money of the customers of each party, in fen, as of the row that bank_as_of tells.';
COMMENT ON COLUMN bank_totals.party IS 'number of the party: the bank is 1, others are brokers';
COMMENT ON COLUMN bank_totals.party_name IS 'name of that party';
COMMENT ON COLUMN bank_totals.balance_fen IS 'savings balances, fen';
COMMENT ON COLUMN bank_totals.frozen_fen IS 'frozen, fen';
COMMENT ON COLUMN bank_totals.bought_unsettled_fen IS 'bought and not cleared, fen';
COMMENT ON COLUMN bank_totals.sold_unsettled_fen IS 'sold and not cleared, also for contracts that have ended, which is on no account, fen';

CREATE VIEW bank_outlets AS
SELECT COALESCE(r.number, b.outlet) AS outlet,
       r.name AS outlet_name,
       COALESCE(w1.name, 'NUMBER_' || r.level) AS level,
       s.number AS sub_branch,
       s.name AS sub_branch_name,
       t.number AS branch,
       t.name AS branch_name,
       COALESCE(b.accounts_count, 0) AS accounts_count,
       COALESCE(b.accounts_fen, 0) AS accounts_fen,
       COALESCE(b.ledger_fen, 0) AS ledger_fen,
       COALESCE(b.accounts_fen - b.ledger_fen, 0) AS difference_fen
FROM outlets r
FULL JOIN outlet_balances b ON b.outlet = r.number
LEFT JOIN outlets s ON s.number = CASE r.level WHEN 3 THEN r.parent WHEN 2 THEN r.number END
LEFT JOIN outlets t ON t.number = CASE r.level WHEN 1 THEN r.number ELSE s.parent END
LEFT JOIN word_names w1 ON w1.vocabulary = 'outlet_level' AND w1.number = r.level;
COMMENT ON VIEW bank_outlets IS 'Every outlet that is registered or keeps accounts, with these against the general ledger 总分平衡. Reads the whole book.';
COMMENT ON COLUMN bank_outlets.outlet IS 'number of the outlet';
COMMENT ON COLUMN bank_outlets.outlet_name IS 'its name; NULL, as are the next five columns, when accounts name it and it is not registered';
COMMENT ON COLUMN bank_outlets.level IS 'BRANCH, SUB_BRANCH or OUTLET';
COMMENT ON COLUMN bank_outlets.sub_branch IS 'sub-branch that manages it, of a sub-branch itself; NULL for a branch';
COMMENT ON COLUMN bank_outlets.sub_branch_name IS 'name of that sub-branch';
COMMENT ON COLUMN bank_outlets.branch IS 'branch above that, of a branch itself';
COMMENT ON COLUMN bank_outlets.branch_name IS 'name of that branch';
COMMENT ON COLUMN bank_outlets.accounts_count IS 'how many accounts it keeps';
COMMENT ON COLUMN bank_outlets.accounts_fen IS 'their balances together, fen';
COMMENT ON COLUMN bank_outlets.ledger_fen IS 'what the general ledger has for the outlet, fen';
COMMENT ON COLUMN bank_outlets.difference_fen IS '0, or something is wrong, fen';

CREATE VIEW bank_pushes AS
SELECT c.push AS push,
       c.party AS party,
       p.name AS party_name,
       c.seat AS seat,
       readable_date(c.trade_date) AS trade_date,
       c.serial AS serial,
       c.bank_account_no AS bank_account_no,
       COALESCE(w1.name, 'NUMBER_' || c.state) AS state,
       CASE WHEN c.code <> 0 THEN COALESCE(w2.name, 'CODE_' || c.code) END AS reason,
       NULLIF(c.replaces, 0) AS replaces,
       NULLIF(c.contract_no, 0) AS contract_no,
       readable_time(c.pushed_at_ns) AS pushed_at,
       readable_time(c.decided_at_ns) AS decided_at,
       c.pushed_sequence AS pushed_sequence,
       c.decided_sequence AS decided_sequence
FROM pushes c
LEFT JOIN parties p ON p.party = c.party
LEFT JOIN word_names w1 ON w1.vocabulary = 'push_state' AND w1.number = c.state
LEFT JOIN word_names w2 ON w2.vocabulary = 'reply_code' AND w2.number = c.code;
COMMENT ON VIEW bank_pushes IS 'Every contract that a broker signed with its customer and pushed, and what became of it. Nothing of the customer is here.';
COMMENT ON COLUMN bank_pushes.push IS 'number of the push, given by the bank';
COMMENT ON COLUMN bank_pushes.party IS 'broker that pushed it';
COMMENT ON COLUMN bank_pushes.party_name IS 'name of that party';
COMMENT ON COLUMN bank_pushes.seat IS 'seat that sent it';
COMMENT ON COLUMN bank_pushes.trade_date IS 'trade date on which it came';
COMMENT ON COLUMN bank_pushes.serial IS 'the broker''s own number of it, per seat and trade date';
COMMENT ON COLUMN bank_pushes.bank_account_no IS 'the bank''s own number of the account, as the broker wrote it: there may be no such account';
COMMENT ON COLUMN bank_pushes.state IS 'WAITING, IDENTIFIED, ASSIGNED, PRE_ASSIGNED, NOT_IDENTIFIED, IMPOSSIBLE or UNREADABLE';
COMMENT ON COLUMN bank_pushes.reason IS 'why it is IMPOSSIBLE';
COMMENT ON COLUMN bank_pushes.replaces IS 'contract that was to give way; NULL for none';
COMMENT ON COLUMN bank_pushes.contract_no IS 'contract that came about by it, see bank_contracts; NULL for none';
COMMENT ON COLUMN bank_pushes.pushed_at IS 'when the ledger took it, to the microsecond';
COMMENT ON COLUMN bank_pushes.decided_at IS 'when it was decided; NULL while it is not';
COMMENT ON COLUMN bank_pushes.pushed_sequence IS 'journal row that took it';
COMMENT ON COLUMN bank_pushes.decided_sequence IS 'journal row that decided it';

CREATE VIEW bank_passwords AS
SELECT p.contract_no AS contract_no,
       CASE WHEN p.is_lost THEN 'LOST' WHEN p.is_set THEN 'SET' ELSE 'NONE' END AS state,
       p.generation AS generation,
       p.is_locked AS locked,
       COALESCE((SELECT sum(each) FROM unnest(p.failures) AS each), 0) AS failures,
       ARRAY(SELECT c.channel FROM unnest(p.failed_channels, p.failures) AS c (channel, failures)
             WHERE c.failures >= 3 ORDER BY c.channel) AS barred_channels
FROM passwords p;
COMMENT ON VIEW bank_passwords IS 'Trading passwords 交易密码 of contracts that ever had one; what they are checked against is not here.';
COMMENT ON COLUMN bank_passwords.contract_no IS 'number of the contract, see bank_contracts';
COMMENT ON COLUMN bank_passwords.state IS 'SET; LOST: reported so, until two people reset it; NONE: reset, and not set since';
COMMENT ON COLUMN bank_passwords.generation IS 'how often it was set, lost or reset';
COMMENT ON COLUMN bank_passwords.locked IS 'five failures of one date: nobody signs on until it is unlocked';
COMMENT ON COLUMN bank_passwords.failures IS 'wrong passwords of the open date since the last right one, as they count';
COMMENT ON COLUMN bank_passwords.barred_channels IS 'channels with three failures of the open date: nobody signs on there on it';

CREATE VIEW bank_sign_ons AS
SELECT p.contract_no AS contract_no,
       s.channel AS channel,
       to_timestamp(s.until_s) AS until_time
FROM passwords p
CROSS JOIN LATERAL unnest(p.channels, p.until_s) AS s (channel, until_s);
COMMENT ON VIEW bank_sign_ons IS 'By which channel a customer has signed on, and until when; times that are over stay until something else is said.';
COMMENT ON COLUMN bank_sign_ons.contract_no IS 'number of the contract, see bank_contracts';
COMMENT ON COLUMN bank_sign_ons.channel IS 'number of the channel, see bank_channel_seats';
COMMENT ON COLUMN bank_sign_ons.until_time IS 'from then on the customer is signed on no more';
