"""What the auditor expects of a session's two dates, beside what the bank answered, published and posted.

Belongs here: the order of its opinions, the lines that tell them. Never here: its rules (auditor), the steps (evening,
morning), the control table (demo).
"""

from collections.abc import Mapping
from typing import NamedTuple

from config.kit.processes import Progress
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.books_table import books_of
from frontend_sim.auditor.control_table import yuan
from frontend_sim.auditor.day.clearing import SetAudit, sums_of
from frontend_sim.auditor.day.comparing import differ
from frontend_sim.auditor.day.reconciling import DateAudit
from frontend_sim.auditor.day.settlement_audit import SettlementAudit
from frontend_sim.market.desks import DAY_SEAT
from frontend_sim.trading_session.days.evening import Evening
from frontend_sim.trading_session.days.morning import Deed
from frontend_sim.trading_session.days.planted import expected_of, judge_planted
from frontend_sim.trading_session.days.two_days import SAVINGS_RATE, TwoDays
from protocol.codes import ReplyCode
from protocol.trade_dates import trade_day
from protocol.vocabulary import LaneState, Mode


class Judged(NamedTuple):
    """Where the close of a date is otherwise than expected, and the date as the auditor has it then, by party."""

    faults: list[str]
    dates: Mapping[int, DateAudit]


def judge_days(auditor: Auditor, days: TwoDays, say: Progress) -> tuple[list[str], dict[int, SettlementAudit]]:
    """Everything in the order of the journal. Returns: where something beside single answers differs, and how each
    broker stands, by party.
    """
    seen, evening, morning = days.trading.log.seen, days.evening, days.morning
    auditor.day_desks.add(DAY_SEAT)
    auditor.calendar.begin(days.dates.ns(days.dates.first, "08:30:00"))
    auditor.sign_off(*evening.signed_off)
    ordering = days.ordering
    assert ordering is not None
    days.through.inform_of_date(auditor, days.dates.first, ordering.channel.until_s, ordering.broker.places)
    auditor.judge(each for each in seen if each.trade_date == days.dates.first)
    moved_fen = {broker.party: auditor.moved_fen(broker.party) for broker in days.brokers}
    judged = judge_sets(auditor, evening, say)
    faults = judged.faults + ordering.faults()
    if not evening.settling_killed:
        faults.append("the day desk was to be killed in the middle of a settlement, and ended before")
    given_back_fen = {party: auditor.reversed_fen(party) for party in evening.reversed_fen}
    if given_back_fen != evening.reversed_fen:
        faults.append(f"reversed: {evening.reversed_fen}, expected {given_back_fen}")
    audits = {party: SettlementAudit(auditor, party) for party in judged.dates}
    for party, date in judged.dates.items():
        faults += _settled(audits[party], date, days, say)
    faults += _books(audits, days, moved_fen, say)
    auditor.is_sealed = True  # two people decided what was planted
    _post_interest(auditor, days, say)
    auditor.roll(days.dates.second, days.rolled_ns)
    for deed in morning.deeds:
        if deed.sequence <= morning.trades_from:
            faults += _done(audits[deed.party], deed, days.dates.first)
    auditor.judge(each for each in seen if each.trade_date == days.dates.second)
    for deed in morning.deeds:
        if deed.sequence > morning.trades_from:
            faults += _done(audits[deed.party], deed, days.dates.first)
    credited = {party: audit.credit_all() for party, audit in audits.items()}
    say(f"the auditor expected {len(morning.deeds)} steps between bank and brokers, and the credits behind them")
    if morning.refused != len(morning.credited) or any(not credited[party] for party in morning.credited):
        faults.append(f"{morning.refused} withdrawals refused, {credited} credits, of brokers {morning.credited}")
    if not days.add_up:
        faults.append(f"the reports of {days.dates.first} do not add up")
    return faults, audits


