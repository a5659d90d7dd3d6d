"""What calls ask of the house around them."""

from __future__ import annotations

from typing import Protocol

from huntline.calls.contacts import Callee, Contact
from huntline.directory.plan import Account
from huntline.directory.star_codes import StarCode
from huntline.engine.model import ExitPrompt


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
