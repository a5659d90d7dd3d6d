"""Records: live objects as bytes, and back again.

A record names its fields, so that another release can read it: fields that this one does not know are passed
over, and those that are missing get their default. What has its default is not written, so the defaults of
what is recorded stay as they are. Nothing is made but kinds that were named, and no constructor runs.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache, cached_property
from types import CodeType, ModuleType
from typing import Any, Generic, TypeVar, get_args, get_type_hints

import msgspec

from huntline.errors import HuntlineError

T = TypeVar("T")

# A record of a ``Codec`` is a short list, one of a ``TreeCodec`` a map.
_SHORT_LIST = 0x9

_PLAIN = frozenset({type(None), bool, int, float, bytes, datetime})
"""What the library that writes records takes as it is; text, too, unless it is no UTF-8."""

# What a list in a record is, by its first element.
_TUPLE, _LIST, _SET, _FROZEN_SET, _DICT, _DURATION, _ENUM, _OBJECT, _SHARED, _AGAIN, _KNOWN, _TEXT = range(12)
_DAY = 12
_COLLECTIONS: dict[type, int] = {tuple: _TUPLE, list: _LIST, set: _SET, frozenset: _FROZEN_SET}
_EMPTY: dict[Any, Any] = {kind: kind() for kind in (*_COLLECTIONS, dict)}
_COLLECT: dict[int, Callable[[Iterable[Any]], Any]] = {made: kind for kind, made in _COLLECTIONS.items()}


class UnreadableRecord(HuntlineError):
    """A record that is damaged, or of a release that knew other kinds; the text says what is wrong."""


def kinds_in(*modules: ModuleType) -> list[type]:
    """All dataclasses and enums that are defined in the modules."""
    found = (kind for module in modules for kind in vars(module).values() if isinstance(kind, type))
    names = {module.__name__ for module in modules}
    return [each for each in found if each.__module__ in names and (is_dataclass(each) or _is_enum(each))]


def kinds_under(kind: type) -> list[type]:
    """A dataclass, and all dataclasses and enums that its fields are declared to be made of."""
    found: dict[type, None] = {}
    ahead: list[Any] = [kind]
    while ahead:
        each = ahead.pop()
        ahead += get_args(each)
        if isinstance(each, type) and each not in found and (is_dataclass(each) or _is_enum(each)):
            found[each] = None
            ahead += get_type_hints(each).values() if is_dataclass(each) else ()
    return list(found)


class Codec:
    """Writes and reads dataclasses and enums of these ``kinds``, and all that Python's collections, numbers,
    texts, bytes, durations, days and aware moments can hold of them.

    An object of a class that compares by identity (``eq=False``) is written once and is again one object,
    wherever it is met. ``known`` are objects that are there on both sides: their names are written.
    """

    def __init__(self, kinds: Iterable[type], known: Mapping[str, object] | None = None) -> None:
        self._kinds = {kind.__name__: _Kind(kind) for kind in kinds}
        self._known = dict(known or {})
        self._writers = _Writers(self._kinds, self._known, _PLAIN | {str})

    def encode(self, value: object) -> bytes:
        """The record. Raises TypeError for an object of a kind that was not named."""
        try:
            return self._writers.encode(value)
        except UnicodeEncodeError:  # bytes of strangers that are no UTF-8
            return self._careful_writers.encode(value)

    @cached_property
    def _careful_writers(self) -> _Writers:
        return _Writers(self._kinds, self._known, _PLAIN)

    def decode(self, record: bytes) -> Any:
        """What the record was made of. Raises UnreadableRecord."""
        try:
            return _Reader(self._kinds, self._known).value(msgspec.msgpack.decode(record))
        except (msgspec.MsgspecError, LookupError, TypeError, ValueError, RecursionError) as error:
            raise UnreadableRecord(f"{type(error).__name__}: {error}") from error


class TreeCodec(Generic[T]):
    """Writes and reads the objects of one dataclass by the library's own way, which is several times as
    quick: for those in which nothing is met twice and the type of each field is declared.

    ``kinds`` are all that they are made of. What a ``Codec`` has written of them is read, too.
    """

    def __init__(self, kind: type[T], kinds: Iterable[type]) -> None:
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._codec = Codec(kinds)

    def encode(self, value: T) -> bytes:
        """The record."""
        try:
            return _ENCODER.encode(value)
        except UnicodeEncodeError:  # bytes of strangers that are no UTF-8
            return self._codec.encode(value)

    def decode(self, record: bytes) -> T:
        """What the record was made of. Raises UnreadableRecord."""
        try:
            read = self._codec if record[0] >> 4 == _SHORT_LIST else self._decoder
            value: T = read.decode(record)
        except (msgspec.MsgspecError, IndexError, ValueError) as error:
            raise UnreadableRecord(f"{type(error).__name__}: {error}") from error
        return value


_ENCODER = msgspec.msgpack.Encoder()


class _Kind:
    """A class, looked at once."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self.is_enum = _is_enum(kind)
        self.fields: dict[str, Field[Any]] = {}
        if not self.is_enum:
            self.fields = {field.name: field for field in fields(kind)}


