"""The window as a conversation: what is sent, what comes back, what goes again under which number."""

import pytest

from protocol.client.line.window import Window, WindowFrame
from protocol.codes import ReplyCode
from protocol.errors import MisuseError, PeerViolation
from protocol.vocabulary import FrameKind

MONDAY, TUESDAY = 20_260_105, 20_260_106
BUSY, GAP = int(ReplyCode.BUSY), int(ReplyCode.SEQUENCE_GAP)
WRONG_DATE, OTHER = int(ReplyCode.WRONG_TRADE_DATE), int(ReplyCode.DUPLICATE_OTHER_CONTENT)


def digest_of(name: str) -> bytes:
    return name.encode().ljust(32, b".")


def opened(credit_records: int = 100, next_number: int = 1) -> Window[str]:
    window: Window[str] = Window(1_000)
    window.link_up(MONDAY, next_number, credit_records)
    return window


def frame(name: str, trade_date: int, number: int, count: int) -> WindowFrame[str]:
    return WindowFrame(FrameKind.RECORDS, trade_date, number, count, 0, digest_of(name), 0, name)


def send(window: Window[str], name: str, count: int = 10) -> WindowFrame[str]:
    new = frame(name, window.trade_date, window.next_number, count)
    window.sent(new)
    return new


def send_again(window: Window[str]) -> list[str]:
    names = []
    while (again := window.next_to_resend()) is not None:
        window.resent(again)
        names.append(f"{again.waiter}@{again.trade_date}:{again.first_number}")
    return names


def answer(window: Window[str], of: WindowFrame[str]) -> None:
    assert window.answered(of.trade_date, of.first_number, of.record_count, of.body_digest) is of


def refuse(window: Window[str], of: WindowFrame[str], code: int, date: int, next_number: int) -> None:
    assert window.not_applied(code, of.first_number, date, next_number) is None


def test_numbers_are_given_without_gaps_and_begin_where_the_bank_says() -> None:
    window = opened(next_number=7)

    first, second = send(window, "first"), send(window, "second", 3)

    assert (first.first_number, second.first_number, window.next_number) == (7, 17, 20)


def test_credit_is_used_by_what_is_under_way_and_returned_by_answers() -> None:
    window = opened(credit_records=20)
    first = send(window, "first")
    assert window.may_send(10)
    send(window, "second")

    assert not window.may_send(1)
    answer(window, first)
    assert (window.may_send(10), window.may_send(11), window.in_flight_records) == (True, False, 10)


def test_nothing_may_be_sent_without_a_link() -> None:
    window: Window[str] = Window(1_000)

    assert not window.may_send(1)
    with pytest.raises(MisuseError):
        window.sent(frame("first", 0, 0, 1))


def test_the_outbox_bounds_credit_that_is_larger() -> None:
    window: Window[str] = Window(50)
    window.link_up(MONDAY, 1, 10_000)

    assert (window.may_send(50), window.may_send(51)) == (True, False)


def test_answers_may_come_in_any_order_and_name_their_frame() -> None:
    window = opened()
    first, second, third = send(window, "first"), send(window, "second"), send(window, "third")

    answer(window, second)
    answer(window, first)

    assert window.frames == [third]


def test_an_answer_to_other_content_is_a_violation() -> None:
    window = opened()
    send(window, "first")

    with pytest.raises(PeerViolation, match="answer another request"):
        window.answered(MONDAY, 1, 10, digest_of("something else"))
    with pytest.raises(PeerViolation, match="answer another request"):
        window.answered(MONDAY, 1, 9, digest_of("first"))


def test_a_second_answer_and_one_of_another_date_are_ignored() -> None:
    window = opened()
    first = send(window, "first")
    assert window.answered(TUESDAY, 1, 10, digest_of("first")) is None
    answer(window, first)

    assert window.answered(MONDAY, 1, 10, digest_of("first")) is None


