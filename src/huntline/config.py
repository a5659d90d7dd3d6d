"""What one server is told about its machine: read from the command line, the environment and a file."""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from huntline.data_folder import (
    API_SOCKET,
    CONTROL_SOCKET,
    DEFAULT_DATA,
    ENVIRONMENT_PREFIX,
    MAIN_SHARD,
    media_name,
    settings_file,
)
from huntline.errors import ConfigurationError
from huntline.network.browser_ports import REFUSED_BY_BROWSERS
from huntline.network.networks import Networks
from huntline.network.own_addresses import own_addresses
from huntline.network.setting_values import (
    AddressText,
    CertificateText,
    DatabaseText,
    Listener,
    ListenerText,
    NameserverText,
    NetworkText,
    OriginText,
    PortRange,
    PortRangeText,
    ReachableAddress,
    Secret,
    SocketAddress,
    parse_host,
    parse_issuer,
    parse_shard,
    parse_websocket_url,
    reachable_host,
    split,
)

LONGEST_SOCKET_PATH = 107  # bytes: sun_path of unix(7) with its closing zero
_MOST_WORKERS = 64
_USUALLY_MOST_WORKERS = 8


class ServerLimits(BaseModel):
    """How much of the machine strangers may take; past a limit new work is refused, old work goes on.

    ``max_connections`` are of SIP (TCP and WebSocket), ``max_http_connections`` of pages and programs; a
    process that may open fewer files has fewer. ``max_connections_per_address`` counts for each of the two,
    and an IPv6 address as its /64.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_legs: Annotated[int, Field(ge=2)] = 20_000
    max_connections: Annotated[int, Field(ge=1)] = 10_000
    max_http_connections: Annotated[int, Field(ge=1)] = 2_000
    max_connections_per_address: Annotated[int, Field(ge=1)] = 1_000
    max_contacts_per_user: Annotated[int, Field(ge=1)] = 10


class Retention(BaseModel):
    """How many days things are kept; 0: for ever.

    ``history_days`` count from a call's arrival, ``unused_sounds_days`` from when somebody last put in a
    sound that no organization has in its settings any more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    history_days: Annotated[int, Field(ge=0, le=36_500)] = 0
    unused_sounds_days: Annotated[int, Field(ge=0, le=36_500)] = 7


class OidcConfig(BaseModel):
    """The identity provider that people may sign in with (OpenID Connect).

    ``issuer`` is its name and address, ``redirect_uri`` what it was told to send people back to: by default
    ``/api/v1/session/oidc/callback`` at the address that their browser uses.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: Annotated[str, BeforeValidator(parse_issuer)]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Secret | None = None
    redirect_uri: str | None = None
    scope: str = "openid email profile"


class SmtpConfig(BaseModel):
    """The mail server that takes what there is to tell of messages; ``sender`` is whom it is from.

    ``security`` is ``starttls``, ``tls`` from the first byte on, or ``none``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: Secret | None = None
    sender: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]


def _usual_media_address(said: Mapping[str, Any]) -> str:
    """Where audio is sent from and to when nobody says: at the first address of SIP that others can reach.

    Where that stands for all of this machine's, the one of its default route.
    """
    hosts = [ipaddress.ip_address(listener.host) for listener in said.get("sip", ())]
    host = next((each for each in hosts if not each.is_loopback), hosts[0] if hosts else None)
    if host is None:
        return "127.0.0.1"
    return own_addresses(host.version)[0] if host.is_unspecified else str(host)


