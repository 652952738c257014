-- What a story is told behind each event, in one statement: all of it as of one journal row. Whole numbers are fen.
SELECT json_build_object(
    'sequence', (SELECT sequence FROM bank_as_of),
    'bank', (SELECT bank FROM bank_as_of),
    'accounts', (SELECT json_agg(a ORDER BY a.bank_account_no) FROM bank_accounts a),
    'books', (
        SELECT json_agg(b ORDER BY b.account_code)
        FROM (
            SELECT account_code,
                   account,
                   GREATEST(SUM(debit_fen - credit_fen), 0) AS debit_fen,
                   GREATEST(SUM(credit_fen - debit_fen), 0) AS credit_fen,
                   json_agg(json_build_object(
                       'party', party,
                       'trade_date', to_char(trade_date, 'YYYYMMDD')::integer,
                       'item', item,
                       'debit_fen', debit_fen,
                       'credit_fen', credit_fen
                   ) ORDER BY party, trade_date, item) AS parts
            FROM bank_general_ledger
            GROUP BY account_code, account
        ) b
    ),
    'restraints', (SELECT json_agg(r ORDER BY r.restraint_no) FROM bank_restraints r),
    'obligations', (
        SELECT json_agg(json_build_object(
            'trade_date', to_char(trade_date, 'YYYYMMDD')::integer,
            'party', party,
            'case_no', case_no,
            'owed_by', owed_by,
            'amount_fen', amount_fen,
            'state', state,
            'paid_fen', paid_fen,
            'advanced_fen', advanced_fen,
            'bank_late', bank_late_at IS NOT NULL,
            'late_netted', is_late_netted,
            'objected', objected_at IS NOT NULL,
            'first_due_s', COALESCE(EXTRACT(EPOCH FROM first_due)::bigint, 0),
            'last_due_s', COALESCE(EXTRACT(EPOCH FROM last_due)::bigint, 0)
        ) ORDER BY trade_date, party, case_no)
        FROM bank_obligations
    ),
    'clearing', (
        SELECT json_agg(json_build_object(
            'party', party,
            'balance_fen', balance_fen,
            'lent_fen', lent_fen,
            'interest_fen', interest_fen,
            'limit_fen', limit_fen,
            'unpaid_fen', unpaid_fen,
            'overdue_fen', overdue_fen
        ) ORDER BY party)
        FROM bank_clearing_accounts
    ),
    'pushes', (
        SELECT json_agg(json_build_object(
            'push', push, 'party', party, 'state', state, 'reason', reason, 'contract_no', contract_no
        ) ORDER BY push)
        FROM bank_pushes
    ),
    'worklist', (
        SELECT json_agg(json_build_object(
            'kind', kind,
            'trade_date', to_char(trade_date, 'YYYYMMDD')::integer,
            'party', party,
            'set_number', set_number,
            'difference', difference,
            'field', field,
            'contract_no', contract_no,
            'order_date', to_char(order_date, 'YYYYMMDD')::integer,
            'order_seat', order_seat,
            'order_number', order_number,
            'bank_has', bank_has,
            'set_says', set_says,
            'amount_fen', amount_fen,
            'case_no', case_no,
            'age_days', age_days,
            'age_in', age_in,
            'owner', owner_name,
            'closed_as', closed_as,
            'act', act,
            'act_number', act_number,
            'reason', reason,
            'author', author_name,
            'second', second_name
        ) ORDER BY since_sequence, party, trade_date, difference, field, contract_no, order_seat, order_number, case_no)
        FROM bank_worklist
    ),
    'feeds', (
        SELECT json_agg(f ORDER BY f.party) FROM (SELECT party, MAX(position) AS position FROM bank_feed GROUP BY party) f
    )
)