def _books(
    audits: Mapping[int, SettlementAudit], days: TwoDays, moved_fen: Mapping[int, int], say: Progress
) -> list[str]:
    """What the read model had behind the settlement of T, and that nothing of T is left in 2420."""
    expected = books_of(audits)
    faults = [] if days.settled == expected else [f"books behind the settlement: {days.settled}, expected {expected}"]
    for broker in days.brokers:
        if broker.mode == Mode.TRANSFER:
            left_fen = audits[broker.party].auditor.moved_fen(broker.party)
            say(
                f"2420 of {broker.name}, moved for its customers' orders: {yuan(moved_fen[broker.party])} when trading "
                f"had ended, {yuan(left_fen)} behind the settlement, as in the read model"
            )
            if left_fen or not moved_fen[broker.party]:
                faults.append(f"2420 of {broker.name}: {moved_fen[broker.party]} fen, then {left_fen} fen left")
    return faults


def _post_interest(auditor: Auditor, days: TwoDays, say: Progress) -> None:
    """T was ordered as interest day, and is over with the first row of T+1."""
    auditor.calendar.order(trade_day(days.dates.first), SAVINGS_RATE, days.interest_ns)
    auditor.calendar.see(days.rolled_ns)
    count, sum_fen = auditor.post_interest()
    say(f"the auditor posted interest of T to {count:,} accounts, {yuan(sum_fen)} in all")


def _settled(audit: SettlementAudit, date: DateAudit, days: TwoDays, say: Progress) -> list[str]:
    """What is published and settled of T."""
    times = days.dates.windows(days.dates.first)
    windows = [(each.pay_from_s, each.late_from_s, each.first_due_s, each.last_due_s, each.day_end_s) for each in times]
    now_s = days.dates.ns(days.dates.first, "17:00:00") // 10**9
    audit.publish(date, windows, now_s)
    count, day = audit.settle_all(days.dates.first, now_s), trade_day(days.dates.first)
    waits_fen, has_fen = audit.broker.customers.waits_fen(day), audit.broker.suspense_fen(day)
    say(
        f"the auditor settled {count:,} contracts of broker {audit.party}: {yuan(waits_fen)} wait for it, "
        f"{yuan(has_fen)} stand in suspense"
    )
    differs = audit.broker.differs(day)
    return [differs] if differs else []


def _done(audit: SettlementAudit, deed: Deed, trade_date: int) -> list[str]:
    """One deed that the bank accepted."""
    match deed.what:
        case "pay":
            code = audit.pay(trade_date, deed.now_s)
        case "fund":
            code = audit.fund(deed.amount_fen, deed.serial, deed.now_s)
        case "notice":
            code = audit.broker.notice(trade_day(trade_date), deed.now_s)
        case _:
            audit.broker.due(deed.now_s)
            code = ReplyCode.ACCEPTED
    return [] if code == ReplyCode.ACCEPTED else [f"{deed}: accepted, expected {code.name}"]


def judge_sets(auditor: Auditor, evening: Evening, say: Progress) -> Judged:
    """What the auditor expects of each broker's clearing set, of what differs and what is made of it, beside what the
    bank has and published.
    """
    dates: dict[int, DateAudit] = {}
    faults = [] if evening.desk_killed else ["the day desk was to be killed between two steps, and ended before"]
    for one in sorted(evening.sets, key=lambda each: each.broker.party):
        audit = SetAudit(auditor, one.broker.party, one.trade_date)
        audit.judge(one.lines, one.sent.outcomes)
        faults += audit.mismatches
        date = dates[one.broker.party] = DateAudit(audit)
        if evening.planted is not None and evening.planted.broker is one.broker:
            faults += judge_planted(date, evening, evening.planted, say)
        sums, answer, differs = audit.sums(), one.lane.answer, differ(date.differences(), expected_of(one.found))
        if sums_of(answer.arrived) != sums or one.lane.state < LaneState.SETTLED or differs:
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
    return Judged(faults, dates)
