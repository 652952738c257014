"""When what follows from a trade date is due: its windows, as numbers that came with the message that opened it.

Belongs here: the windows of each date, how long they are kept. Never here: which times can be windows
(rules.day.calendar), what is done when one is over, a clock.

They outlive the settlement of their date: what a broker owes by it is due on the days behind. Once the last of them is
over and the date has no slot any more, nothing can be due by them.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

import msgspec

from protocol.messages.day.steps import Window

Seconds = tuple[int, int, int, int, int]
"""Of a window: pay from, late from, first due, last due, its last second."""
_DAY_S = 86_400
_windows = msgspec.msgpack.Decoder(tuple[int, list[tuple[int, list[Seconds]]]])


def seconds_of(windows: Collection[Window]) -> list[Seconds]:
    """The numbers of windows, in their order."""
    return [(each.pay_from_s, each.late_from_s, each.first_due_s, each.last_due_s, each.day_end_s) for each in windows]


@dataclass(slots=True)
class DueTimes:
    """Trade date → its windows. A date that is not there has none."""

    windows: dict[int, list[Seconds]] = field(default_factory=dict)
    midnight_s: int = 0
    """Seconds behind midnight UTC at which a day of the bank begins, as the days of the calendar ended that came first:
    where a window ends is moved by people, the bank's clock is not."""

    def of(self, trade_date: int) -> list[Seconds]:
        """The windows of a date; nothing where no calendar is kept."""
        return self.windows.get(trade_date, [])

    def put(self, trade_date: int, windows: list[Seconds]) -> None:
        """These are the windows of the date from now on."""
        if windows:
            self.midnight_s = self.midnight_s or (windows[-1][-1] + 1) % _DAY_S
            self.windows[trade_date] = windows
        else:
            self.windows.pop(trade_date, None)

    def forget_over(self, unsettled: Collection[int], now_s: int) -> None:
        """Forget those of dates without a slot whose last window is over."""
        self.windows = {
            trade_date: windows
            for trade_date, windows in self.windows.items()
            if trade_date in unsettled or windows[-1][-1] >= now_s
        }

    def encoded(self) -> bytes:
        """All of them, in the order of their dates."""
        return msgspec.msgpack.encode((self.midnight_s, sorted(self.windows.items())))

    @staticmethod
    def decoded(data: bytes) -> "DueTimes":
        """What `encoded` made. Raises msgspec.DecodeError."""
        midnight_s, windows = _windows.decode(data)
        return DueTimes(dict(windows), midnight_s)
