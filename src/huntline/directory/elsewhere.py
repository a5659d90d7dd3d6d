"""What other servers on the same database have: whose a domain or a number is, and where that server is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from huntline.directory.names import host_key, without_parameters
from huntline.directory.organization import Organization
from huntline.directory.plan import ServerPlan
from huntline.directory.trunks import TrunkOf


@dataclass(frozen=True, slots=True)
class Shard:
    """One of the servers on a database. ``sip`` is where phones reach it, each TRANSPORT:HOST:PORT, and
    ``pages`` the URL of its pages, without a slash at the end. ``key_mark`` tells one key that passwords are
    sealed with from another; empty where it has none yet."""

    name: str
    sip: tuple[str, ...]
    pages: str
    key_mark: str = ""

    def sip_address(self, transport: str) -> tuple[str, str] | None:
        """Transport and HOST:PORT: by the transport that is asked for, or else the first; None where no
        phone reaches it."""
        addresses = [each.partition(":")[::2] for each in self.sip]
        same = (each for each in addresses if each[0] == transport)
        return next(same, addresses[0] if addresses else None)


class Elsewhere:
    """The organizations of other servers, as far as calls are to find them: without people. Never changes:
    build a new one instead, which takes from the one ``before`` what is made of the very same."""

    def __init__(
        self,
        organizations: tuple[Organization, ...] = (),
        shards: Iterable[Shard] = (),
        before: Elsewhere | None = None,
    ) -> None:
        self.plan: ServerPlan = ServerPlan(organizations, before=before.plan if before is not None else None)
        self.shards = {each.name: each for each in shards}

    def trunks_of(self, address: str, port: int) -> tuple[TrunkOf, ...]:
        """The providers that a source address may be of organizations elsewhere."""
        return self.plan.trunks_of(address, port) if self.plan.organizations else ()

    def shard_of(self, organization_id: str) -> Shard | None:
        """The server of an organization; None also where it has never been started."""
        organization = self.plan.organization(organization_id)
        return self.shards.get(organization.shard) if organization is not None else None

    def shard_of_user(self, user: str, host: str, own_hosts: frozenset[str]) -> Shard | None:
        """The server of whoever has this address of record: by the domain alone, whether there is somebody
        or not. ``own_hosts`` stand for a domain, and ``user`` is a whole UPN then."""
        domain = host_key(host)
        if domain in own_hosts:
            domain = without_parameters(user).rpartition("@")[2].lower()
        organization_id = self.plan.organization_called("", domain)
        return self.shard_of(organization_id) if organization_id is not None else None


NOTHING_ELSEWHERE = Elsewhere()
"""Of a server that is alone on its database."""
