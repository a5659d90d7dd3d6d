"""Options for the settings of a thing: what people type, made into what the API is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from huntline.cli.completion import Complete, words
from huntline.cli.refusals import in_options
from huntline.directory.numbers import NumberSetting
from huntline.directory.problems import did_you_mean
from huntline.errors import ConfigurationError

if TYPE_CHECKING:
    from huntline.cli.api_client import Api

Json = dict[str, Any]

NONE = "none"
"""What is typed to clear a setting."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: ``values`` by the names of parameters. ``current`` is the thing as it is, or None for
    one that is made. In a ``dry_run`` nothing may be uploaded. ``flags`` are the options that a refusal
    blames, by fields; ``notes`` are for the person who typed it all."""

    values: Mapping[str, Any]
    current: Json | None
    api: Api
    dry_run: bool
    flags: dict[str, str]
    notes: list[str] = field(default_factory=list)

    def get(self, flag: str) -> Any:
        """The value of an option such as ``--line-uri``; None (or empty) when it was not typed."""
        return self.values.get(_parameter_name(flag))


class Setting(Protocol):
    """One setting of the API as one or more options."""

    @property
    def field(self) -> str:
        """Its name in the API."""

    @property
    def flag(self) -> str:
        """The option that people are told about when the value is refused."""

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        """The options, for a thing that is made or one that is changed."""

    def body(self, said: Typed) -> Json:
        """What the API is sent; nothing when no option was typed. Raises Refused, ConfigurationError."""


def option(
    flag: str,
    kind: Any,
    text: str,
    *,
    metavar: str | None = None,
    complete: Complete | None = None,
    default: Any = None,
) -> Parameter:
    """An option as a parameter of a verb."""
    info = typer.Option(flag, help=text, metavar=metavar, autocompletion=complete, show_default=False)
    name = _parameter_name(flag.partition("/")[0])
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info])


def _parameter_name(flag: str) -> str:
    return flag.removeprefix("--").replace("-", "_")


def flag_of(field: str) -> str:
    """The option of a setting, where it has the same name."""
    return "--" + field.replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOption:
    """Some text; with ``may_be_none`` the word ``none`` clears it. ``name`` as in ``Switch``."""

    field: str
    help: str
    name: str = ""
    metavar: str = "TEXT"
    may_be_none: bool = False
    complete: Complete | None = None

    @property
    def flag(self) -> str:
        return flag_of(self.name or self.field)

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        text = f"{self.help}; or {NONE}." if self.may_be_none else f"{self.help}."
        return [option(self.flag, str | None, text, metavar=self.metavar, complete=self.complete)]

    def body(self, said: Typed) -> Json:
        value = said.get(self.flag)
        if value is None:
            return {}
        return {self.field: None if self.may_be_none and value.casefold() == NONE else value}


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOption:
    """A whole number. ``bound`` is the highest in words, where that is another setting."""

    field: str
    help: str
    number: NumberSetting
    bound: str = ""

    @property
    def flag(self) -> str:
        return flag_of(self.field)

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        allowed, default = self.number.range, self.number.default
        zero = "0, or " if allowed.or_zero else ""
        said = f"{self.help}: {zero}{allowed.low} to {self.bound or allowed.high}"
        if allowed.step > 1:
            said += f", to the nearest {allowed.step}"
        if default is not None:
            said += f"; {default} unless said"
        return [option(self.flag, int | None, f"{said}.", metavar=(allowed.unit or "number").upper())]

    def body(self, said: Typed) -> Json:
        value = said.get(self.flag)
        return {} if value is None else {self.field: value}


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchOption:
    """Yes, or its ``opposite``: by default the same with ``no-`` before it. ``name`` is what it is called
    where the field's name is none for an option."""

    field: str
    help: str
    name: str = ""
    opposite: str = ""

    @property
    def flag(self) -> str:
        return flag_of(self.name or self.field)

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        opposite = self.opposite or f"--no-{self.flag.removeprefix('--')}"
        return [option(f"{self.flag}/{opposite}", bool | None, f"{self.help}.")]

    def body(self, said: Typed) -> Json:
        value = said.get(self.flag)
        return {} if value is None else {self.field: value}


