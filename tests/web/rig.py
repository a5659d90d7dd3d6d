"""The API as its users meet it, in process: accounts by key, requests, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from huntline.cli.api_client import Api, ApiRefused, api_over
from huntline.config import Config
from huntline.directory.access import Role
from huntline.directory.organization import Organization, QueueSettings
from huntline.storage.accounts import SignInAccount
from huntline.storage.audit import Actor
from huntline.web.app import build_app

BY = Actor("the test", "test")

E5_USER = {"licences": ["E5"], "voice_enabled": True}


class ServerRig:
    """One server's API on a folder of its own; ``contoso`` is there from the beginning, and empty. It may
    have another ``name``, or none: then it is not there."""

    def __init__(self, data: Path, stack: ExitStack, name: str = "Contoso", **settings: Any) -> None:
        self.app = build_app(Config(data=data, **settings))
        self.backstage = self.app.state.backstage
        self._stack = stack
        self._accounts = 0
        self.contoso = self.add_organization(name, f"{name.lower()}.com") if name else ""

    def add_organization(self, name: str, *domains: str) -> str:
        """A new organization; returns its id."""
        wanted = Organization(name=name, domains=domains)
        organization_id: str = self.backstage.settings.put(wanted, BY).organization.organization_id
        return organization_id

    def key(self, role: Role = Role.ADMIN, organization_id: str | None = None, **fields: Any) -> str:
        """The API key of a new account."""
        self._accounts += 1
        account = self.backstage.accounts.add(
            SignInAccount(
                organization_id=self.contoso if organization_id is None else organization_id,
                name=f"{role} {self._accounts}",
                role=role,
                **fields,
            ),
            BY,
        )
        _, key = self.backstage.accounts.add_key(account, "test", BY)
        return str(key)

    def api(self, role: Role = Role.ADMIN, organization_id: str | None = None, **fields: Any) -> Api:
        """The API as seen by a new account of a role."""
        return self.api_by_key(self.key(role, organization_id, **fields))

    def api_by_key(self, key: str) -> Api:
        """The API as seen by the owner of a key."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=True)
        return self._stack.enter_context(
            api_over(transport=transport, headers={"Authorization": f"Bearer {key}"})
        )

    def organization(self) -> Organization:
        """Contoso as it is stored now."""
        stored: Organization = self.backstage.settings.organization(self.contoso)
        return stored

    def queue(self, name: str) -> QueueSettings:
        """A queue of Contoso as it is stored now."""
        return next(queue for queue in self.organization().queues if queue.name == name)


@contextmanager
def server_rig(data: Path, **settings: Any) -> Iterator[ServerRig]:
    """A rig, given back in the end."""
    with ExitStack() as stack:
        rig = ServerRig(data, stack, **settings)
        stack.callback(rig.backstage.close)
        yield rig


def refusal_of(
    api: Api, method: str, path: str, body: Any = None, *, files: Any = None, **params: Any
) -> dict[str, Any]:
    """The problem+json of a request that must be refused."""
    with pytest.raises(ApiRefused) as refusal:
        api.request(method, path, json=body, files=files, params=params)
    return refusal.value.problem