def _usual_media_workers(said: Mapping[str, Any]) -> int:
    """Half of the cores: the others are for the phones' signalling, the database and the pages."""
    cores = len(os.sched_getaffinity(0))
    ports = said.get("media_ports")
    return max(1, min(cores // 2, _USUALLY_MOST_WORKERS, ports.pairs if ports else 1))


def _check_workers(workers: int, info: ValidationInfo) -> int:
    ports = info.data.get("media_ports")
    if ports is not None and workers > ports.pairs:
        raise ValueError(f"at most {ports.pairs}, since media_ports has ports for so many legs")
    return workers


class Config(BaseSettings):
    """The settings of one server. Survives ``model_dump_json`` and ``model_validate_json`` unchanged.

    ``database`` is one of PostgreSQL; None: the file in the data folder. ``websocket_url`` is what pages are
    told where a proxy stands in front of the ``ws`` listener, ``page_origins`` where pages come from that may
    connect (see ``page_addresses.py`` for both).
    ``certificate`` names the files of each certificate, ``trusted_certificates`` one of issuers that are
    believed beside those of the system. ``nameservers`` are asked where providers are, those of the system
    where there are none. ``network`` are the addresses that peers in each are told of us. With
    ``transcoding`` phones are taken that have G.722 or Opus and no G.711.
    ``shard`` is what this server is called among those on one database, and ``shard_host`` where phones find
    it that another one sends on; without it at the addresses of ``sip``.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data: Path = DEFAULT_DATA
    database: DatabaseText = None
    shard: Annotated[str, BeforeValidator(parse_shard)] = MAIN_SHARD
    shard_host: Annotated[str, BeforeValidator(parse_host)] | None = None
    sip: Annotated[tuple[ListenerText, ...], NoDecode, BeforeValidator(split), Field(min_length=1)] = (
        Listener("udp", "127.0.0.1", 5060),
        Listener("tcp", "127.0.0.1", 5060),
        Listener("ws", "127.0.0.1", 5062),
    )
    certificate: Annotated[tuple[CertificateText, ...], NoDecode, BeforeValidator(split)] = ()
    trusted_certificates: Path | None = None
    http: AddressText = SocketAddress("127.0.0.1", 8080)
    websocket_url: Annotated[str, BeforeValidator(parse_websocket_url)] | None = None
    page_origins: Annotated[tuple[OriginText, ...], NoDecode, BeforeValidator(split)] = ()
    nameservers: Annotated[tuple[NameserverText, ...], NoDecode, BeforeValidator(split)] = ()
    media_address: ReachableAddress = Field(default_factory=_usual_media_address)
    media_ports: PortRangeText = PortRange(20000, 29999)
    media_workers: Annotated[int, Field(ge=1, le=_MOST_WORKERS), AfterValidator(_check_workers)] = Field(
        default_factory=_usual_media_workers
    )
    media_worker_legs: Annotated[int, Field(ge=0, le=100_000)] = 200
    """A worker takes so many before the next one is given any; from then on they are shared evenly."""
    network: Annotated[tuple[NetworkText, ...], NoDecode, BeforeValidator(split)] = ()
    transcoding: bool = False
    mask_numbers: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    limits: ServerLimits = ServerLimits()
    retention: Retention = Retention()
    oidc: OidcConfig | None = None
    smtp: SmtpConfig | None = None

    @property
    def web_address(self) -> str:
        """Where a browser on this machine finds the pages, without a slash at the end."""
        return f"http://{replace(self.http, host=reachable_host(self.http.host))}"

    @property
    def out_of_earshot(self) -> Listener | None:
        """The first listener whose phones get no audio: others can reach it, but not the media address.

        Pages are told of other addresses (``media/worker/leg_maker.py``).
        """
        if self.network or not ipaddress.ip_address(self.media_address).is_loopback:
            return None
        phones = (each for each in self.sip if not each.is_for_pages)
        return next((each for each in phones if not ipaddress.ip_address(each.host).is_loopback), None)

    @property
    def out_of_browsers(self) -> SocketAddress | Listener | None:
        """The first address that no browser connects to, whatever listens there, though pages need it.

        A proxy in front may reach any: then pages say where they come from or are told another address.
        """
        needed: list[SocketAddress | Listener] = [] if self.page_origins else [self.http]
        needed += [] if self.websocket_url else [each for each in self.sip if each.is_for_pages]
        return next((each for each in needed if each.port in REFUSED_BY_BROWSERS), None)

    @property
    def networks(self) -> Networks:
        """Which address of this server each peer is told."""
        return Networks(self.network, self.media_address)

    @property
    def is_for_other_machines(self) -> bool:
        """Whether phones on other machines can reach SIP."""
        phones = (each for each in self.sip if not each.is_for_pages)
        return any(not ipaddress.ip_address(each.host).is_loopback for each in phones)

    @property
    def own_hosts(self) -> frozenset[str]:
        """The addresses that callers may name in place of a domain."""
        return frozenset([*(each.host for each in self.sip), *(each.address for each in self.network)])

    @property
    def control_socket(self) -> Path:
        """Where the signalling process takes requests (``control.py``)."""
        return self.data / CONTROL_SOCKET

    @property
    def api_socket(self) -> Path:
        """Where the web process serves the API to whoever owns the data folder."""
        return self.data / API_SOCKET

    @property
    def media_sockets(self) -> tuple[Path, ...]:
        """Where the media workers take their verbs, each by its number."""
        return tuple(self.data / f"{media_name(number)}.sock" for number in range(self.media_workers))


_PARTS: dict[str, type[BaseModel]] = {
    "limits": ServerLimits,
    "retention": Retention,
    "oidc": OidcConfig,
    "smtp": SmtpConfig,
}


def load_config(command_line: Mapping[str, Any]) -> Config:
    """The settings in force: command line, then ``HUNTLINE_*``, then the file, then the defaults.

    ``command_line`` holds what was said there; None means not said. The file is ``huntline.toml`` in the
    data folder or else in the working folder. Raises ConfigurationError.
    """
    said = {key: value for key, value in command_line.items() if value is not None}
    file = _file_for(said)
    try:
        config = _from_all_sources()(**said)
    except ValidationError as error:
        raise ConfigurationError(_describe(error.errors()[0], said, file)) from None
    except SettingsError as error:
        raise ConfigurationError(f"{ENVIRONMENT_PREFIX}* in the environment: {error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(f"{file} cannot be read as TOML: {error}") from None
    resolved = config.model_copy(update=_with_whole_paths(config))
    for path in (resolved.control_socket, resolved.media_sockets[-1]):
        _check_socket_path(path)
    _check_shard(resolved, _source("shard", said, file))
    return resolved


def _file_for(said: Mapping[str, Any]) -> Path | None:
    return settings_file(said.get("data") or os.environ.get(f"{ENVIRONMENT_PREFIX}DATA"))


@cache
def _from_all_sources() -> type[Config]:
    """Made when first needed, and once: to make a model takes longer than to fill it."""

    class Sources(Config):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            file = TomlConfigSettingsSource(settings_cls, _file_for(init_settings()))
            return init_settings, env_settings, file

    return Sources


def _with_whole_paths(config: Config) -> dict[str, Any]:
    trusted = config.trusted_certificates
    return {
        "data": config.data.absolute(),
        "certificate": tuple(files.absolute() for files in config.certificate),
        "trusted_certificates": trusted.absolute() if trusted is not None else None,
    }


def _check_socket_path(path: Path) -> None:
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        raise ConfigurationError(
            f"data: the path {str(path.parent)!r} is too long for the sockets in it;"
            f" {LONGEST_SOCKET_PATH - len(path.name) - 1} bytes are allowed"
        )


def _check_shard(config: Config, source: str) -> None:
    if config.shard != MAIN_SHARD and config.database is None:
        raise ConfigurationError(
            f"{source}: {config.shard!r} is wrong: only servers that share a PostgreSQL have names; say which"
            " one they share (database), or leave this out"
        )


def _describe(problem: ErrorDetails, said: Mapping[str, Any], file: Path | None) -> str:
    """One sentence: where it was said, which key, which value, and what would be right."""
    key = ".".join(part for part in problem["loc"] if isinstance(part, str))
    source = _source(key, said, file)
    if problem["type"] == "extra_forbidden":
        known = _PARTS.get(key.rpartition(".")[0], Config)
        return f"{source}: there is no such setting; there are {', '.join(sorted(known.model_fields))}"
    wanted = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "missing":
        return f"{source}: is missing"
    if key.endswith(("secret", "password", "database")):
        return f"{source}: the value (not shown) is wrong; it must be: {wanted}"
    return f"{source}: {problem['input']!r} is wrong; it must be: {wanted}"


def _source(key: str, said: Mapping[str, Any], file: Path | None) -> str:
    top = key.partition(".")[0]
    variable = ENVIRONMENT_PREFIX + key.replace(".", "__").upper()
    if top in said:
        return f"--{key.replace('_', '-')}"
    if variable in os.environ or file is None:
        return f"environment variable {variable}"
    return f"{file}: {key}"