_Numbers = dict[int, int]
"""The numbers of the shared objects in one record, by ``id``."""

_Write = Callable[[_Numbers, Any], Any]
"""Makes of a value what the library that writes records takes."""


class _Writers(dict[type, _Write]):
    """How values are written, by their types: those of the ``plain`` types as they are."""

    def __init__(
        self, kinds: Mapping[str, _Kind], known: Mapping[str, object], plain: frozenset[type]
    ) -> None:
        self.plain = plain
        enums = {name: each.kind for name, each in kinds.items() if each.is_enum}
        self.enums = frozenset(enums.values())
        self.members = {
            id(member): [_ENUM, name, member.value] for name, kind in enums.items() for member in kind
        }
        """All members of those, as they are written."""
        self[str] = lambda numbers, value: _text(value)
        self[timedelta] = lambda numbers, value: [_DURATION, value.days, value.seconds, value.microseconds]
        self[date] = lambda numbers, value: [_DAY, value.toordinal()]
        self |= dict.fromkeys(plain, lambda numbers, value: value)
        self |= dict.fromkeys(self.enums, lambda numbers, value: self.members[id(value)])
        self |= {kind: _collection_writer(made, self) for kind, made in _COLLECTIONS.items()}
        self |= dict.fromkeys((dict, defaultdict, Counter, OrderedDict), _dict_writer(self))
        self |= {each.kind: _object_writer(each.kind, self) for each in kinds.values() if not each.is_enum}
        names = {id(each): name for name, each in known.items()}
        for kind in {type(each) for each in known.values()}:
            self[kind] = _writer_of_known(names, self.get(kind))

    def __missing__(self, kind: type) -> _Write:
        raise TypeError(f"{kind.__name__} is no kind of a record")

    def encode(self, value: object) -> bytes:
        return _ENCODER.encode(self[type(value)]({}, value))


def _collection_writer(made: int, writers: _Writers) -> _Write:
    plain = writers.plain

    def write(numbers: _Numbers, value: Iterable[Any]) -> list[Any]:
        written = [made]
        for each in value:
            kind = type(each)
            # As in the functions that are made: most values are plain, and to call a function costs more.
            written.append(each if kind in plain else writers[kind](numbers, each))
        return written

    return write


def _dict_writer(writers: _Writers) -> _Write:
    plain = writers.plain

    def write(numbers: _Numbers, value: dict[Any, Any]) -> list[Any]:
        written: list[Any] = [_DICT]
        for key, each in value.items():
            name = key if type(key) in plain else writers[type(key)](numbers, key)
            written.append((name, each if type(each) in plain else writers[type(each)](numbers, each)))
        return written

    return write


def _writer_of_known(names: Mapping[int, str], other: _Write | None) -> _Write:
    """Of a class of which some objects are known, or all; ``other`` writes the rest."""

    def write(numbers: _Numbers, value: Any) -> Any:
        name = names.get(id(value))
        if name is not None:
            return [_KNOWN, name]
        if other is None:
            raise TypeError(f"{type(value).__name__} is no kind of a record")
        return other(numbers, value)

    return write


