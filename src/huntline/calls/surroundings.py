"""What calls ask of the house around them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from huntline.calls.contacts import Callee, Contact
from huntline.calls.failures import RingFailure
from huntline.directory.plan import Account
from huntline.directory.star_codes import StarCode
from huntline.engine.model import ExitPrompt
from huntline.engine.waits import WaitBand
from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.flow import Flow


class Trunks(Protocol):
    """The providers, each by its name in ``Contact.trunk``."""

    def has_room(self, trunk: str) -> bool:
        """Whether one more call may go by it now, which counts from then on."""
        ...

    def credentials(self, trunk: str) -> DigestCredentials | None:
        """What we prove ourselves with there."""
        ...

    def heard(self, trunk: str, flow: Flow | None, failure: RingFailure | None) -> None:
        """What came of an attempt to call by it: it has rung or answered (None), or has failed."""
        ...


class NoTrunks:
    """Where calls go to no provider."""

    def has_room(self, trunk: str) -> bool:
        """Nothing is limited."""
        return True

    def credentials(self, trunk: str) -> DigestCredentials | None:
        """Nobody is proven to."""

    def heard(self, trunk: str, flow: Flow | None, failure: RingFailure | None) -> None:
        """Nobody listens."""


class Surroundings(Protocol):
    """Phones, forwards, prompts and star codes, by the settings in force."""

    def contacts(self, account_id: str) -> list[Contact]:
        """All phones of a user."""
        ...

    def callee(self, organization_id: str, target: str) -> Callee:
        """Who is rung for the target of a forward."""
        ...

    def person(self, account: Account) -> Callee:
        """Who is rung for a person, and their rule for calls that they do not take."""
        ...

    def greeting(self, queue_id: str) -> str | None:
        """The source of a queue's greeting."""
        ...

    def exit_prompt(self, queue_id: str, prompt: ExitPrompt) -> str | None:
        """The source of what a queue says before an exit, None for nothing."""
        ...

    def message(self, queue_id: str, number: int) -> str | None:
        """The source of one of the messages of a queue, None where there are not so many."""
        ...

    def place_in_line(self, queue_id: str, position: int | None, wait: WaitBand | None) -> Sequence[str]:
        """The sources of where a caller stands and how long it takes, in the language of the queue; without
        what has not been spoken yet, for nobody waits for that."""
        ...

    def introduction(self, queue_id: str, waited: timedelta) -> Sequence[str]:
        """The sources of what an agent is told of a call before, as far as it has been spoken."""
        ...

    def music(self, queue_id: str | None) -> str:
        """The source of a queue's music on hold, the default music for None or an unknown queue."""
        ...

    @property
    def ringing_tone(self) -> str:
        """The source of what a caller hears while somebody is rung."""
        ...

    async def obey_star_code(self, account_id: str, code: StarCode) -> str:
        """Do what a user dialled for; returns the source of the tone that says whether it was done."""
        ...
