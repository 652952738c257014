"""Acts of people: looked up, verified, remembered.

Belongs here: what an act earns before its message is judged, and what is kept of it. Never here: the guards in their
rank (rules.tellers), what the message that it makes earns and does (judge and the pages behind it), people and their
keys (persons).
"""

import hashlib
from collections.abc import Sequence

from ledger.core.control.customers.standing import account_of, known_account, own_contract
from ledger.core.state.book import Book
from ledger.core.state.people.persons import Done, Person
from protocol.acts.customers import ChangeHolderAct, SignAtCounterAct
from protocol.acts.ordering.passwords import ResetPasswordAct, UnlockPasswordAct
from protocol.acts.restraints import DeductAct, ExtendRestraintAct, LiftRestraintAct, RestrainAct
from protocol.acts.table import (
    ACT_DOMAIN,
    NS_PER_S,
    AnyAct,
    ChangePersonAct,
    Concerns,
    EndPersonKeyAct,
    RegisterPersonAct,
    RegisterPersonKeyAct,
    act_of,
    row_of,
)
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.keys.signing import verifier_from_bytes
from protocol.messages.persons import Act, ActSignature
from protocol.vocabulary import BANK_PARTY, Suite
from rules.tellers import USES_NO_SERIAL, WHOLE_BANK, Facts, Signer, code_of_act, code_of_signatures, covers


def decided_second(decided_at_ns: int) -> int:
    """The whole second in which something is decided, by which people's keys and acts are good or not."""
    return decided_at_ns // NS_PER_S


def act_for(book: Book, message: Act) -> AnyAct | None:
    """The act in a message; None when it is none of this bank."""
    act = act_of(message.text)
    return act if act is not None and act.bank == book.bank_id.hex() else None


def judge_act(book: Book, message: Act, act: AnyAct, decided_at_ns: int, is_replay: bool) -> ReplyCode:
    """What an act earns before its message is judged. In replay its signatures are not looked at once more: what was
    decided hangs on no library."""
    decided_s, row = decided_second(decided_at_ns), row_of(act)
    author = book.persons.entries.get(act.author)
    facts = Facts(
        act.author,
        act.serial,
        act.valid_until_s,
        row.ahead_s,
        row.right,
        row.persons,
        author.last_serial if author is not None else 0,
        number_if_done(book, message) != 0,
        book.persons.sealed,
    )
    concerned = _concerned(book, act, row.concerns)
    signers = [_signer(book, each, concerned) for each in message.signatures]
    code = code_of_act(facts, signers, decided_s)
    if code != ReplyCode.ACCEPTED:
        return code
    holds = (is_replay or _holds(book, message.text, each, decided_s) for each in message.signatures)
    return code_of_signatures(act.author, signers[0].person, holds)


def number_if_done(book: Book, message: Act) -> int:
    """The number of the act with this very text that took effect; 0 when none is remembered."""
    act = act_for(book, message)
    author = book.persons.entries.get(act.author) if act is not None else None
    return author.number_of(_digest(message)) if author is not None else 0


def remember(book: Book, message: Act, code: ReplyCode) -> int:
    """An act was decided: its serial is used, unless it was refused before it was known to be its author's will.

    Call it in front of the effect. Returns its number if it takes effect, else 0.
    """
    act = act_for(book, message)
    if act is None or code in USES_NO_SERIAL:
        return 0
    persons, done = book.persons, None
    if code == ReplyCode.ACCEPTED:
        persons.acts_count += 1
        done = Done(act.serial, _digest(message), persons.acts_count)
    persons.put(persons.entries[act.author].after_act(act.serial, done))
    return done.number if done is not None else 0


def _digest(message: Act) -> bytes:
    return hashlib.sha256(message.text).digest()


def _holds(book: Book, text: bytes, signature: ActSignature, decided_s: int) -> bool:
    person = book.persons.entries.get(signature.person)
    key = person.key(signature.key_id, decided_s) if person is not None else None
    if key is None:
        return False
    try:
        verifier = verifier_from_bytes(Suite(key.suite), key.public_key, ACT_DOMAIN)
    except MisuseError:
        return False
    return verifier.verify(text, signature.signature)


def _signer(book: Book, signature: ActSignature, concerned: Sequence[int]) -> Signer:
    person = book.persons.entries.get(signature.person)
    if person is None:
        return Signer(signature.person, 0, False)
    return Signer(signature.person, person.rights, all(_covers(book, person, outlet) for outlet in concerned))


def _covers(book: Book, person: Person, outlet: int) -> bool:
    return covers(person.outlet, book.outlets.way_up(outlet))


def _concerned(book: Book, act: AnyAct, concerns: Concerns) -> list[int]:
    """The outlets that an act concerns; 0 for the whole bank. What does not exist concerns the whole bank: only who may
    act everywhere learns that."""
    if concerns == Concerns.AUTHOR:
        return []
    if concerns == Concerns.ACCOUNT:
        account = _account_of(book, act)
        return [int(book.outlet[account]) if account >= 0 else WHOLE_BANK]
    outlets: list[int] = []
    if isinstance(act, RegisterPersonAct | ChangePersonAct):
        outlets.append(act.outlet)
    if isinstance(act, ChangePersonAct | RegisterPersonKeyAct | EndPersonKeyAct):
        person = book.persons.entries.get(act.person)
        outlets += [person.outlet] if person is not None else []
    return outlets or [WHOLE_BANK]


def _account_of(book: Book, act: AnyAct) -> int:
    """The index of the account that an act concerns, −1 for none."""
    if isinstance(act, RestrainAct | DeductAct | ChangeHolderAct | SignAtCounterAct):
        return known_account(book, act.account_no)
    if isinstance(act, UnlockPasswordAct | ResetPasswordAct):
        index = own_contract(book, BANK_PARTY, act.contract_no)
        return account_of(book, index) if index >= 0 else -1
    if isinstance(act, LiftRestraintAct | ExtendRestraintAct):
        restraint = book.restraints.by_number.get(act.restraint_no)
        return restraint.account if restraint is not None else -1
    return -1
