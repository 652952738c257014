-- What people read of a broker's date: its lane, its clearing sets, what is owed and when, what the broker is told.

CREATE VIEW bank_lanes AS
SELECT readable_date(l.trade_date) AS trade_date,
       l.party AS party,
       p.name AS party_name,
       COALESCE(w1.name, 'NUMBER_' || l.state) AS state,
       readable_time(NULLIF(l.signed_on_s, 0) * 1000000000) AS signed_on_at,
       l.sets_count AS sets_count,
       l.is_compared AS is_compared,
       l.differences[1] AS missing_here_count,
       l.differences[2] AS missing_there_count,
       l.differences[3] AS amount_count,
       l.differences[4] AS state_count,
       COALESCE(l.differences[5], 0) AS fee_count,
       l.proceeds_due AS proceeds_due,
       l.is_deferred AS is_deferred,
       readable_time(l.reconciled_at_ns) AS reconciled_at,
       readable_time(l.published_at_ns) AS published_at,
       l.settled_sequence IS NOT NULL AS is_settled,
       l.reconciled_sequence AS reconciled_sequence,
       l.published_sequence AS published_sequence
FROM lanes l
LEFT JOIN parties p USING (party)
LEFT JOIN word_names w1 ON w1.vocabulary = 'lane_state' AND w1.number = l.state;
COMMENT ON VIEW bank_lanes IS 'Every trade date of a broker of which it has said something: that it is ready 签到, that all was sent 发送完毕, or a clearing set 清算数据; what the reconciliation 银证对账 of its set has found.';
COMMENT ON COLUMN bank_lanes.trade_date IS 'trade date of the lane';
COMMENT ON COLUMN bank_lanes.party IS 'number of the broker';
COMMENT ON COLUMN bank_lanes.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_lanes.state IS 'TRADING, FINISHED (all was sent), REVERTING (two people have withdrawn its set, and what was booked by it is taken back), COLLECTING (a set is open), COMPLETE, RECONCILED (its set says what the bank has), PUBLISHED (what is owed is told) or CLOSING (orders left open are ended as it says)';
COMMENT ON COLUMN bank_lanes.signed_on_at IS 'when the broker signed on 签到: its systems were ready for the date; NULL for not';
COMMENT ON COLUMN bank_lanes.sets_count IS 'clearing sets that were announced so far, withdrawn ones too';
COMMENT ON COLUMN bank_lanes.is_compared IS 'whether the set was compared to its end: before, the counts are of what was compared so far';
COMMENT ON COLUMN bank_lanes.missing_here_count IS 'differences: what the set has and the bank has not';
COMMENT ON COLUMN bank_lanes.missing_there_count IS 'differences: what the bank has and the set has not';
COMMENT ON COLUMN bank_lanes.amount_count IS 'differences: other amounts at both';
COMMENT ON COLUMN bank_lanes.state_count IS 'differences: what is said to have become of an order cannot be';
COMMENT ON COLUMN bank_lanes.fee_count IS 'differences: fees of an order through the bank are not what its table charges';
COMMENT ON COLUMN bank_lanes.proceeds_due IS 'contracts whose proceeds come with the set and are not booked; nothing is published before they are';
COMMENT ON COLUMN bank_lanes.is_deferred IS 'whether two people have deferred it: the broker''s later dates wait, and another set may be adopted';
COMMENT ON COLUMN bank_lanes.reconciled_at IS 'when the comparison ended without a difference; NULL before';
COMMENT ON COLUMN bank_lanes.published_at IS 'when it was told what is owed, see bank_obligations; NULL before';
COMMENT ON COLUMN bank_lanes.is_settled IS 'whether the customers of the date are settled: the state is what it was then';
COMMENT ON COLUMN bank_lanes.reconciled_sequence IS 'journal row of the end of the comparison';
COMMENT ON COLUMN bank_lanes.published_sequence IS 'journal row of the publishing';

CREATE VIEW bank_day_ends AS
SELECT readable_date(d.trade_date) AS trade_date,
       COALESCE(w1.name, 'NUMBER_' || d.what) AS what,
       d.sequence AS as_of_sequence,
       encode(d.digest, 'hex') AS sha256,
       readable_time(d.told_at_ns) AS told_at,
       d.told_sequence AS told_sequence
