"""Mutants of contracts that brokers push: what a broker could learn or do by one wrong line.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of contracts at the counter
(control).
"""

from tests.mutants.mutant import COUNTER, HOLDERS, PUSH_LIMITS, PUSHES, ROLES, Mutant, of_file

LOST = f"{PUSHES}::test_a_lost_card_is_replaced_by_signing_anew"
CHANGED = f"{PUSHES}::test_other_securities_accounts_are_a_new_contract_once_nothing_is_open"

OF_PUSHES: list[Mutant] = [
    *of_file(
        "control/customers/pushes.py",
        [
            (
                "anybody is found",
                "if not is_holder or not may_try(",
                "if account < 0 or not may_try(",
                "whoever knows an account number trades on it",
                f"{PUSHES}::test_until_the_person_fits_everything_is_told_the_same",
            ),
            (
                "tries without end",
                "if not is_holder or not may_try(book.pushes.tries_of(push), _futile(book, push)):",
                "if not is_holder:",
                "persons are guessed until one fits",
                f"{PUSH_LIMITS}::test_persons_are_guessed_a_few_times_and_then_nobody_is_found_that_day",
            ),
            (
                "wrong password not counted",
                "event == PushEvent.NOT_FOUND or answer == CardAnswer.WRONG)",
                "event == PushEvent.NOT_FOUND)",
                "a card password is guessed",
                f"{PUSH_LIMITS}::test_wrong_persons_and_wrong_passwords_count_together",
            ),
            (
                "tells of the account at once",
                "    if message.serial <= int(book.seat_serial[seat]):",
                "    if (book.accounts_by_number.find(np.array([message.bank_account_no])) < 0).any():\n"
                "        return ReplyCode.ACCOUNT_UNKNOWN\n"
                "    if message.serial <= int(book.seat_serial[seat]):",
                "a broker asks which accounts there are",
                f"{PUSHES}::test_until_the_person_fits_everything_is_told_the_same",
            ),
            (
                "serial used twice",
                "book.seat_serial[seat] = message.serial",
                "pass",
                "a push that is told twice counts twice",
                f"{PUSH_LIMITS}::test_a_serial_is_used_once_per_seat_and_date",
            ),
            (
                "push of another broker",
                "if push is None or not is_told(book, party, push)",
                "if push is None",
                "a broker reads what became of another's customers",
                f"{PUSH_LIMITS}::test_others_hear_nothing_of_a_push",
            ),
            (
                "what is named is not looked at",
                "return ReplyCode.ACCEPTED if fits else ReplyCode.PUSH_DIFFERS",
                "return ReplyCode.ACCEPTED",
                "the gateway's own book follows another contract",
                f"{PUSH_LIMITS}::test_the_identity_desk_names_what_it_decides",
            ),
            (
                "runs off without a loss",
                "if book.account_status(old) != AccountStatus.LOSS_REPORTED:",
                "if False:",
                "a broker moves a contract away from an account that nobody lost",
                LOST,
            ),
            (
                "to another holder",
                "if (book.holder[account] != book.holder[old]).any():",
                "if False:",
                "a contract goes to another person's account",
                f"{PUSHES}::test_a_lost_card_goes_to_no_other_person",
            ),
            (
                "other securities accounts on a new card",
                "return ReplyCode.ACCEPTED if _has_same(book, asked, replaced) else ReplyCode.PUSH_DIFFERS",
                "return ReplyCode.ACCEPTED",
                "what was confirmed is not what is signed",
                LOST,
            ),
            (
                "ends with open items",
                "return ReplyCode.ITEMS_OPEN if must_wait else ReplyCode.ACCEPTED",
                "return ReplyCode.ACCEPTED",
                "money of a contract that has ended",
                CHANGED,
            ),
            (
                "pre-assigned with open items",
                "if is_kept_by_items(book, index):",
                "if False:",
                "money of a contract that has ended",
                f"{PUSHES}::test_a_pre_assigned_contract_with_open_items_does_not_end",
            ),
            (
                "gives way without the customer",
                "    if not confirmed:\n        return ReplyCode.ACCOUNT_HAS_CONTRACT",
                "    if False:\n        return ReplyCode.ACCOUNT_HAS_CONTRACT",
                "a broker ends a contract without the card password",
                f"{PUSHES}::test_nothing_gives_way_without_the_card_password",
            ),
        ],
    ),
    *of_file(
        "rules/pushes.py",
        [
            (
                "believed after too many tries",
                "return answer == CardAnswer.RIGHT and may_try(tries, futile)",
                "return answer == CardAnswer.RIGHT",
                "the fourth password counts",
                f"{PUSH_LIMITS}::test_a_card_password_is_guessed_a_few_times_and_then_counts_no_more",
            ),
            (
                "pre-assigned holds the account",
                "if confirmed and status == ContractStatus.PRE_ASSIGNED else code",
                "if False else code",
                "somebody else's unconfirmed contract keeps a customer out",
                f"{PUSHES}::test_a_contract_that_nobody_confirmed_keeps_nobody_out",
            ),
            (
                "active gives way",
                "if confirmed and status == ContractStatus.PRE_ASSIGNED else code",
                "if confirmed else code",
                "a second broker ends the contract of the first",
                f"{PUSHES}::test_only_the_holder_hears_why_it_cannot_be",
            ),
            (
                "active without the password",
                "    if not confirmed:\n        return ContractStatus.PRE_ASSIGNED",
                "    if False:\n        return ContractStatus.PRE_ASSIGNED",
                "orders on the account of somebody who was not asked",
                f"{PUSHES}::test_without_the_card_password_it_waits_for_the_customer",
            ),
        ],
    ),
    *of_file(
        "state/customers/pushes.py",
        [
            (
                "what was sealed is kept",
                "push.asked = None",
                "pass",
                "sealed particulars stay in every snapshot",
                f"{PUSHES}::test_a_customer_signs_at_the_broker_and_trades_at_once",
            ),
            (
                "one account for all",
                "if push is not None and push.bank_account_no not in accounts:",
                "if push is not None:",
                "the desk asks the card host about one account many times at once",
                f"{PUSH_LIMITS}::test_the_oldest_of_each_broker_come_first_and_one_of_an_account",
            ),
            (
                "tries for ever",
                "        self.futile.clear()",
                "        pass",
                "a broker that was stopped once is stopped for ever",
                f"{PUSH_LIMITS}::test_a_broker_whose_pushes_come_to_nothing_is_stopped_for_the_date",
            ),
            (
                "no bound in all",
                "self.open_count >= PUSHES_OPEN_MAX or ",
                "",
                "brokers together fill the memory of the bank",
                f"{PUSH_LIMITS}::test_a_full_bank_tells_everybody",
            ),
        ],
    ),
    Mutant(
        "teller identifies",
        "roles.py",
        "SeatRole.IDENTITY_DESK: frozenset({Identify, ConfirmPush}),",
        "SeatRole.IDENTITY_DESK: frozenset({Identify, ConfirmPush, PushContract}),",
        "the identity desk signs contracts by itself",
        (f"{ROLES}::test_every_role_and_control_message[7-PushContract]",),
    ),
    *of_file(
        "control/customers/pushes.py",
        [
            (
                "said anew is signed anew",
                "    if replaced >= 0 and _stays(book, asked, _account_of(book, push), replaced):\n",
                "    if False:\n",
                "a customer with a new name loses her contract with what is open on it",
                f"{HOLDERS}::test_a_broker_pushes_changed_data_once_the_bank_has_seen_the_papers",
            ),
            (
                "said anew waits for ever",
                "must_wait = not _stays(book, asked, account, replaced) and is_kept_by_items(book, replaced)",
                "must_wait = is_kept_by_items(book, replaced)",
                "changed data of a customer who trades are never taken",
                f"{HOLDERS}::test_a_broker_pushes_changed_data_once_the_bank_has_seen_the_papers",
            ),
        ],
    ),
    *of_file(
        "control/customers/counter.py",
        [
            (
                "any scheme at the counter",
                "return ReplyCode.ACCEPTED if is_of_a else ReplyCode.SCHEME_FORBIDS",
                "return ReplyCode.ACCEPTED",
                "a teller signs for a broker that signs by itself, and a wrong password is a contract",
                f"{COUNTER}::test_a_teller_is_told_at_once_what_bars_it_the_lowest_first",
            ),
            (
                "tries without end at the counter",
                "    if not may_try(pushes.tries_of(push), pushes.futile.get(act.party, 0)):\n",
                "    if False:\n",
                "a teller is sent away by the card host and not by the bank",
                f"{COUNTER}::test_a_card_password_is_guessed_a_few_times_at_the_counter_too",
            ),
        ],
    ),
    *of_file(
        "control/customers/pushes.py",
        [
            (
                "a contract that nobody confirmed, from the counter",
                "        _move(book, push, event_unconfirmed(CardAnswer(message.answer)))\n        return 0\n",
                "        pass\n",
                "whoever has somebody's papers opens a contract on his account",
                f"{COUNTER}::test_without_the_card_password_nothing_comes_about",
            ),
            (
                "the bank reads what brokers push",
                "(party == BANK_PARTY and is_from_counter(book, push))",
                "party == BANK_PARTY",
                "a teller's desk reads what became of pushes that are none of its own",
                f"{COUNTER}::test_the_bank_is_told_nothing_of_what_brokers_of_scheme_b_push",
            ),
        ],
    ),
    *of_file(
        "rules/pushes.py",
        [
            (
                "a silent card host is a try",
                "return PushEvent.NOT_READ if answer == CardAnswer.NOT_ASKED else PushEvent.NOT_FOUND",
                "return PushEvent.NOT_FOUND",
                "three times without a card host, and the customer is sent home for the date",
                f"{COUNTER}::test_without_the_card_password_nothing_comes_about",
            ),
        ],
    ),
    *of_file(
        "control/customers/holders.py",
        [
            (
                "any holder before",
                "if book.holder[account].tobytes().hex() != act.holder_before:",
                "if len(book.holder[account].tobytes().hex()) != len(act.holder_before):",
                "an act that was signed for one account gives away what was another's by then",
                f"{HOLDERS}::test_who_may_change_a_holder_and_of_what",
            ),
            (
                "under an identified push",
                "return ReplyCode.STEP_NOT_DUE if is_identified else ReplyCode.ACCEPTED",
                "return ReplyCode.ACCEPTED",
                "one person is found in a push, and another one's contract comes about by it",
                f"{HOLDERS}::test_a_holder_does_not_change_under_a_push_that_was_identified",
            ),
        ],
    ),
]
