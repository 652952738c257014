"""Acts of people on trading passwords 交易密码.

Belongs here: one struct for each. Never here: who may sign them (table), what they earn and do (ledger.core.control).
"""

from ...messages.fields import Number
from ..base import ActText


class UnlockPasswordAct(ActText, frozen=True, kw_only=True, tag="unlock_password"):
    """Failures of a contract's customer to sign on count no more, and bar nothing."""

    contract_no: Number


class ResetPasswordAct(ActText, frozen=True, kw_only=True, tag="reset_password"):
    """A contract's trading password stands no more, and its customer may set a new one."""

    contract_no: Number


PasswordAct = UnlockPasswordAct | ResetPasswordAct