FROM day_ends d
LEFT JOIN word_names w1 ON w1.vocabulary = 'day_end' AND w1.number = d.what;
COMMENT ON VIEW bank_day_ends IS 'What the day desk said that was made of the books at the end of a trade date 日终: reports 报表, a backup 备份 that was restored into a second server and compared.';
COMMENT ON COLUMN bank_day_ends.trade_date IS 'trade date at the end of which it was made';
COMMENT ON COLUMN bank_day_ends.what IS 'REPORTS or BACKUP';
COMMENT ON COLUMN bank_day_ends.as_of_sequence IS 'journal row as of which it is';
COMMENT ON COLUMN bank_day_ends.sha256 IS 'of the manifest of the backup, or of the list of the reports';
COMMENT ON COLUMN bank_day_ends.told_at IS 'when the bank was told';
COMMENT ON COLUMN bank_day_ends.told_sequence IS 'journal row that says so';

CREATE VIEW bank_obligations AS
SELECT readable_date(o.trade_date) AS trade_date,
       o.party AS party,
       p.name AS party_name,
       o.case_no AS case_no,
       COALESCE(w1.name, 'NUMBER_' || o.state) AS state,
       CASE sign(o.owed_fen) WHEN 1 THEN 'BROKER' WHEN -1 THEN 'BANK' ELSE 'NOBODY' END AS owed_by,
       abs(o.owed_fen) AS amount_fen,
       o.paid_fen AS paid_fen,
       o.advanced_fen AS advanced_fen,
       abs(o.owed_fen) - o.paid_fen - o.advanced_fen AS unpaid_fen,
       readable_time(NULLIF(o.fell_due_s, 0) * 1000000000) AS fell_due_at,
       readable_time(NULLIF(o.bank_late_s, 0) * 1000000000) AS bank_late_at,
       readable_time(NULLIF(o.pay_from_s, 0) * 1000000000) AS pay_from,
       readable_time(NULLIF(o.late_from_s, 0) * 1000000000) AS late_from,
       readable_time(NULLIF(o.first_due_s, 0) * 1000000000) AS first_due,
       readable_time(NULLIF(o.last_due_s, 0) * 1000000000) AS last_due,
       o.is_late_netted AS is_late_netted,
       o.needs_no_notice AS needs_no_notice,
       readable_time(NULLIF(o.noticed_s, 0) * 1000000000) AS noticed_at,
       readable_time(NULLIF(o.objection_until_s, 0) * 1000000000) AS objection_until,
       readable_time(NULLIF(o.objected_s, 0) * 1000000000) AS objected_at,
       CASE WHEN o.objected_s > 0 THEN o.objected_fen END AS objected_fen,
       NULLIF(o.objected_contract_no, 0) AS objected_contract_no,
       NULLIF(o.objection, '') AS objection,
       readable_time(NULLIF(o.termination_after_s, 0) * 1000000000) AS termination_after,
       o.set_number AS set_number,
       o.set_late_s AS set_late_s,
       readable_time(l.published_at_ns) AS published_at,
       l.published_sequence AS published_sequence
