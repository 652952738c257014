"""Mutants of acts of people: who may sign what, and what is kept of it.

Belongs here: single wrong lines, each with what a thief gains by it. Never here: mutants of records and other control.
"""

from tests.mutants.mutant import ACCOUNTS, ACTS, PERSONS, Row, of_file

_TELLERS: list[Row] = [
    (
        "act over",
        "if not decided_s <= facts.valid_until_s",
        "if not 0 <= facts.valid_until_s",
        "an act of last year stops a broker",
        f"{ACTS}::test_an_act_is_good_to_its_last_second_and_not_far_ahead",
    ),
    (
        "act far ahead",
        "<= decided_s + facts.ahead_s",
        "<= decided_s + 2 * facts.ahead_s",
        "a stop lies about for a day",
        f"{ACTS}::test_where_several_refusals_apply_the_lowest_number_wins_and_no_serial_is_used",
    ),
    (
        "serial again",
        "if not facts.last_serial < facts.serial",
        "if not facts.last_serial <= facts.serial",
        "another act under a serial that is used",
        f"{ACTS}::test_serials_rise_with_gaps_up_to_the_step",
    ),
    (
        "right of one",
        "if not all(_has_right(",
        "if not any(_has_right(",
        "the second person may be anybody",
        f"{ACTS}::test_a_person_who_is_not_there_has_no_right",
    ),
    (
        "author twice",
        "if facts.author in others or 1 + len(others)",
        "if 1 + len(others)",
        "somebody approves himself",
        f"{ACTS}::test_an_act_that_its_author_countersigned_is_refused",
    ),
    (
        "one of two",
        "1 + len(others) < facts.persons",
        "len(others) + 2 < facts.persons",
        "one person alone stops a broker",
        f"{ACTS}::test_an_act_that_its_author_countersigned_is_refused",
    ),
    (
        "first signature",
        "if first == author and all(holds)",
        "if all(holds)",
        "an act in the name of somebody who did not sign",
        f"{ACTS}::test_every_signature_must_be_by_a_good_key_of_who_is_named",
    ),
    (
        "one signature holds",
        "and all(holds)",
        "and any(holds)",
        "the second signature is anybody's",
        f"{ACTS}::test_every_signature_must_be_by_a_good_key_of_who_is_named",
    ),
    (
        "key that ended",
        "or at_s < key.until_s)",
        "or at_s <= 2 * key.until_s)",
        "a key signs when its time is over",
        f"{PERSONS}::test_a_key_signs_in_its_time_alone",
    ),
    (
        "two administrators",
        "ADMINISTRATORS_MIN = 3",
        "ADMINISTRATORS_MIN = 2",
        "one lost key locks the bank out",
        f"{PERSONS}::test_before_the_seal_acts_of_administrators_count_and_no_others",
    ),
    (
        "asleep",
        "and is_active and lasts",
        "and lasts",
        "who has left the bank keeps it sealed",
        f"{PERSONS}::test_nothing_leaves_fewer_than_three_administrators",
    ),
    (
        "administrator decides",
        "(rights == Right.ADMINISTER and outlet == WHOLE_BANK)",
        "outlet == WHOLE_BANK",
        "who makes people moves money too",
        f"{PERSONS}::test_who_administers_people_has_no_other_right_and_the_whole_bank",
    ),
    (
        "before the seal",
        "and signer.covers and (is_sealed or right == Right.ADMINISTER)",
        "and signer.covers",
        "master data alone makes people who decide",
        f"{PERSONS}::test_before_the_seal_acts_of_administrators_count_and_no_others",
    ),
    (
        "outlet",
        "bool(signer.rights & right) and signer.covers",
        "bool(signer.rights & right)",
        "a teller acts for an outlet of another branch",
        f"{PERSONS}::test_an_outlet_teller_signs_for_people_of_no_other_outlet_and_for_nothing_of_the_whole_bank",
    ),
]
_ACTS: list[Row] = [
    (
        "other bank",
        "act.bank == book.bank_id.hex()",
        "bool(act.bank)",
        "an act of a test bank is good here",
        f"{ACTS}::test_where_several_refusals_apply_the_lowest_number_wins_and_no_serial_is_used",
    ),
    (
        "serial kept back",
        "if act is None or code in USES_NO_SERIAL:",
        "if act is None or code != ReplyCode.ACCEPTED:",
        "a refused act comes again on another day",
        f"{ACTS}::test_what_is_refused_for_what_it_does_is_done_with_all_the_same",
    ),
    (
        "refused act is done",
        "    if code == ReplyCode.ACCEPTED:\n        persons.acts_count",
        "    if act is not None:\n        persons.acts_count",
        "a refused act is told as done",
        f"{ACTS}::test_what_is_refused_for_what_it_does_is_done_with_all_the_same",
    ),
]
_PERSONS: list[Row] = [
    (
        "who slept",
        "if person.active and not person.administers(decided_s):",
        "if person.active and person.administers(decided_s):",
        "people of master data alone wake at the seal",
        f"{PERSONS}::test_nothing_leaves_fewer_than_three_administrators",
    ),
    (
        "key of another",
        "if len(set(names)) < len(names) or",
        "if",
        "two people are one key",
        f"{PERSONS}::test_persons_of_one_message_are_told_apart",
    ),
    (
        "third leaves",
        "return ReplyCode.ACCEPTED if left >= ADMINISTRATORS_MIN",
        "return ReplyCode.ACCEPTED if left + 1 >= ADMINISTRATORS_MIN",
        "two are left, and one loses a key",
        f"{PERSONS}::test_nothing_leaves_fewer_than_three_administrators",
    ),
]
_JUDGE: list[Row] = [
    (
        "sealed by word",
        "if book.persons.sealed and _needs_act(book, message):",
        "if _needs_act(book, message) and not book.persons:",
        "master data registers keys after the seal",
        f"{ACTS}::test_keys_of_parties_come_and_go_by_act_alone_once_the_bank_is_sealed",
    ),
    (
        "outlet moves",
        "isinstance(message, RegisterOutlets) and outlets.moves_any(book, message)",
        "isinstance(message, Act)",
        "an outlet is hung under a friend's branch",
        f"{ACTS}::test_an_outlet_moves_by_act_alone_once_the_bank_is_sealed",
    ),
]
_KEYS: list[Row] = [
    (
        "last key",
        "if registers and not any(_outlives(key, ended) for key in signing):",
        "if registers and not signing:",
        "an act ends the last key by which acts come",
        f"{ACTS}::test_the_last_lasting_key_of_master_data_is_ended_by_no_act",
    ),
]

_ACCOUNTS: list[Row] = [
    (
        "money from nowhere",
        "is_late = book.persons.sealed and any(term.balance_fen for term in message.accounts)",
        "is_late = False",
        "whoever has the key of master data opens an account with a million",
        f"{ACCOUNTS}::test_once_the_bank_is_sealed_an_account_opens_with_nothing_and_a_deposit_fills_it",
    ),
]

OF_PEOPLE = [
    *of_file("rules/tellers.py", _TELLERS),
    *of_file("control/acts.py", _ACTS),
    *of_file("control/persons.py", _PERSONS),
    *of_file("control/judge.py", _JUDGE),
    *of_file("control/keys.py", _KEYS),
    *of_file("control/customers/accounts.py", _ACCOUNTS),
]
