"""A caller's visit to an attendant: keys, ends of prompts and time go in, prompts and moves come out.

Pure: moments are arguments. In a menu each key is a complete choice and acts at once, whatever is being
played; so what is pressed ahead counts wherever the caller is by then. The wait for a key begins when the
prompt ends, or with the first key of an entry, and anew with each key of it; it always ends in a next round
or in the no-input target. Silence, wrong keys and repeats all use up the rounds of a menu.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from huntline.attendant.dial_by_name import LONGEST_EXTENSION, DialDirectory
from huntline.attendant.model import FlowPlan, KeyAction, MenuPlan, Person, Prompt, SpokenText
from huntline.attendant.words import people_in_words, sentences_in

MOST_OFFERED = 3
_LONGEST_NAME = 30  # keys


class Stage(StrEnum):
    """Where a caller is in an attendant."""

    GREETING = "greeting"
    MENU = "menu"
    NAME = "name"
    EXTENSION = "extension"
    CHOICE = "choice"  # among people of a name
    FAREWELL = "farewell"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Stopover:
    """A menu that the caller left for a nested one, and how many rounds of it they have used."""

    plan: FlowPlan
    rounds: int


@dataclass(slots=True, eq=False)
class Visit:
    """What is known of it, as it is written down. ``rounds`` of the menu have begun, and ``tries`` to name
    somebody; ``until`` is when waiting for a key is over. ``saying`` is what is to be heard now, ``last``
    what comes after the farewell."""

    plan: FlowPlan
    before: tuple[Stopover, ...] = ()
    stage: Stage = Stage.GREETING
    rounds: int = 0
    tries: int = 0
    typed: str = ""
    page: int = 0
    until: datetime | None = None
    saying: tuple[Prompt, ...] = ()
    last: Leave | None = None


# What happens


@dataclass(frozen=True, slots=True)
class Entered:
    """The caller has come, or has come back from a nested menu."""

    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller has pressed a key."""

    key: str


@dataclass(frozen=True, slots=True)
class Played:
    """What was asked to be played last is over."""


@dataclass(frozen=True, slots=True)
class Waited:
    """The deadline has come."""


VisitEvent = Entered | Pressed | Played | Waited

# What is to be done


class LeavingBy(StrEnum):
    """What brought the caller out of the attendant."""

    KEY = "key"
    NO_INPUT = "no-input"
    FLOW = "flow"  # nothing was asked


@dataclass(frozen=True, slots=True)
class Play:
    """Play this once, in place of whatever is played."""

    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class Hush:
    """Play nothing."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The visit is over: the caller goes to a target, or (None) is hung up on. ``key`` is the last one."""

    target: str | None
    by: LeavingBy
    key: str = ""


@dataclass(frozen=True, slots=True)
class GoBack:
    """The visit is over: the caller goes back to the menu before."""

    key: str


Step = Play | Hush | Leave | GoBack


def nested(visit: Visit | None, plan: FlowPlan) -> Visit:
    """A visit that begins where another one leads to. Whoever comes round to a menu again goes on with the
    rounds that are left of it."""
    if visit is None:
        return Visit(plan)
    before = (*visit.before, Stopover(visit.plan, visit.rounds))
    used = (each.rounds for each in before if each.plan.attendant_id == plan.attendant_id)
    return Visit(plan, before, rounds=max(used, default=0))


def gone_back(visit: Visit) -> Visit:
    """The visit to the menu before, which goes on in the flow in which it began."""
    stop = visit.before[-1]
    return Visit(stop.plan, visit.before[:-1], rounds=stop.rounds)