def _object_writer(kind: type, writers: _Writers) -> _Write:
    """A function that writes the objects of one class, but for those fields that have their default."""
    code, defaults = _object_code(kind)
    names: dict[str, Any] = {
        "PLAIN": writers.plain,
        "ENUMS": writers.enums,
        "MEMBERS": writers.members,
        "WRITERS": writers,
        **defaults,
    }
    exec(code, names)  # noqa: S102 - of the names of our own fields
    made: _Write = names["write"]
    return made


@cache
def _object_code(kind: Any) -> tuple[CodeType, Mapping[str, Any]]:
    """That function, and the defaults that it compares with.

    It is made as the library makes the methods of dataclasses: a line for each field is twice as quick as a
    loop over them, and each change of a call writes all fields that it has.
    """
    defaults: dict[str, Any] = {}
    lines, written = ["def write(numbers, value):", " made = {}"], f"[{_OBJECT}, {kind.__name__!r}, made]"
    if _is_shared(kind):
        lines += [
            " number = numbers.get(id(value))",
            f" if number is not None: return [{_AGAIN}, number]",
            " numbers[id(value)] = number = len(numbers)",
        ]
        written = f"[{_SHARED}, {kind.__name__!r}, made, number]"
    for field in fields(kind):
        name, empty = field.name, _EMPTY.get(field.default_factory)
        defaults[f"default_{name}"] = field.default if empty is None else empty
        differs = "is not" if empty is None else "!="
        lines += [
            f" each = value.{name}",
            f" if each {differs} default_{name}:",
            "  kind = type(each)",
            "  if kind not in PLAIN:",
            "   each = MEMBERS[id(each)] if kind in ENUMS else WRITERS[kind](numbers, each)",
            f"  made[{name!r}] = each",
        ]
    return compile(
        "\n".join([*lines, f" return {written}"]), f"<record of {kind.__name__}>", "exec"
    ), defaults


class _Reader:
    """Reads one record."""

    def __init__(self, kinds: Mapping[str, _Kind], known: Mapping[str, object]) -> None:
        self._kinds = kinds
        self._known = known
        self._shared: dict[int, Any] = {}

    def value(self, plain: Any) -> Any:
        """What was written as ``plain``."""
        if not isinstance(plain, list):
            return plain
        made, *rest = plain
        if (collect := _COLLECT.get(made)) is not None:
            return collect(map(self.value, rest))
        match made:
            case int(made) if made == _DICT:
                return {self.value(key): self.value(each) for key, each in rest}
            case int(made) if made == _DURATION:
                return timedelta(*rest)
            case int(made) if made == _DAY:
                return date.fromordinal(rest[0])
            case int(made) if made == _TEXT:
                return _text_again(rest[0])
            case int(made) if made == _ENUM:
                return self._kinds[rest[0]].kind(rest[1])
            case int(made) if made == _AGAIN:
                return self._shared[rest[0]]
            case int(made) if made == _KNOWN:
                return self._known[rest[0]]
            case int(made) if made in (_OBJECT, _SHARED):
                return self._object(*rest)
        raise UnreadableRecord(f"{made!r} is nothing that a record holds")

    def _object(self, name: str, given: dict[str, Any], number: int | None = None) -> Any:
        kind = self._kinds[name]
        made = kind.kind.__new__(kind.kind)
        if number is not None:
            self._shared[number] = made  # before its fields, which may lead back to it
        for each, field in kind.fields.items():
            value = self.value(given[each]) if each in given else _default(field)
            object.__setattr__(made, each, value)
        return made


def _text(value: str) -> Any:
    """Text as it is, unless bytes of strangers are in it that are no UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return [_TEXT, value.encode("utf-8", "surrogatepass")]
    return value


def _text_again(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _is_enum(kind: type) -> bool:
    return issubclass(kind, Enum)


def _is_shared(kind: Any) -> bool:
    return kind.__eq__ is object.__eq__


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    raise UnreadableRecord(f"{field.name} is missing")
