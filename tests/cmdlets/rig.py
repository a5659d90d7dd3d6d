"""A shell of cmdlets on the real API of a data folder, in process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from huntline.cli.api_client import Api, local_api
from huntline.cmdlets.catalogue import CMDLETS
from huntline.cmdlets.language import run
from huntline.cmdlets.session import CmdletSession, ScriptStopped
from huntline.config import Config
from huntline.directory.organization import Organization
from huntline.storage.audit import Actor
from huntline.storage.database import open_database
from huntline.storage.settings import Settings
from tests.web.sounds import wav

E5 = {"licences": ["E5"], "voice_enabled": True}
NUMBER = "+14258828080"
MUSIC = wav(seconds=0.5)


@dataclass(frozen=True)
class Printed:
    """What a script printed, and whether it went well."""

    out: str
    err: str
    has_failed: bool

    @property
    def lines(self) -> list[str]:
        """What it printed for people, without empty lines."""
        return [line.rstrip() for line in self.out.splitlines() if line.strip()]


@dataclass
class Shell:
    """Scripts run one after the other, variables stay; ``answers`` are what a person says when asked."""

    api: Api
    data: Path
    answers: list[str] | None = None
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._out, self._err = StringIO(), StringIO()
        ask = None if self.answers is None else self._answer
        self.session = CmdletSession(self.api, CMDLETS, self._out, self._err, ask)

    def _answer(self, question: str) -> str:
        assert self.answers is not None
        self.asked.append(question)
        return self.answers.pop(0)

    def run(self, script: str) -> Printed:
        """Run a script to its end; raises ScriptRefused."""
        for stream in (self._out, self._err):
            stream.seek(0)
            stream.truncate()
        self.session.has_failed = False
        with suppress(ScriptStopped):
            run(script, self.session)
        return Printed(self._out.getvalue(), self._err.getvalue(), self.session.has_failed)

    def lines(self, script: str) -> list[str]:
        """What a script prints that must go well."""
        printed = self.run(script)
        assert not printed.has_failed, printed.err
        return printed.lines

    def refused(self, script: str) -> str:
        """What is said of a script in which something must go wrong."""
        printed = self.run(script)
        assert printed.has_failed, printed.out
        return printed.err

    def organization(self) -> Organization:
        """The organization as it is stored."""
        database = open_database(self.data)
        try:
            (stored,) = Settings(database).organizations()
        finally:
            database.dispose()
        return stored

    def user(self, name: str, **fields: Any) -> str:
        """Make a user who may be an agent; returns the UPN."""
        upn = f"{name}@contoso.com"
        self.api.post("/users", {"upn": upn, **E5, **fields})
        return upn

    def number(self, number: str = NUMBER, kind: str = "service-toll") -> None:
        """Let the organization hold a number."""
        self.api.post("/numbers", {"number": number, "kind": kind})

    def group(self, name: str, *members: str, kind: str = "distribution-list") -> str:
        """Make a group; returns its id."""
        made = self.api.post("/groups", {"name": name, "kind": kind, "members": list(members)})
        return str(made["id"])

    def queue(self, name: str = "Help Desk", **fields: Any) -> dict[str, Any]:
        """Make a call queue by the API."""
        made: dict[str, Any] = self.api.post("/queues", {"name": name, **fields})
        return made

    def stored(self, name: str = "Help Desk") -> dict[str, Any]:
        """A call queue as the API shows it."""
        found: dict[str, Any] = self.api.get(f"/queues/{name}")
        return found


@contextmanager
def shell_on(data: Path, *domains: str, answers: list[str] | None = None) -> Iterator[Shell]:
    """A shell for an organization of its own, empty at first."""
    database = open_database(data)
    try:
        organization = Organization(name="Contoso", domains=domains or ("contoso.com",))
        Settings(database).put(organization, Actor("the test", "test"))
    finally:
        database.dispose()
    with local_api(Config(data=data), "the test", "cmdlet") as api:
        yield Shell(api, data, answers)
