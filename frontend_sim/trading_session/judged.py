"""What the auditor expects of a session's evening, beside what the bank answered and published.

Belongs here: the order of its opinions, the lines that tell them. Never here: its rules (auditor), the steps (evening),
the control table (demo).
"""

from config.kit.processes import Progress
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.day.clearing import SetAudit, sums_of
from frontend_sim.auditor.day.comparing import differ
from frontend_sim.auditor.day.reconciling import DateAudit
from frontend_sim.trading_session.evening import Evening
from frontend_sim.trading_session.planted import expected_of, judge_planted
from frontend_sim.trading_session.two_days import TwoDays
from protocol.vocabulary import LaneState


def judge_days(auditor: Auditor, days: TwoDays, say: Progress) -> list[str]:
    """Everything in the order of the journal. Returns: where something beside single answers differs."""
    seen, evening = days.trading.log.seen, days.evening
    auditor.sign_off(*evening.signed_off)
    auditor.judge(each for each in seen if each.trade_date == days.dates.first)
    faults = judge_sets(auditor, evening, say)
    auditor.is_sealed = True  # two people decided what was planted
    auditor.roll(days.dates.second, days.rolled_ns)
    auditor.judge(each for each in seen if each.trade_date == days.dates.second)
    return faults


def judge_sets(auditor: Auditor, evening: Evening, say: Progress) -> list[str]:
    """What the auditor expects of each broker's clearing set, of what differs and what is made of it, beside what the
    bank has and published. Returns: where they differ.
    """
    faults = [] if evening.desk_killed else ["the day desk was to be killed between two steps, and ended before"]
    for one in sorted(evening.sets, key=lambda each: each.broker.party):
        audit = SetAudit(auditor, one.broker.party, one.trade_date)
        audit.judge(one.lines, one.sent.outcomes)
        faults += audit.mismatches
        date = DateAudit(audit)
        if evening.planted is not None and evening.planted.broker is one.broker:
            faults += judge_planted(date, evening, evening.planted, say)
        sums, answer, differs = audit.sums(), one.lane.answer, differ(date.differences(), expected_of(one.found))
        if sums_of(answer.arrived) != sums or one.lane.state != LaneState.CLOSING or differs:
            faults.append(f"set of broker {one.broker.party}: {one.lane.state.name}, {answer}, {sums}, {differs}")
        if not one.broker.proceeds_at_fill:
            audit.book_proceeds()
        closed = date.close_orders()
        who, fen = ("the broker owes", sums.net_fen) if sums.net_fen >= 0 else ("the bank owes", -sums.net_fen)
        agree = audit.judged_count - audit.mismatch_count
        say(
            f"the auditor expected {agree:,} of {audit.judged_count:,} lines of {one.broker.name}; "
            f"{who} {fen // 100:,}.{fen % 100:02}, as published; {closed:,} orders that were left open are ended"
        )
    return faults
