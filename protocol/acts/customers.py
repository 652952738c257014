"""Acts of people on customers of the bank.

Belongs here: one struct for each. Never here: who may sign them (acts), what they earn and do (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ..limits import HOLDER_BYTES, SEALED_PASSWORD_BYTES, SEALED_PERSON_BYTES, SECURITIES_ACCOUNT_CHARS_MAX
from ..messages.customers.accounts import SecuritiesAccount
from ..messages.fields import KeyId, Number, PartyNo
from ..vocabulary import Market
from .base import ActText

SERIAL_BITS = 46
"""No author's serial comes so far: each is at most 1,024 above the one before."""
SecuritiesAccountOrNone = Annotated[str, Meta(pattern=f"^[0-9A-Z]{{0,{SECURITIES_ACCOUNT_CHARS_MAX}}}$")]
HexPerson = Annotated[str, Meta(pattern=f"^[0-9a-f]{{{2 * SEALED_PERSON_BYTES}}}$")]
HexPassword = Annotated[str, Meta(pattern=f"^[0-9a-f]{{{2 * SEALED_PASSWORD_BYTES}}}$")]
HexHolder = Annotated[str, Meta(pattern=f"^(?:[0-9a-f]{{2}}){{{HOLDER_BYTES}}}$")]


class ChangeHolderAct(ActText, frozen=True, kw_only=True, tag="change_holder"):
    """The holder of an account has another name or document: both keyed digests, as the identity desk makes them."""

    account_no: Number
    holder_before: HexHolder
    holder: HexHolder


class SignAtCounterAct(ActText, frozen=True, kw_only=True, tag="sign_contract_at_counter"):
    """A customer signs 签约 with a broker of scheme A at the counter: a teller says what else a push says.

    The identity desk and the card host look into it as into a push, and it is effective once they have.
    """

    party: PartyNo
    account_no: Number
    shanghai: SecuritiesAccountOrNone  # this and the next: of at least one market
    shenzhen: SecuritiesAccountOrNone
    person_key_id: KeyId  # this and the next three: as PushContract has them, in hexadecimal
    sealed_person: HexPerson
    password_key_id: KeyId
    sealed_password: HexPassword

    @property
    def is_whole(self) -> bool:
        """Whether it names a securities account."""
        return bool(self.shanghai or self.shenzhen)

    @property
    def securities_accounts(self) -> list[SecuritiesAccount]:
        """Those that it names, Shanghai first."""
        named = ((Market.XSHG, self.shanghai), (Market.XSHE, self.shenzhen))
        return [SecuritiesAccount(market, number) for market, number in named if number]

    @property
    def push_serial(self) -> int:
        """What the boxes are bound to as the serial of a push: no other act, and no push of a broker, has it."""
        return push_serial_of(self.author, self.serial)


def push_serial_of(author: int, serial: int) -> int:
    """The serial of the push that an author's act makes."""
    return author << SERIAL_BITS | serial


CustomerAct = ChangeHolderAct | SignAtCounterAct
