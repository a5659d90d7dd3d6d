"""What a call knows of the attendant that it is in: one flow, made ready to be played."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Sound:
    """Audio of the library, or a text that was spoken into it, by its content."""

    sha256: str


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A text to speak in the language of the attendant."""

    text: str


Prompt = Sound | SpokenText


class KeyAction(StrEnum):
    """What a key of a menu does."""

    GO = "go"
    REPEAT = "repeat"
    BACK = "back"
    BY_NAME = "by-name"
    BY_EXTENSION = "by-extension"
    DISCONNECT = "disconnect"


@dataclass(frozen=True, slots=True)
class MenuChoice:
    """What one key does; ``target``, as settings write it, is there with action go."""

    key: str
    action: KeyAction
    target: str | None = None


@dataclass(frozen=True, slots=True)
class MenuPlan:
    """A menu; ``no_input`` is where callers go who used up the repeats, None is disconnect."""

    prompts: tuple[Prompt, ...]
    choices: tuple[MenuChoice, ...]
    wait_for_key: float
    repeats: int
    no_input: str | None = None

    def choice(self, key: str) -> MenuChoice | None:
        """What a key does."""
        return next((each for each in self.choices if each.key == key), None)


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """What a caller gets: prompts, then a menu, or a target, or (neither) the end."""

    attendant_id: str
    language: str
    greeting: tuple[Prompt, ...] = ()
    menu: MenuPlan | None = None
    target: str | None = None
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be dialled by name or extension; ``target`` as settings write it."""

    target: str
    name: str
    extension: str | None = None
