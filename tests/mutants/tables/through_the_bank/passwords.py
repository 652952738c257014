"""Mutants of trading passwords: what a verdict earns and counts, who is signed on, what a channel is told.

Belongs here: single wrong lines, each with what it plants. Never here: mutants of orders.
"""

from tests.mutants.mutant import Row, of_file

_SIGNING = "tests/rules/orders/test_signing_on.py"
_SIGNED_ON = "tests/ledger_core/orders/test_signing_on.py"
_VERDICTS: list[Row] = [
    (
        "one channel locks",
        "    elif not password.bars(told.channel):\n",
        "    elif not password.is_locked:\n",
        "whoever runs a kiosk locks every customer",
        f"{_SIGNING}::test_one_channel_alone_locks_nobody",
    ),
    (
        "an older password",
        "    if told.generation != password.generation:\n        return ReplyCode.PASSWORD_STALE\n    is_barred",
        "    is_barred",
        "who knew the old password signs on behind its change",
        f"{_SIGNING}::test_what_is_not_counted",
    ),
    (
        "a lost password set anew",
        "    if password.is_lost:\n        return ReplyCode.STATUS_FORBIDS\n",
        "",
        "who has found it sets another one",
        f"{_SIGNING}::test_a_lost_password_is_reset_before_another_one_is_set",
    ),
    (
        "four failures of a channel",
        "self.failures.get(channel, 0) >= FAILURES_OF_CHANNEL_MAX",
        "self.failures.get(channel, 0) > FAILURES_OF_CHANNEL_MAX",
        "a password is tried once more than may be",
        f"{_SIGNING}::test_three_failures_bar_the_channel_and_no_other",
    ),
]
_SIGN_ONS: list[Row] = [
    (
        "the second in which a sign-on ends",
        "return until_s is not None and now_s < int(until_s[contract])",
        "return until_s is not None and now_s <= int(until_s[contract])",
        "an order is taken behind the end of a sign-on",
        f"{_SIGNED_ON}::test_who_signs_on_by_phone_has_signed_on_at_no_other_channel",
    ),
    (
        "a lock over a roll",
        "            self.facts[counted] &= ~_FAILURES_MASK\n",
        "            self.facts[counted] = _IS_SET\n",
        "a locked password is tried on the next date",
        f"{_SIGNED_ON}::test_five_failures_lock_until_somebody_of_the_opening_outlet_unlocks",
    ),
    (
        "a password of a replaced card",
        "column[successor] = column[contract]",
        "column[successor] = column[successor]",
        "a customer with a new card has no password",
        f"{_SIGNED_ON}::test_a_replaced_card_keeps_the_password_and_signs_nobody_on",
    ),
]
_ENDS: list[Row] = [
    (
        "a change leaves who is signed on",
        "    sign_ons.put(index, password)\n    sign_ons.end(index)\n",
        "    sign_ons.put(index, password)\n",
        "a thief who signed on orders on behind the change of the password",
        f"{_SIGNED_ON}::test_a_change_ends_every_sign_on_and_refuses_a_verdict_that_is_older",
    ),
]
_ASKED = "tests/ledger_core/orders/test_asked_by_channels.py"
_TOLD: list[Row] = [
    (
        "money of who is signed on nowhere",
        "        if index >= 0 and sign_ons.holds(index, channel, now_s):\n",
        "        if index >= 0:\n",
        "whoever runs a kiosk reads every customer's balance",
        f"{_ASKED}::test_who_is_signed_on_with_the_channel_is_told_both_amounts_until_his_second",
    ),
]
_SEATS: list[Row] = [
    (
        "a channel's seat of another broker",
        "yield seat, int(self.channel[seat]), int(self.broker[seat])",
        "yield seat, int(self.broker[seat]), int(self.channel[seat])",
        "a customer signs on through the seat of another broker",
        f"{_ASKED}::test_the_gateway_is_told_by_which_channel_each_seat_is",
    ),
]
OF_PASSWORDS = [
    *of_file("rules/orders/signing_on.py", _VERDICTS),
    *of_file("state/orders/sign_ons.py", _SIGN_ONS),
    *of_file("control/orders/signing_on.py", _ENDS),
    *of_file("state/totals.py", _TOLD),
    *of_file("state/orders/channels.py", _SEATS),
]