FROM obligations o
LEFT JOIN lanes l ON l.trade_date = o.trade_date AND l.party = o.party
LEFT JOIN parties p ON p.party = o.party
LEFT JOIN word_names w1 ON w1.vocabulary = 'obligation_state' AND w1.number = o.state;
COMMENT ON VIEW bank_obligations IS 'What is owed between the bank and a broker for each trade date that is published: what its customers sold and are paid less what they bought, with all fees; when it is due, and what the broker said of it: notice 通知, objection 异议.';
COMMENT ON COLUMN bank_obligations.trade_date IS 'trade date for which it is owed';
COMMENT ON COLUMN bank_obligations.party IS 'number of the broker';
COMMENT ON COLUMN bank_obligations.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_obligations.case_no IS '0: what is owed by the date itself';
COMMENT ON COLUMN bank_obligations.state IS 'OWED_BY_BROKER, NOTIFIED (the broker said that it will fund it later on the due day), OWED_BY_BANK, ADVANCED (the broker was short, and the bank has lent the rest), OVERDUE (it was short, and every later credit is taken) or PAID (from the beginning where nothing is owed)';
COMMENT ON COLUMN bank_obligations.owed_by IS 'BROKER (to the bank), BANK (to the broker), or NOBODY: nothing is';
COMMENT ON COLUMN bank_obligations.amount_fen IS 'what is owed, never below 0, fen';
COMMENT ON COLUMN bank_obligations.paid_fen IS 'what is paid of it, fen: taken of the clearing account, kept of what the bank paid, collected of what was lent, or paid by the bank';
COMMENT ON COLUMN bank_obligations.advanced_fen IS 'what the bank has lent for it and not collected yet, fen';
COMMENT ON COLUMN bank_obligations.unpaid_fen IS 'what is neither paid nor lent, fen';
COMMENT ON COLUMN bank_obligations.fell_due_at IS 'when its due time was over and had acted; NULL before';
COMMENT ON COLUMN bank_obligations.bank_late_at IS 'the due time at which the bank had not paid; NULL: it was in time, or owes nothing';
COMMENT ON COLUMN bank_obligations.pay_from IS 'from when on the due day the bank pays; this and the five other times are NULL where no calendar says so';
COMMENT ON COLUMN bank_obligations.late_from IS 'from when the bank is late';
COMMENT ON COLUMN bank_obligations.first_due IS 'the bank has paid before; what the broker owes is taken at this second';
COMMENT ON COLUMN bank_obligations.last_due IS 'the last second for a broker that gave notice, or needs none';
COMMENT ON COLUMN bank_obligations.is_late_netted IS 'whether it was netted after the payments of its due day began, for which the broker answers';
COMMENT ON COLUMN bank_obligations.needs_no_notice IS 'whether it was netted so late that the last second counts without notice';
COMMENT ON COLUMN bank_obligations.noticed_at IS 'when the broker''s notice of later funding was decided; NULL for none';
COMMENT ON COLUMN bank_obligations.objection_until IS 'the last second for an objection: silence accepts';
COMMENT ON COLUMN bank_obligations.objected_at IS 'when the broker''s objection was decided, which people have to settle; NULL for none';
COMMENT ON COLUMN bank_obligations.objected_fen IS 'amount that it objects to, fen';
COMMENT ON COLUMN bank_obligations.objected_contract_no IS 'contract that the objection is about; NULL for none';
COMMENT ON COLUMN bank_obligations.objection IS 'why, in the broker''s words';
COMMENT ON COLUMN bank_obligations.termination_after IS 'behind this second the other side may terminate when it is not paid';
COMMENT ON COLUMN bank_obligations.set_number IS 'number of the clearing set that says so, see bank_clearing_sets';
COMMENT ON COLUMN bank_obligations.set_late_s IS 'by how many seconds that set was complete too late';
COMMENT ON COLUMN bank_obligations.published_at IS 'when it was published';
COMMENT ON COLUMN bank_obligations.published_sequence IS 'journal row of the publishing';

CREATE VIEW bank_windows AS
SELECT readable_date(d.trade_date) AS trade_date,
       d.window_no AS window_no,
       readable_time(d.pay_from_s * 1000000000) AS pay_from,
       readable_time(d.late_from_s * 1000000000) AS late_from,
       readable_time(d.first_due_s * 1000000000) AS first_due,
       readable_time(d.last_due_s * 1000000000) AS last_due,
       readable_time(d.day_end_s * 1000000000) AS day_end,
       d.sequence AS sequence
FROM due_times d;
COMMENT ON VIEW bank_windows IS 'When what follows from a trade date is due 时点: eight windows, which are the bank''s working days from the next trade date on. Objection to what is due in one ends with the third behind it, termination opens behind the fifth.';
COMMENT ON COLUMN bank_windows.trade_date IS 'trade date from which it follows';
COMMENT ON COLUMN bank_windows.window_no IS 'which window, 1 to 8';
COMMENT ON COLUMN bank_windows.pay_from IS 'from here the bank pays';
COMMENT ON COLUMN bank_windows.late_from IS 'from here it is alarmed that it has not';
COMMENT ON COLUMN bank_windows.first_due IS 'the bank has paid before; what the broker owes is taken at this second';
COMMENT ON COLUMN bank_windows.last_due IS 'the last second for a broker that gave notice';
COMMENT ON COLUMN bank_windows.day_end IS 'last second of the day';
COMMENT ON COLUMN bank_windows.sequence IS 'journal row that said so last';

