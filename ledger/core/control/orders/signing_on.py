"""Trading passwords: what setting, losing, resetting and unlocking one earns and does, and the end of a sign-on.

Belongs here: judging and the effect, side by side. Never here: who may send it (roles), who may sign it
(rules.tellers), what is counted and barred (rules.orders.signing_on), verdicts (ledger.core.orders.verdicts).
"""

from ledger.core.control.customers.standing import own_contract, own_status
from ledger.core.state.book import PARTY_SHIFT, Book
from protocol.acts.ordering.passwords import PasswordAct, ResetPasswordAct, UnlockPasswordAct
from protocol.codes import ReplyCode
from protocol.given_numbers import index_from_contract_no
from protocol.messages.orders.signing_on import EndSignOn, ReportPasswordLoss, SetVerifier, SigningMessage
from protocol.vocabulary import BANK_PARTY
from rules.orders import signing_on as page

_NS_PER_S = 1_000_000_000


def judge_signing(book: Book, seat: int, message: SigningMessage | PasswordAct, decided_at_ns: int) -> ReplyCode:
    """What it earns. Of a contract that is none of the channel's broker nobody learns more than that nobody is signed
    on.
    """
    sign_ons = book.orders.sign_ons
    if isinstance(message, EndSignOn):
        index = own_contract(book, int(book.orders.channels.broker[seat]), message.contract_no)
        channel = int(book.orders.channels.channel[seat])
        holds = index >= 0 and sign_ons.holds(index, channel, decided_at_ns // _NS_PER_S)
        return ReplyCode.ACCEPTED if holds else ReplyCode.NOT_SIGNED_ON
    index = own_contract(book, BANK_PARTY, message.contract_no)
    if index < 0:
        return ReplyCode.CONTRACT_UNKNOWN
    password = sign_ons.password(index)
    match message:
        case SetVerifier(generation=generation):
            scheme = book.orders.schemes.of(int(book.contract_facts[index]) >> PARTY_SHIFT)
            return page.code_of_setting(own_status(book, index), scheme, generation, password)
        case ReportPasswordLoss():
            return page.code_of_loss(password)
        case ResetPasswordAct():
            return page.code_of_reset(password)
        case UnlockPasswordAct():
            return page.code_of_unlocking(password)


def apply_signing(book: Book, seat: int, message: SigningMessage | PasswordAct) -> None:
    """The effect of an accepted one. Another password, or none, ends every sign-on."""
    index, sign_ons = index_from_contract_no(message.contract_no), book.orders.sign_ons
    if isinstance(message, EndSignOn):
        sign_ons.end(index, int(book.orders.channels.channel[seat]))
        return
    password = sign_ons.password(index)
    if isinstance(message, UnlockPasswordAct):
        page.unlock(password)
        sign_ons.put(index, password)
        return
    salt, verifier = b"", b""
    match message:
        case SetVerifier():
            salt, verifier = message.salt, message.verifier
            page.set_anew(password)
        case ReportPasswordLoss():
            page.lose(password)
        case ResetPasswordAct():
            page.reset(password)
    sign_ons.set_verifier(index, salt, verifier, book.size.contracts_max)
    sign_ons.put(index, password)
    sign_ons.end(index)
