"""What the evening's planted fens gave, beside what the auditor expects: found, decided by two people, corrected.

Belongs here: the comparison and the lines that tell it. Never here: the auditor's rules (reconciling), the steps
(evening).
"""

from collections.abc import Mapping, Sequence

from config.kit.processes import Progress
from frontend_sim.auditor.day.comparing import Expected, differ
from frontend_sim.auditor.day.reconciling import DateAudit, Permitted
from frontend_sim.trading_session.days.evening import BrokerSet, Evening
from protocol.messages.queries import Difference
from protocol.vocabulary import ComparedField, DifferenceClass

PLANTED = [(ComparedField.RELEASED, 1), (ComparedField.BOUGHT, 1)]
"""What must have been found, and by how many fen the set says more."""


def expected_of(found: Sequence[Difference]) -> list[Expected]:
    """Differences as the bank told them, in the auditor's words."""
    return [
        Expected(
            each.difference_class,
            each.compared_field,
            each.contract_no,
            (each.order_date, each.order_seat, each.order_number),
            each.bank_has,
            each.set_says,
        )
        for each in found
    ]


def judge_planted(date: DateAudit, evening: Evening, planted: BrokerSet, say: Progress) -> list[str]:
    """What was found, what two people signed of it, what the day desk then moved. Returns: where it is otherwise."""
    found = [(each.compared_field, each.set_says - each.bank_has) for each in planted.found]
    faults = [] if found == PLANTED else [f"found {planted.found}, planted a fen more in two places"]
    differs = differ(date.differences(), expected_of(planted.found))
    faults += [f"set of broker {planted.broker.party}: {differs}"] if differs else []
    decided = [act.fields for act in evening.acts if act.fields["act"] == "decide"]
    permitted = [act for act in evening.acts if act.fields["act"] == "correct"]
    signed = [(fields["difference_class"], fields["count"], fields["digest"]) for fields in decided]
    if signed != [(DifferenceClass.AMOUNT.name, *date.to_sign(DifferenceClass.AMOUNT))]:
        faults.append(f"two people decided {signed}, expected {date.to_sign(DifferenceClass.AMOUNT)}")
    date.permits = {(act.number, int(act.fields["contract_no"])): _permitted(act.fields) for act in permitted}
    for records, outcomes in evening.corrected:
        date.judge(records, outcomes)
    faults += date.mismatches
    if len(permitted) != 1 or len(date.corrected) != 1:
        faults.append(f"{len(permitted)} corrections were permitted, {len(date.corrected)} expected to be done, not 1")
    if not faults:
        _tell(planted.found, date, say)
    return faults


def _permitted(fields: Mapping[str, int | str]) -> Permitted:
    names = ("cleared_buys_fen", "cleared_proceeds_fen", "rejected_fen", "rise_max_fen", "made_good_max_fen")
    return Permitted(*(int(fields[name]) for name in names))


def _tell(found: Sequence[Difference], date: DateAudit, say: Progress) -> None:
    known, moved = found
    say(
        f"planted: the bank released {known.bank_has} fen of order {known.order_number} of seat {known.order_seat}, "
        f"the set said {known.set_says}; found, and decided by two people"
    )
    say(
        f"planted: contract {moved.contract_no} bought for {moved.bank_has} fen, the set said {moved.set_says}; found, "
        "and corrected by an act of two people"
    )
    say(f"the auditor expected both, and {date.judged_count} of {date.judged_count} records of the correction")