CREATE VIEW bank_clearing_sets AS
SELECT readable_date(s.trade_date) AS trade_date,
       s.party AS party,
       p.name AS party_name,
       s.number AS number,
       s.seat AS seat,
       CASE
           WHEN s.withdrawn_sequence IS NOT NULL THEN 'WITHDRAWN'
           WHEN s.completed_sequence IS NOT NULL THEN 'COMPLETE'
           WHEN l.settled_sequence IS NOT NULL THEN 'SETTLED'
           ELSE 'COLLECTING'
       END AS state,
       s.listed_count AS listed_count,
       s.announced_counts[1] AS announced_orders,
       s.arrived_counts[1] AS arrived_orders,
       s.announced_counts[2] AS announced_buys,
       s.arrived_counts[2] AS arrived_buys,
       s.announced_counts[3] AS announced_sales,
       s.arrived_counts[3] AS arrived_sales,
       s.announced_counts[4] AS announced_dividends,
       s.arrived_counts[4] AS arrived_dividends,
       s.announced_counts[5] AS announced_refunds,
       s.arrived_counts[5] AS arrived_refunds,
       s.announced_counts[6] AS announced_contracts,
       s.arrived_counts[6] AS arrived_contracts,
       s.announced_turnover_fen AS announced_turnover_fen,
       s.arrived_turnover_fen AS arrived_turnover_fen,
       s.announced_fees_fen[1] AS announced_commission_fen,
       s.arrived_fees_fen[1] AS arrived_commission_fen,
       s.announced_fees_fen[2] AS announced_stamp_fen,
       s.arrived_fees_fen[2] AS arrived_stamp_fen,
       s.announced_fees_fen[3] AS announced_transfer_fen,
       s.arrived_fees_fen[3] AS arrived_transfer_fen,
       s.announced_fees_fen[4] AS announced_handling_fen,
       s.arrived_fees_fen[4] AS arrived_handling_fen,
       s.announced_fees_fen[5] AS announced_regulatory_fen,
       s.arrived_fees_fen[5] AS arrived_regulatory_fen,
       s.announced_net_fen AS announced_net_fen,
       s.arrived_net_fen AS arrived_net_fen,
       encode(s.announced_digest, 'hex') AS announced_digest,
       encode(s.arrived_digest, 'hex') AS arrived_digest,
       readable_time(s.declared_s * 1000000000) AS declared_at,
       readable_time(s.announced_at_ns) AS announced_at,
       readable_time(s.completed_at_ns) AS completed_at,
       s.late_s AS late_s,
       readable_time(s.withdrawn_at_ns) AS withdrawn_at,
       s.announced_sequence AS announced_sequence,
       s.completed_sequence AS completed_sequence,
       s.withdrawn_sequence AS withdrawn_sequence
