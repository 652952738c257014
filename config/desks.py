"""[day_desk], [password_desk]: the desks of the bank that `yzt up` keeps running beside its processes, where it does.

What belongs here: their settings. What never may: what a desk does (gateway), when the day's is run (calendar), the
other settings (schema).
"""

from typing import Annotated

import msgspec

from protocol.limits import SEATS_MAX

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
"""A TCP port; 0 lets the system choose one, which the process then writes into its ready file."""
Host = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
"""A name or address of this machine to listen on."""
KeyId = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
"""The number of a key among its party's keys, as it stands in frame headers."""
WORKERS_MAX = 64


class DayDesk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[day_desk]: the seat, its key, and the figures of the program that runs the day by the clock."""

    seat: Annotated[int, msgspec.Meta(ge=1, le=SEATS_MAX)]
    key: str
    key_id: KeyId
    metrics_host: Host
    metrics_port: Port


class PasswordDesk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[password_desk]: whether it is run, its seat and key, the folder of its secrets, its door and its figures."""

    run: bool
    seat: Annotated[int, msgspec.Meta(ge=1, le=SEATS_MAX)]
    key: str
    key_id: KeyId
    secrets: str
    door: str
    workers: Annotated[int, msgspec.Meta(ge=1, le=WORKERS_MAX)]
    nice: Annotated[int, msgspec.Meta(ge=0, le=19)]
    metrics_host: Host
    metrics_port: Port
