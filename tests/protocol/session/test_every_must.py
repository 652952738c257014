"""Every MUST of docs/protocol.md has a test: the sentence with the name of a test that fails when it is broken.

Belongs here: the list, and that it is whole. Never here: the checks themselves. Whoever writes a MUST into the page
adds its line here, whoever renames a test changes it.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = " ".join((ROOT / "docs" / "protocol.md").read_text(encoding="utf-8").split())
DEFINITION = "MUST, MAY and MUST NOT bind whoever wants answers; what breaks a MUST is answered as section 12 says."

LOGON, GOLDEN, WINDOW = "protocol/session/test_logon.py", "protocol/test_golden.py", "client/line/test_window.py"
KEYS, WORDS = "protocol/session/test_whose_clock_and_key.py", "protocol/session/test_words_about_a_link.py"

MUSTS: list[tuple[str, str, str]] = [
    ("partner's clock MUST agree with UTC", KEYS, "test_a_request_that_was_not_sent_now_consumes_nothing_and_the_link"),
    (
        "certificate MUST be signed by the CA",
        "gateway/entrance/test_tls.py",
        "test_no_certificate_or_a_strangers_ends_at_the",
    ),
    (
        "partner MUST verify the server's certificate",
        "client/line/test_seat.py",
        "test_over_tls_with_certificates_both_ways",
    ),
    (
        "client MUST come again no faster",
        "client/line/test_opening.py",
        "test_a_bank_that_establishes_and_closes_is_asked",
    ),
    (
        "connection MUST say its first 160 bytes",
        "gateway/entrance/test_strangers.py",
        "test_silence_ends_after_two_seconds",
    ),
    ("A reader MUST take 160 bytes", GOLDEN, "test_a_header_is_verified_before_its_body_is_awaited"),
    ("It MUST NOT allocate by a length", GOLDEN, "test_no_byte_is_allocated_for_a_stated_length"),
    ("refuses a frame MUST NOT act on it", LOGON, "test_after_a_violation_nothing_more_is_read"),
    (
        "SHOULD say it, and MUST close",
        "client/line/test_lying_bank.py",
        "test_no_number_of_broken_frames_ends_an_open_seat",
    ),
    ("A key MUST be fit", KEYS, "test_a_point_that_signs_anything_is_no_key"),
    ("partner MUST accept only frames with", GOLDEN, "test_a_partner_refuses_each_invalid_frame_for_its_reason"),
    ("it MUST NOT believe it, and just sees", WORDS, "test_a_refusal_that_the_bank_signed_for_somebody_else_reads"),
    ("A body MUST be the shortest", "protocol/test_layouts.py", "test_a_query_that_is_not_in_canonical_form_or_bounds"),
    ("A decoder MUST refuse", "protocol/test_layouts.py", "test_a_changed_body_is_refused_or_is_another_canonical"),
    ("A receiver MUST match OUTCOMES", WINDOW, "test_an_answer_to_other_content_is_a_violation"),
    ("version wanted MUST be greater", LOGON, "test_a_version_that_does_not_grow_is_refused_and_the_current_one"),
    ("ESTABLISH MUST be within 5 s", LOGON, "test_a_stale_logon_is_refused"),
    ("than was asked for, MUST be refused", LOGON, "test_an_answer_to_another_logon_is_refused"),
    ("A partner MUST wait for each answer", "protocol/session/test_every_state_and_trigger.py", "test_the_banks_side"),
    (
        "a repeat MUST cut frames exactly",
        "ledger/order_path/test_order_path.py",
        "test_a_repeat_gets_the_same_bytes_and_other",
    ),
    ("It MUST carry the version of the session", LOGON, "test_frames_of_an_older_session_are_refused_in_the_new_one"),
    (
        "It MUST carry the `sent_at_ns`",
        "client/line/test_clocks.py",
        "test_a_request_of_a_clock_that_is_off_is_told_and_goes",
    ),
    ("a client MUST send no further request", WINDOW, "test_busy_goes_back_only_when_all_are_answered_and_keeps"),
    ("The frame MUST NOT be sent anew", WINDOW, "test_a_number_used_for_something_else_is_left_to_it_and_the"),
    (
        "MUST refuse a frame whose time",
        "protocol/signed/test_recorded_answers.py",
        "test_a_not_applied_of_an_earlier_link",
    ),
    ("and MUST refuse a SEQUENCE_GAP", WINDOW, "test_what_is_durable_is_never_proven_unapplied"),
    (
        "MUST NOT exceed `credit_records`",
        "protocol/session/test_numbering.py",
        "test_one_record_over_the_credit_ends_the_link",
    ),
    (
        "which MUST be answered at once",
        "protocol/session/test_heartbeat.py",
        "test_a_demanded_sign_of_life_is_given_at_once",
    ),
    ("MUST believe a TERMINATE only", WORDS, "test_a_recorded_end_of_an_earlier_logon_is_not_believed_on_the"),
    ("a client MUST bound its rate", "client/line/test_opening.py", "test_a_bank_that_establishes_and_closes_is_asked"),
    (
        "than the session's MUST be refused",
        "protocol/signed/test_recorded_answers.py",
        "test_a_recorded_end_of_an_earlier_link_ends",
    ),
    (
        "correlation id MUST NOT be used twice",
        "protocol/session/test_heartbeat.py",
        "test_a_correlation_id_under_way_may_not",
    ),
    (
        "partner MUST take FEED frames in order",
        "client/line/test_feed.py",
        "test_entries_that_are_not_due_are_a_violation",
    ),
    ("It MUST ignore entries of a `kind`", "client/line/test_feed.py", "test_a_content_of_another_kind_is_a_violation"),
    ("What cannot be true** a partner MUST refuse", "client/line/test_misbehaving_bank.py", "test_what_a_seat_bears"),
    ("what a client of today MUST make of it", "client/line/test_misbehaving_bank.py", "test_what_a_seat_bears"),
]


def test_every_must_of_the_page_is_listed_once() -> None:
    left = PAGE.replace(DEFINITION, "")
    for phrase, _, _ in MUSTS:
        assert left.count(phrase) == 1, phrase
        left = left.replace(phrase, phrase.replace("MUST", "must"))

    assert [left[place.start() : place.start() + 60] for place in re.finditer("MUST", left)] == []


@pytest.mark.parametrize(("phrase", "file", "test"), MUSTS, ids=[phrase for phrase, _, _ in MUSTS])
def test_the_test_is_there(phrase: str, file: str, test: str) -> None:
    """Named by its beginning."""
    assert re.search(rf"def {test}\w*\(", (ROOT / "tests" / file).read_text(encoding="utf-8")), phrase
