"""Records of legs as bytes: by the library's quick way, which knows all kinds beforehand."""

from __future__ import annotations

import msgspec

from huntline.records import Codec, UnreadableRecord
from huntline.sip.core.leg_record import RECORD_KINDS, LegRecord

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(LegRecord)
# The library takes no text with bytes of strangers in it that are no UTF-8. What the codec writes instead
# is a short list, the library's own record is a map.
_CODEC = Codec(RECORD_KINDS)
_SHORT_LIST = 0x9


def write_record(record: LegRecord) -> bytes:
    """A leg's record, by field names: another release can read it."""
    try:
        return _ENCODER.encode(record)
    except UnicodeEncodeError:
        return _CODEC.encode(record)


def read_record(data: bytes) -> LegRecord:
    """The record that ``write_record`` wrote. Raises UnreadableRecord."""
    try:
        record: LegRecord = (_CODEC if data[0] >> 4 == _SHORT_LIST else _DECODER).decode(data)
    except (msgspec.MsgspecError, IndexError, ValueError) as error:
        raise UnreadableRecord(f"{type(error).__name__}: {error}") from error
    return record