def test_busy_goes_back_only_when_all_are_answered_and_keeps_every_number() -> None:
    window = opened()
    first, second, third = send(window, "first"), send(window, "second"), send(window, "third")
    answer(window, first)

    refuse(window, second, BUSY, MONDAY, 11)
    assert (window.must_go_back, window.may_send(1), window.next_to_resend()) == (False, False, None)
    refuse(window, third, GAP, MONDAY, 11)

    assert window.must_go_back
    assert window.go_back() == []
    assert send_again(window) == ["second@20260105:11", "third@20260105:21"]
    assert window.next_number == 31


def test_a_frame_already_applied_and_told_busy_never_changes_its_number() -> None:
    """After a restart the bank is at 21; the repeat of 1 to 10 is in the past, and BUSY says nothing about it."""
    window: Window[str] = Window(1_000)
    first, second = frame("first", MONDAY, 1, 10), frame("second", MONDAY, 11, 10)
    window.restore(first)
    window.restore(second)
    window.link_up(MONDAY, 21, 100)
    assert send_again(window) == ["first@20260105:1", "second@20260105:11"]

    refuse(window, first, BUSY, MONDAY, 1)
    refuse(window, second, BUSY, MONDAY, 11)

    assert window.go_back() == []
    assert send_again(window) == ["first@20260105:1", "second@20260105:11"]
    assert window.next_number == 21


@pytest.mark.parametrize(
    ("code", "date"), [(GAP, MONDAY), (WRONG_DATE, TUESDAY), (int(ReplyCode.SEAT_DATE_FULL), MONDAY)]
)
def test_what_is_durable_is_never_proven_unapplied(code: int, date: int) -> None:
    """The answer to 1 to 10 was lost; an old NOT_APPLIED for number 1 must not make it go as another request."""
    window: Window[str] = Window(1_000)
    first = frame("first", MONDAY, 1, 10)
    window.restore(first)
    window.link_up(MONDAY, 11, 100)
    send_again(window)

    with pytest.raises(PeerViolation, match=f"STALE_TIMESTAMP: number 1 of {MONDAY} is durable"):
        window.not_applied(code, 1, date, 1)
    window.link_down()
    window.link_up(MONDAY, 11, 100)
    assert send_again(window) == [f"first@{MONDAY}:1"]


def test_a_date_that_is_open_cannot_be_the_wrong_one() -> None:
    window = opened()
    send(window, "first")

    with pytest.raises(
        PeerViolation, match=f"STALE_TIMESTAMP: the frame at 1 is of {MONDAY}, which is told to be open"
    ):
        window.not_applied(WRONG_DATE, 1, MONDAY, 1)


@pytest.mark.parametrize("code", [BUSY, GAP, OTHER, int(ReplyCode.SEAT_DATE_FULL)])
def test_a_word_about_an_earlier_date_says_nothing_about_this_one(code: int) -> None:
    window: Window[str] = Window(1_000)
    window.link_up(TUESDAY, 1, 100)
    send(window, "first")

    with pytest.raises(PeerViolation, match=f"STALE_TIMESTAMP: the frame at 1 is of {TUESDAY}, refused with {code}"):
        window.not_applied(code, 1, MONDAY, 1)


def test_the_roll_of_the_date_renumbers_what_was_not_applied() -> None:
    window = opened()
    first, second, third = send(window, "first"), send(window, "second"), send(window, "third", 5)
    answer(window, first)

    refuse(window, second, WRONG_DATE, TUESDAY, 1)
    refuse(window, third, WRONG_DATE, TUESDAY, 1)

    assert window.go_back() == [second, third]
    assert send_again(window) == ["second@20260106:1", "third@20260106:11"]
    assert (window.trade_date, window.next_number) == (TUESDAY, 16)


