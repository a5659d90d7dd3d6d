"""What a phone is told, whatever its family."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from huntline.clock import zone_of
from huntline.config import Config
from huntline.directory.encryption import Encryption
from huntline.directory.organization import Organization, User
from huntline.directory.phones import Phone
from huntline.network.setting_values import SocketAddress
from huntline.web.page_addresses import phone_addresses
from huntline.web.phone_settings.time_zones import ZoneRule, zone_rule

MOST_LAMPS = 10
"""Of colleagues, on one phone."""

_WANTED = ("tls", "tcp", "udp")
"""The first of these that the server has: encrypted, else by a connection, which keeps its way through
routers open by itself."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a phone registers; ``host`` is without brackets."""

    transport: str
    host: str
    port: int

    @property
    def address(self) -> str:
        """``host:port``."""
        return str(SocketAddress(self.host, self.port))


@dataclass(frozen=True, slots=True)
class Lamp:
    """A colleague whose lamp a phone shows."""

    uri: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSettings:
    """One phone's settings."""

    phone: Phone
    label: str
    user: str
    domain: str
    realm: str
    password: str = field(repr=False)
    server: Server
    encryption: Encryption
    zone: ZoneRule
    lamps: tuple[Lamp, ...] = ()


def server_for_phones(config: Config, asked_host: str) -> Server | None:
    """Where phones register that reach our pages at ``asked_host``; by TLS only with a certificate that was
    given, for phones trust none that we made ourselves. None: nothing is listened for."""
    addresses = dict(reversed(phone_addresses(config, asked_host)))  # the first of each transport
    for transport in _WANTED:
        if transport in addresses and (transport != "tls" or config.certificate):
            return Server(transport, addresses[transport].host, addresses[transport].port)
    return None


def encryption_of(user: User, server: Server) -> Encryption:
    """Whether a user's phone encrypts audio; what they do not say follows from the transport."""
    if user.encryption is not None:
        return user.encryption
    return Encryption.OFFERED if server.transport == "tls" else Encryption.NEVER


def settings_of(
    organization: Organization, user: User, phone: Phone, password: str, server: Server
) -> PhoneSettings:
    """What a phone of a user is told."""
    return PhoneSettings(
        phone=phone,
        label=user.shown_name,
        user=user.local_part,
        domain=user.domain,
        realm=organization.realm,
        password=password,
        server=server,
        encryption=encryption_of(user, server),
        zone=zone_rule(zone_of(organization.time_zone).key),
        lamps=tuple(_lamps(organization, user))[:MOST_LAMPS],
    )


def _lamps(organization: Organization, user: User) -> Iterator[Lamp]:
    """Of all who are in a group with the user, in the groups' order, each once."""
    around = [group.members for group in organization.groups if user.upn in group.members]
    upns = dict.fromkeys(member for members in around for member in members if member != user.upn)
    names = {each.upn: each.shown_name for each in organization.users if each.is_active and each.upn in upns}
    return (Lamp(f"sip:{upn}", names[upn]) for upn in upns if upn in names)
