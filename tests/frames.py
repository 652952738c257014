"""Records that are made and frames that are read, for tests of every part.

Belongs here: what no test asks about its records and frames. Never here: keys, sending.
"""

import numpy as np
import numpy.typing as npt

from protocol.frame import Frame, FrameReader
from protocol.header import Header
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import RecordKind


def make_records(
    count: int,
    contract_no: npt.ArrayLike,
    amount_fen: npt.ArrayLike,
    kind: npt.ArrayLike = RecordKind.FREEZE,
    **fields: npt.ArrayLike,
) -> RecordArray:
    """(count,) RECORD with the named further fields; each is one value for all, or one for each."""
    made = np.zeros(count, RECORD)
    made["kind"], made["contract_no"], made["amount_fen"] = kind, contract_no, amount_fen
    for name, value in fields.items():
        made[name] = value
    return made


def frames_in(data: bytes) -> list[Frame]:
    """The whole frames that these bytes are, whoever signed them."""
    reader = FrameReader(believe)
    reader.feed(data)
    frames = list(iter(reader.next_frame, None))
    assert not reader.buffered_bytes
    return frames


def believe(_header: Header, _header_bytes: bytes, _signature: bytes) -> None:
    """No signature is looked at."""