FROM clearing_sets s
LEFT JOIN lanes l USING (trade_date, party)
LEFT JOIN parties p ON p.party = s.party;
COMMENT ON VIEW bank_clearing_sets IS 'Every clearing set that was ever announced, what it was to have beside what arrived of it.';
COMMENT ON COLUMN bank_clearing_sets.trade_date IS 'trade date that the set clears';
COMMENT ON COLUMN bank_clearing_sets.party IS 'number of the broker';
COMMENT ON COLUMN bank_clearing_sets.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_clearing_sets.number IS 'number of the set within its broker and trade date, from 1';
COMMENT ON COLUMN bank_clearing_sets.seat IS 'seat that announced the set and sends its lines';
COMMENT ON COLUMN bank_clearing_sets.state IS 'COLLECTING, COMPLETE, WITHDRAWN, or SETTLED: its date was settled before the set was complete';
COMMENT ON COLUMN bank_clearing_sets.listed_count IS 'accepted lines whose order is not there';
COMMENT ON COLUMN bank_clearing_sets.announced_orders IS 'orders told, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_orders IS 'orders told, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_buys IS 'buys, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_buys IS 'buys, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_sales IS 'sales, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_sales IS 'sales, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_dividends IS 'dividends, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_dividends IS 'dividends, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_refunds IS 'refunds, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_refunds IS 'refunds, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_contracts IS 'contracts that began or ended, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_contracts IS 'contracts that began or ended, arrived';
COMMENT ON COLUMN bank_clearing_sets.announced_turnover_fen IS 'turnover with gross dividends and refunds, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_turnover_fen IS 'the same, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_commission_fen IS 'commission with the tax of dividends, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_commission_fen IS 'commission with the tax of dividends, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_stamp_fen IS 'stamp duty, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_stamp_fen IS 'stamp duty, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_transfer_fen IS 'transfer fee, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_transfer_fen IS 'transfer fee, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_handling_fen IS 'handling fee, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_handling_fen IS 'handling fee, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_regulatory_fen IS 'regulatory fee, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_regulatory_fen IS 'regulatory fee, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_net_fen IS 'what the broker owes its customers less what they owe it, as announced, fen';
COMMENT ON COLUMN bank_clearing_sets.arrived_net_fen IS 'the same, arrived, fen';
COMMENT ON COLUMN bank_clearing_sets.announced_digest IS 'digest over the frames of the set, as announced';
COMMENT ON COLUMN bank_clearing_sets.arrived_digest IS 'the same, arrived';
COMMENT ON COLUMN bank_clearing_sets.declared_at IS 'when the exchange''s data reached the broker, as it declared';
COMMENT ON COLUMN bank_clearing_sets.announced_at IS 'when the set was announced';
COMMENT ON COLUMN bank_clearing_sets.completed_at IS 'when it was complete; NULL before';
COMMENT ON COLUMN bank_clearing_sets.late_s IS 'by how many seconds that was too late: 30 minutes after the earliest time that was declared for the lane';
COMMENT ON COLUMN bank_clearing_sets.withdrawn_at IS 'when it was withdrawn; NULL when it was not';
COMMENT ON COLUMN bank_clearing_sets.announced_sequence IS 'journal row of the announcement';
COMMENT ON COLUMN bank_clearing_sets.completed_sequence IS 'journal row of the completion';
COMMENT ON COLUMN bank_clearing_sets.withdrawn_sequence IS 'journal row of the withdrawal';

CREATE VIEW bank_feed AS
SELECT f.party AS party,
       p.name AS party_name,
       f.position AS position,
       COALESCE(w1.name, 'NUMBER_' || f.kind) AS kind,
       readable_date(f.trade_date) AS trade_date,
       NULLIF(f.contract_no, 0) AS contract_no,
       f.said AS said,
       readable_time(f.decided_at_ns) AS told_at,
       readable_time(NULLIF(f.received_s, 0) * 1000000000) AS received_at,
       f.sequence AS sequence
FROM feed_entries f
LEFT JOIN parties p USING (party)
LEFT JOIN word_names w1 ON w1.vocabulary = 'feed_kind' AND w1.number = f.kind;
COMMENT ON VIEW bank_feed IS 'Everything that brokers are told without asking 推送, and what they signed for 签收.';
COMMENT ON COLUMN bank_feed.party IS 'number of the broker';
COMMENT ON COLUMN bank_feed.party_name IS 'name of that broker';
COMMENT ON COLUMN bank_feed.position IS 'position in the feed of that broker, from 1 without gaps';
COMMENT ON COLUMN bank_feed.kind IS 'DATE_OPENED, SIGNED_OFF (with what the bank accepted), CONTRACT_CHANGED, SET_COMPARED, OBLIGATION or STOPPED (or no more)';
COMMENT ON COLUMN bank_feed.trade_date IS 'trade date that it is about';
COMMENT ON COLUMN bank_feed.contract_no IS 'contract that it is about, the first of several; NULL for none';
COMMENT ON COLUMN bank_feed.said IS 'what it says, by the names of docs/protocol.md; amounts in fen';
COMMENT ON COLUMN bank_feed.told_at IS 'when the ledger decided what it tells';
COMMENT ON COLUMN bank_feed.received_at IS 'when the broker''s receipt was decided; NULL before, and for what is not signed for';
COMMENT ON COLUMN bank_feed.sequence IS 'journal row that made the entry';