def test_a_gap_proves_nothing_about_an_older_date() -> None:
    """The first repeat is of a date that was closed; the second was refused only because the first was."""
    window = opened()
    first, second = send(window, "first"), send(window, "second")

    refuse(window, first, WRONG_DATE, TUESDAY, 1)
    refuse(window, second, GAP, MONDAY, 1)

    assert window.go_back() == [first]
    assert send_again(window) == ["first@20260106:1"]
    answer(window, first)
    assert send_again(window) == ["second@20260105:11"]


def test_a_frame_of_an_earlier_process_is_not_carried_to_another_date() -> None:
    window: Window[str] = Window(1_000)
    old = frame("old", MONDAY, 5, 10)
    old.keeps_date = True
    window.restore(old)
    window.link_up(TUESDAY, 1, 100)
    send_again(window)

    assert window.not_applied(WRONG_DATE, 5, TUESDAY, 1) is old

    assert window.go_back() == []
    assert (len(window), window.next_number) == (0, 1)


def test_numbers_missing_before_a_frame_are_closed_up() -> None:
    """The file lost an entry with the power: what is behind it was never applied, and moves down."""
    window: Window[str] = Window(1_000)
    behind = frame("behind", MONDAY, 21, 10)
    window.restore(behind)
    window.link_up(MONDAY, 11, 100)
    assert send_again(window) == ["behind@20260105:21"]

    refuse(window, behind, GAP, MONDAY, 11)

    assert window.go_back() == [behind]
    assert (send_again(window), window.next_number) == (["behind@20260105:11"], 21)


def test_frames_of_two_dates_are_never_under_way_together() -> None:
    """Killed while renumbering: the first frame has its new number, the second not yet."""
    window: Window[str] = Window(1_000)
    moved, old = frame("moved", TUESDAY, 1, 10), frame("old", MONDAY, 21, 10)
    window.restore(moved)
    window.restore(old)
    window.link_up(TUESDAY, 1, 100)

    assert send_again(window) == ["moved@20260106:1"]
    assert not window.may_send(1)
    answer(window, moved)
    assert send_again(window) == ["old@20260105:21"]
    refuse(window, old, WRONG_DATE, TUESDAY, 11)

    assert window.go_back() == [old]
    assert send_again(window) == ["old@20260106:11"]


def test_a_number_used_for_something_else_is_left_to_it_and_the_frame_given_up() -> None:
    """Another sender of this seat was here; to ask again under a free number could be to ask twice."""
    window = opened()
    first, second = send(window, "first"), send(window, "second")

    assert window.not_applied(OTHER, 1, MONDAY, 41) is first
    assert window.not_applied(OTHER, 11, MONDAY, 41) is second

    assert window.go_back() == []
    assert (send_again(window), len(window), window.next_number) == ([], 0, 41)


def test_a_full_seat_gives_the_frame_up() -> None:
    window = opened()
    first = send(window, "first")

    assert window.not_applied(ReplyCode.SEAT_DATE_FULL, 1, MONDAY, 1) is first

    assert window.go_back() == []
    assert (len(window), window.next_number) == (0, 1)


def test_a_new_link_sends_everything_again_in_order_as_far_as_credit_goes() -> None:
    window = opened()
    first, second, third = send(window, "first"), send(window, "second"), send(window, "third")
    window.link_down()
    assert not window.may_send(1)

    window.link_up(MONDAY, 11, 20)

    assert send_again(window) == ["first@20260105:1", "second@20260105:11"]
    answer(window, first)
    assert send_again(window) == ["third@20260105:21"]
    answer(window, second)
    answer(window, third)
    assert (len(window), window.next_number, window.may_send(20)) == (0, 31, True)


def test_an_answer_of_the_earlier_link_may_come_before_the_copy_goes_again() -> None:
    window = opened()
    first, second = send(window, "first"), send(window, "second")
    window.link_down()
    window.link_up(MONDAY, 21, 100)

    answer(window, first)

    assert send_again(window) == ["second@20260105:11"]
    answer(window, second)
