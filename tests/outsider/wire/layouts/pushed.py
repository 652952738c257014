"""What messages about pushed contracts are made of: section 20.

Belongs here: their tags and fields. Never here: what is sealed (sealing).
"""

from tests.outsider.wire.bounds import BANK_ACCOUNT_NO, COUNT, DATE, NUMBER, OUTCOME_CODE, PARTY
from tests.outsider.wire.field_types import Blob, Int, Layout, Many, Nested

KEY_ID, ENDS_OF = Int(1, 2**31 - 1), Many(0, 3, NUMBER)
BOXES = (
    *(("person_key_id", KEY_ID), ("sealed_person", Blob(304, 304))),
    *(("password_key_id", KEY_ID), ("sealed_password", Blob(112, 112))),
)
PUSH = (
    *(("serial", NUMBER), ("bank_account_no", BANK_ACCOUNT_NO)),
    *(("securities_accounts", Many(1, 2, Nested("SecuritiesAccount"))), ("replaces", COUNT)),
    *BOXES,
)
CONFIRMATION = (
    *(("push", NUMBER), ("party", PARTY), ("account_no", NUMBER)),
    *(("ends", ENDS_OF), ("runs_off", COUNT), ("answer", Int(0, 2))),
)
PUSH_FACTS = (("push", NUMBER), ("code", OUTCOME_CODE), ("state", COUNT), ("contract_no", COUNT))
OPEN_PUSH = (
    *(("push", NUMBER), ("party", PARTY), ("state", COUNT), ("code", OUTCOME_CODE)),
    *(("account_no", COUNT), ("ends", ENDS_OF), ("runs_off", COUNT), ("trade_date", DATE)),
    *PUSH,
)
PUSH_LAYOUTS: dict[str, Layout] = {
    "PushContract": (110, PUSH),
    "Identify": (111, (("push", NUMBER), ("holder", Blob(0, 16)))),
    "ConfirmPush": (112, CONFIRMATION),
    "PushQuery": (113, (("pushes", Many(1, 64, NUMBER)),)),
    "PushFacts": (114, PUSH_FACTS),
    "PushAnswer": (128, (("as_of_sequence", COUNT), ("pushes", Many(0, 64, Nested("PushFacts"))))),
    "OpenPushQuery": (129, ()),
    "OpenPush": (130, OPEN_PUSH),
    "OpenPushAnswer": (131, (("as_of_sequence", COUNT), ("pushes", Many(0, 64, Nested("OpenPush"))))),
}
