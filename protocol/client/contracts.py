"""A seat's verbs about contracts as a whole.

Belongs here: asking what keeps a contract from ending. Never here: pushing one (pushes), money (verbs).
"""

from collections.abc import Coroutine

from ..limits import REQUEST_NUMBER_MAX
from ..messages.customers.open_items import OpenItemsAnswer, OpenItemsQuery
from .verbs.arguments import whole_number
from .verbs.speaking import Speaking


class ContractVerbs(Speaking):
    """What a seat asks of contracts; each verb is to be awaited."""

    def open_items(self, number: int, first: int = 0) -> Coroutine[object, object, OpenItemsAnswer]:
        """Ask what keeps an own contract from ending, its open freezes from place `first` on; `next_place` of the
        answer says where to go on, 0 at the end. A seat of the bank may name an account too, and is told restraints.

        Raises MisuseError at once for no number (1 to 2^62), or no place (0 to 2^40).
        """
        of = whole_number("number", number, 1, REQUEST_NUMBER_MAX)
        return self._ask(OpenItemsQuery(of, whole_number("first", first, 0, 2**40)), OpenItemsAnswer)