class Attending:
    """Takes a visit on, event by event. ``directory`` is looked up when somebody is named."""

    def __init__(self, visit: Visit, directory: DialDirectory) -> None:
        self._visit = visit
        self._directory = directory
        self._words = sentences_in(visit.plan.language)

    @property
    def next_deadline(self) -> datetime | None:
        """When ``Waited`` is due."""
        return self._visit.until

    def handle(self, event: VisitEvent, now: datetime) -> list[Step]:
        """What is to be done. A visit that is over does nothing any more."""
        if self._visit.stage is Stage.GONE:
            return []
        match event:
            case Entered(is_back):
                return self._entered(is_back, now)
            case Pressed(key):
                return self._pressed(key, now)
            case Played():
                return self._played(now)
            case Waited():
                return self._waited(now)
            case _:
                assert_never(event)

    # -- events

    def _entered(self, is_back: bool, now: datetime) -> list[Step]:
        greeting = self._visit.plan.greeting
        if is_back or not greeting:
            return self._after_greeting(now)
        self._visit.stage = Stage.GREETING
        return self._play(greeting, now)

    def _pressed(self, key: str, now: datetime) -> list[Step]:
        match self._visit.stage:
            case Stage.GREETING:
                menu = self._visit.plan.menu
                if menu is None or self._visit.rounds > menu.repeats:
                    return self._after_greeting(now)
                self._visit.rounds += 1
                return self._chosen(menu, key, now)
            case Stage.MENU:
                return self._chosen(self._menu, key, now)
            case Stage.NAME:
                return self._key_of_name(key, now)
            case Stage.EXTENSION:
                return self._key_of_extension(key, now)
            case Stage.CHOICE:
                return self._key_of_choice(key, now)
            case Stage.FAREWELL:
                return self._gone()
            case Stage.GONE:
                return []

    def _played(self, now: datetime) -> list[Step]:
        self._visit.saying = ()
        if self._visit.stage is Stage.GREETING:
            return self._after_greeting(now)
        if self._visit.stage is Stage.FAREWELL:
            return self._gone()
        if self._visit.until is None:  # with a key of an entry the wait has begun already
            self._wait(now)
        return []

    def _waited(self, now: datetime) -> list[Step]:
        if self._visit.until is None or now < self._visit.until:
            return []
        self._visit.until = None
        match self._visit.stage:
            case Stage.NAME | Stage.EXTENSION if self._visit.typed:
                return self._named(now)
            case Stage.NAME | Stage.EXTENSION:
                return self._ask_again(self._words.nothing_pressed, now)
            case Stage.CHOICE:
                return self._offer(self._words.nothing_pressed, now)
            case Stage.MENU:
                return self._next_round(self._words.nothing_pressed, now)
            case Stage.GREETING | Stage.FAREWELL | Stage.GONE:
                return []

    # -- the menu

    @property
    def _menu(self) -> MenuPlan:
        menu = self._visit.plan.menu
        assert menu is not None
        return menu

    def _after_greeting(self, now: datetime) -> list[Step]:
        plan = self._visit.plan
        if plan.menu is None:
            return self._leave(plan.target, LeavingBy.FLOW)
        return self._next_round("", now)

    def _next_round(self, first: str, now: datetime) -> list[Step]:
        """Say what there is to choose from, once more."""
        visit, menu = self._visit, self._menu
        if visit.rounds > menu.repeats:
            return self._leave(menu.no_input, LeavingBy.NO_INPUT)
        visit.rounds += 1
        visit.stage, visit.typed, visit.page = Stage.MENU, "", 0
        return self._play((*_said(first), *menu.prompts), now)

    def _chosen(self, menu: MenuPlan, key: str, now: datetime) -> list[Step]:
        self._visit.stage, self._visit.until = Stage.MENU, None
        choice = menu.choice(key)
        if choice is None:
            return self._next_round(self._words.wrong_key, now)
        match choice.action:
            case KeyAction.GO:
                return self._leave(choice.target, LeavingBy.KEY, key)
            case KeyAction.DISCONNECT:
                return self._leave(None, LeavingBy.KEY, key)
            case KeyAction.BACK if self._visit.before:
                self._visit.stage, self._visit.saying = Stage.GONE, ()
                return [GoBack(key)]
            case KeyAction.BACK | KeyAction.REPEAT:
                return self._next_round("", now)
            case KeyAction.BY_NAME:
                self._visit.stage = Stage.NAME
                return self._ask_again("", now)
            case KeyAction.BY_EXTENSION:
                self._visit.stage = Stage.EXTENSION
                return self._ask_again("", now)
            case _:
                assert_never(choice.action)

    # -- naming somebody

    def _ask_again(self, first: str, now: datetime) -> list[Step]:
        """Ask for a name or an extension from the beginning."""
        if not self._tries_on():
            return self._leave(self._menu.no_input, LeavingBy.NO_INPUT)
        self._visit.typed, self._visit.page = "", 0
        by_name = self._visit.stage is Stage.NAME
        asking = self._words.type_name if by_name else self._words.type_extension
        return self._play((*_said(first), SpokenText(asking)), now)

    def _tries_on(self) -> bool:
        """One more try, if there are any left."""
        self._visit.tries += 1
        return self._visit.tries <= self._menu.repeats + 1

    def _key_of_name(self, key: str, now: datetime) -> list[Step]:
        if key in "23456789" and len(self._visit.typed) < _LONGEST_NAME:
            steps = self._typing(key, now)
            typed = self._visit.typed
            is_whole = not self._directory.goes_on(typed) and self._directory.named(typed, 1)
            return self._named(now) if is_whole else steps
        return self._key_of_entry(key, now)

    def _key_of_extension(self, key: str, now: datetime) -> list[Step]:
        if not key.isdigit():
            return self._key_of_entry(key, now)
        steps = self._typing(key, now)
        typed = self._visit.typed
        longest = self._directory.longest_extension or LONGEST_EXTENSION
        if self._directory.with_extension(typed) and not self._directory.extension_goes_on(typed):
            return self._named(now)
        return self._named(now) if len(typed) >= longest else steps

    def _key_of_entry(self, key: str, now: datetime) -> list[Step]:
        """Keys that are no part of a name or an extension."""
        if key == "#" and self._visit.typed:
            return self._named(now)
        if key == "#":
            return self._ask_again(self._words.nothing_pressed, now)
        if key == "*":
            return self._ask_again("", now) if self._visit.typed else self._next_round("", now)
        if key == "0" and self._visit.plan.operator:
            return self._leave(self._visit.plan.operator, LeavingBy.KEY, key)
        return []  # some press 1 for a hyphen: it spells nothing and buys no time

    def _typing(self, key: str, now: datetime) -> list[Step]:
        is_first = self._visit.until is None or not self._visit.typed
        self._visit.typed += key
        self._wait(now)
        return self._hush() if is_first else []

    def _named(self, now: datetime) -> list[Step]:
        """Whatever was typed is all that comes."""
        if self._visit.stage is Stage.EXTENSION:
            person = self._directory.with_extension(self._visit.typed)
            if person is None:
                return self._ask_again(self._words.no_extension, now)
            return self._leave(person.target, LeavingBy.KEY, self._visit.typed)
        found = self._directory.named(self._visit.typed, MOST_OFFERED + 1)
        if not found:
            return self._ask_again(self._words.nobody, now)
        if len(found) > MOST_OFFERED and self._directory.goes_on(self._visit.typed):
            if not self._tries_on():
                return self._leave(self._menu.no_input, LeavingBy.NO_INPUT)
            return self._play((SpokenText(self._words.more_letters),), now)
        return self._offer("", now)

    def _offered(self) -> tuple[tuple[Person, ...], bool]:
        """Who is on this page, and whether there are more."""
        first = self._visit.page * MOST_OFFERED
        found = self._directory.named(self._visit.typed, first + MOST_OFFERED + 1)
        return found[first : first + MOST_OFFERED], len(found) > first + MOST_OFFERED

    def _offer(self, first: str, now: datetime) -> list[Step]:
        """Let the caller choose among people."""
        if first and not self._tries_on():
            return self._leave(self._menu.no_input, LeavingBy.NO_INPUT)
        self._visit.stage = Stage.CHOICE
        people, has_more = self._offered()
        sentences = [*people_in_words(people, self._visit.plan.language)]
        sentences += [self._words.more_people] if has_more else []
        prompts = (*_said(first), *map(SpokenText, (*sentences, self._words.start_again)))
        return self._play(prompts, now)

    def _key_of_choice(self, key: str, now: datetime) -> list[Step]:
        people, has_more = self._offered()
        if key.isdigit() and 1 <= int(key) <= len(people):
            return self._leave(people[int(key) - 1].target, LeavingBy.KEY, key)
        if key == "#" and has_more:
            self._visit.page += 1
            return self._offer("", now)
        if key == "*":
            self._visit.stage = Stage.NAME
            return self._ask_again("", now)
        if key == "0" and self._visit.plan.operator:
            return self._leave(self._visit.plan.operator, LeavingBy.KEY, key)
        return self._offer(self._words.wrong_key, now)

    # -- steps

    def _play(self, prompts: Sequence[Prompt], now: datetime) -> list[Step]:
        self._visit.until = None
        if not prompts:
            self._wait(now)
            return self._hush()
        self._visit.saying = tuple(prompts)
        return [Play(self._visit.saying)]

    def _hush(self) -> list[Step]:
        self._visit.saying = ()
        return [Hush()]

    def _wait(self, now: datetime) -> None:
        self._visit.until = now + timedelta(seconds=self._menu.wait_for_key)

    def _leave(self, target: str | None, by: LeavingBy, key: str = "") -> list[Step]:
        """Go to a target; whoever is hung up on is told so, unless a greeting has said all there is."""
        self._visit.until, self._visit.last = None, Leave(target, by, key)
        has_been_told = by is LeavingBy.FLOW and bool(self._visit.plan.greeting)
        if target is not None or has_been_told:
            return self._gone()
        self._visit.stage, self._visit.saying = Stage.FAREWELL, (SpokenText(self._words.farewell),)
        return [Play(self._visit.saying)]

    def _gone(self) -> list[Step]:
        self._visit.stage, self._visit.saying = Stage.GONE, ()
        return [self._visit.last] if self._visit.last else []


def _said(text: str) -> tuple[SpokenText, ...]:
    return (SpokenText(text),) if text else ()
