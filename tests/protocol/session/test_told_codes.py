"""Which class of code may stand in which frame of the bank, codes newer than this program among them."""

import numpy as np
import pytest
from msgspec import structs

from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.messages.base import Message
from protocol.messages.queries import AnswerMessage, BuyingPowerAnswer, ContractMoney, OutcomeAnswer, TotalsAnswer
from protocol.messages.session import NotApplied, Terminate
from protocol.records import OUTCOME
from protocol.session.told_codes import check_answer_codes, check_outcome_codes, code_of_end, code_of_refusal
from tests.protocol.page.words import CODE_CLASSES


def test_every_message_with_a_code_says_which_classes_it_may_tell() -> None:
    with_code = [each for each in Message.__subclasses__() if "code" in {field.name for field in structs.fields(each)}]
    assert {each.__name__ for each in with_code} - {"SeatHead"} == set(CODE_CLASSES)  # SeatHead stays inside the bank


@pytest.mark.parametrize("number", [200, 205, 250, 299])
def test_a_refusal_is_of_its_class(number: int) -> None:
    assert code_of_refusal(NotApplied(number, 1, 1, 0)) == number


@pytest.mark.parametrize("number", [0, 1, 100, 199, 300, 420, -1, 2**15])
def test_a_refusal_of_another_class_is_malformed(number: int) -> None:
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        code_of_refusal(NotApplied(number, 1, 1, 0))


@pytest.mark.parametrize("number", [100, 160, 199, ReplyCode.ROLE_FORBIDS])
def test_a_link_ends_for_a_reason_of_its_class_or_for_a_question_that_is_not_permitted(number: int) -> None:
    assert code_of_end(Terminate(number, 0, "", bytes(16))) == number


@pytest.mark.parametrize("number", [0, 99, 200, 299, 2**15])
def test_a_link_does_not_end_for_what_never_ends_one(number: int) -> None:
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        code_of_end(Terminate(number, 0, "", bytes(16)))


@pytest.mark.parametrize(
    ("number", "is_outcome"), [(0, 1), (300, 1), (799, 1), (2**15 - 1, 1), (1, 0), (299, 0), (-1, 0)]
)
def test_outcomes_are_of_their_class(number: int, is_outcome: int) -> None:
    outcomes = np.zeros(3, OUTCOME)
    outcomes["code"][1] = number
    if is_outcome:
        assert check_outcome_codes(outcomes) is outcomes
        return
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        check_outcome_codes(outcomes)


def answers_with(number: int) -> list[AnswerMessage]:
    good, told = ContractMoney(98, 0, 2, 1, 1), ContractMoney(195, number, 0, 0, 0)
    return [OutcomeAnswer(True, number, 0, 0, 1, 1), BuyingPowerAnswer(1, [good, told])]


@pytest.mark.parametrize("number", [0, 300, 330, 799, 2**15 - 1])
def test_answers_tell_outcomes_also_those_that_are_newer(number: int) -> None:
    for answer in answers_with(number):
        assert check_answer_codes(answer) is answer


@pytest.mark.parametrize("number", [1, 99, 100, 240, 299, 2**15, -1])
def test_an_answer_with_a_code_of_another_class_is_malformed(number: int) -> None:
    for answer in answers_with(number):
        with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
            check_answer_codes(answer)


def test_totals_carry_no_code() -> None:
    totals = TotalsAnswer(1, True, [])
    assert check_answer_codes(totals) is totals
