"""What call control works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from huntline.calls.model import Call, CallBook
from huntline.calls.quotas import Quotas
from huntline.calls.surroundings import NoTrunks, Surroundings, Trunks
from huntline.calls.tasks import Tasks
from huntline.calls.tolls import Tolls
from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import ServerPlan
from huntline.engine.events import Event, OtherCallsChanged
from huntline.media.interface import Media, Speaking
from huntline.sip.user_agent import UserAgent


@dataclass(frozen=True, slots=True)
class CallTools:
    """The parts around call control, the same for every part of it.

    ``post`` takes events for the engine, ``changed`` each call of which something is different; ``speech``
    makes prompts of sentences.
    """

    user_agent: UserAgent
    media: Media
    settings: SettingsInForce
    site: Surroundings
    post: Callable[[Event], None]
    changed: Callable[[Call], None]
    speech: Speaking
    trunks: Trunks = field(default_factory=NoTrunks)
    tasks: Tasks = field(default_factory=Tasks)
    book: CallBook = field(init=False)
    tolls: Tolls = field(init=False)
    quotas: Quotas = field(init=False)

    def __post_init__(self) -> None:
        tolls = Tolls(self.settings)
        book = CallBook(lambda user_id, count: self.post(OtherCallsChanged(user_id, count)), tolls.charge)
        object.__setattr__(self, "tolls", tolls)
        object.__setattr__(self, "book", book)
        object.__setattr__(self, "quotas", Quotas(self.settings, book.calls_in))

    @property
    def plan(self) -> ServerPlan:
        """The settings in force at this moment."""
        return self.settings.plan