@dataclass(frozen=True, slots=True, kw_only=True)
class WordOption:
    """One of a few words; the API knows which and suggests the closest."""

    field: str
    help: str
    words: Sequence[str]
    may_be_none: bool = False

    @property
    def flag(self) -> str:
        return flag_of(self.field)

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        known = [*self.words, NONE] if self.may_be_none else self.words
        shown = "|".join(known)
        return [option(self.flag, str | None, f"{self.help}.", metavar=shown, complete=words(known))]

    def body(self, said: Typed) -> Json:
        value = said.get(self.flag)
        if value is None:
            return {}
        return {self.field: None if self.may_be_none and value.casefold() == NONE else value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Some of a few words, each by an option of its own; ``none`` alone clears them."""

    field: str
    flag: str
    help: str
    words: Sequence[str]

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        shown = "|".join(self.words)
        text = f"{self.help}; may be said again, together they replace what is there; or {NONE}."
        kind = list[str] | None
        return [option(self.flag, kind, text, metavar=shown, complete=words((*self.words, NONE)))]

    def body(self, said: Typed) -> Json:
        values = said.get(self.flag)
        return {self.field: [] if values == [NONE] else values} if values else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesOption:
    """A list in order: replaced as a whole, or one added or taken out."""

    field: str
    one: str
    help: str
    complete: Complete | None = None

    @property
    def flag(self) -> str:
        return flag_of(self.field)

    @property
    def _adding(self) -> str:
        return f"--add-{self.one}"

    @property
    def _removing(self) -> str:
        return f"--remove-{self.one}"

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        all_of_them = option(
            self.flag,
            list[str] | None,
            f"{self.help}, in order, with commas between; or {NONE}.",
            metavar="A,B,...",
            complete=self.complete,
        )
        if is_new:
            return [all_of_them]

        def single(flag: str, text: str) -> Parameter:
            return option(flag, list[str] | None, text, metavar=self.one.upper(), complete=self.complete)

        return [
            all_of_them,
            single(self._adding, "Put one at the end; may be said again."),
            single(self._removing, "Take one out; may be said again."),
        ]

    def body(self, said: Typed) -> Json:
        replacing, added, removed = map(said.get, (self.flag, self._adding, self._removing))
        if not (replacing or added or removed):
            return {}
        if added and not replacing:
            said.flags[self.field] = self._adding
        names = list((said.current or {}).get(self.field, ()))
        if replacing:
            names = [] if replacing == [NONE] else _between_commas(replacing)
        for name in removed or ():
            names.remove(self._same(name, names))
        present = {name.casefold() for name in names}
        return {self.field: [*names, *(name for name in added or () if name.casefold() not in present)]}

    def _same(self, name: str, names: Sequence[str]) -> str:
        """The name in its own letter case."""
        for each in names:
            if each.casefold() == name.casefold():
                return each
        wanted = f"must be one that is in {self.field}{did_you_mean(name, names)}"
        raise ConfigurationError(f"{self._removing}: value {name!r}: {wanted}")


def _between_commas(values: Iterable[str]) -> list[str]:
    return [name for value in values for each in value.split(",") if (name := each.strip())]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitOption:
    """What happens to a caller who leaves the line: ``disconnect``, ``forward:TARGET``, ..."""

    field: str
    help: str
    actions: Sequence[str]

    @property
    def flag(self) -> str:
        return flag_of(self.field)

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        shown = "|".join(self.actions)
        return [option(self.flag, str | None, f"{self.help}.", metavar=shown, complete=words(self.actions))]

    def body(self, said: Typed) -> Json:
        value = said.get(self.flag)
        if value is None:
            return {}
        action, colon, target = value.partition(":")
        return {self.field: {"action": action, "target": target} if colon else {"action": action}}


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundOption:
    """A file (uploaded when it lies here, else one of the library) or, with ``speaks``, a text to speak;
    ``unset`` is the word for neither."""

    field: str
    help: str
    unset: str
    speaks: bool

    @property
    def flag(self) -> str:
        return flag_of(self.field)

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        shown = f"FILE|{'say:TEXT|' if self.speaks else ''}{self.unset}"
        sound = option(self.flag, str | None, f"{self.help}.", metavar=shown)
        return [sound, _language_of(self.flag)] if self.speaks else [sound]

    def body(self, said: Typed) -> Json:
        value = said.get(self.flag)
        if value is None:
            _refuse_language_alone(self.flag, said)
            return {}
        if value == self.unset:
            return {self.field: None}
        sound = _sound(self.flag, value, said, speaks=self.speaks)
        return {self.field: (said.current or {}).get(self.field) if sound is None else sound}


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundsOption:
    """Several sounds in order, each by the option ``one``; ``none`` alone clears them."""

    field: str
    one: str
    help: str

    @property
    def flag(self) -> str:
        return flag_of(self.one)

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        text = f"{self.help}; may be said again, together they replace what is there."
        sounds = option(self.flag, list[str] | None, text, metavar=f"FILE|say:TEXT|{NONE}")
        return [sounds, _language_of(self.flag)]

    def body(self, said: Typed) -> Json:
        values = said.get(self.flag)
        if not values:
            _refuse_language_alone(self.flag, said)
            return {}
        if values == [NONE]:
            return {self.field: []}
        sounds = [_sound(self.flag, value, said, speaks=True) for value in values]
        return {self.field: (said.current or {}).get(self.field, []) if None in sounds else sounds}


def _language_of(flag: str) -> Parameter:
    text = "What a text is spoken in."
    return option(f"{flag}-language", str | None, text, metavar="en|fr", complete=words(("en", "fr")))


def _refuse_language_alone(flag: str, said: Typed) -> None:
    if said.get(f"{flag}-language") is not None:
        raise ConfigurationError(f"{flag}-language: goes with {flag} say:TEXT only")


def _sound(flag: str, value: str, said: Typed, *, speaks: bool) -> Json | None:
    """A text, or a file of the library, which is put there first; None where it would be, but for a dry
    run."""
    if speaks and value.startswith("say:"):
        language = said.get(f"{flag}-language")
        return {"say": value.removeprefix("say:")} | ({"language": language} if language else {})
    path = Path(value)
    if not path.is_file():
        return {"file": value}
    with in_options({"file": flag}):
        name = upload(path, said.api, dry_run=said.dry_run)["name"]
    if said.dry_run and all(each["name"] != name for each in said.api.items("/audio")):
        # It has been checked but not kept, so that nothing can refer to it.
        said.notes.append(f"{flag}: {name} would be put into the library first.")
        return None
    return {"file": name}


def upload(path: Path, api: Api, *, dry_run: bool) -> Json:
    """Put a file into the audio library; returns what the API says about it. Raises Refused."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    params = {"dry_run": dry_run} if dry_run else {}
    answer: Json = api.request("POST", "/audio", files={"file": (path.name, content)}, params=params)
    return answer


@dataclass(frozen=True, slots=True)
class PartOption:
    """A setting inside of another, such as ``limits.max_waiting``: the rest of the other stays."""

    whole: str
    setting: Setting

    @property
    def field(self) -> str:
        return f"{self.whole}.{self.setting.field}"

    @property
    def flag(self) -> str:
        return self.setting.flag

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        return self.setting.parameters(is_new=is_new)

    def body(self, said: Typed) -> Json:
        part = self.setting.body(said)
        return {self.whole: part} if part else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """A table of whole numbers: the last of each step, from those before it on."""

    field: str
    help: str
    names: tuple[str, ...]

    @property
    def flag(self) -> str:
        return flag_of(self.field)

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        return [
            option(
                self.flag,
                str | None,
                f"{self.help}; or {NONE}.",
                metavar=f"{'FROM:' * (len(self.names) - 1)}NUMBER,...",
            )
        ]

    def body(self, said: Typed) -> Json:
        value = said.get(self.flag)
        if value is None:
            return {}
        return {self.field: [] if value == NONE else list(map(self._step, value.split(",")))}

    def _step(self, text: str) -> Json:
        try:
            return dict(zip(self.names, map(int, text.split(":")), strict=True))
        except ValueError:
            count, example = ("two", "0:5") if len(self.names) == 2 else ("three", "0:0:5")
            wanted = f"must be {count} whole numbers such as {example}, or {NONE}"
            raise ConfigurationError(f"{self.flag}: value {text!r}: {wanted}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    """A password, read from the standard input so that it shows in no list of processes."""

    field: str
    help: str

    @property
    def flag(self) -> str:
        return f"{flag_of(self.field)}-stdin"

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        text = f"{self.help}, read as one line from the standard input."
        return [option(self.flag, bool, text, default=False)]

    def body(self, said: Typed) -> Json:
        if not said.get(self.flag):
            return {}
        password = typer.get_text_stream("stdin").readline().rstrip("\r\n")
        return {self.field: password}
