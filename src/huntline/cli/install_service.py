"""``huntline install-service``: run the server as a systemd service, with no more rights than it needs."""

from __future__ import annotations

import pwd
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from huntline.cli.options import DataOption
from huntline.config import Config, load_config
from huntline.data_folder import is_in_cluster
from huntline.errors import ConfigurationError

UNITS = Path("/etc/systemd/system")
_WRITTEN_BY = "# Written by huntline install-service. Your own changes: systemctl edit {name}\n"
_STATE = Path("/var/lib")
_LOWEST_FREE_PORT = 1024
_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - not used, but asked about
_HOMES = (Path("/home"), Path("/root"), Path("/run/user"))

_UNIT = """\
[Unit]
Description=Huntline call-queue server ({data})
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
NotifyAccess=main
User={user}
WorkingDirectory={folder}
ExecStart={program} serve --data {folder_word}
# The release that is installed now takes over, and calls go on.
ExecReload={program} upgrade --data {folder_word}
TimeoutStartSec=3min
TimeoutStopSec=30s
WatchdogSec=30s
Restart=on-failure
RestartSec=100ms
# Calls outlive a supervisor that dies: only it is ended here, it ends all others in order, and the next one
# adopts those that live.
KillMode=process
LimitNOFILE={open_files}
UMask=0077
{state}
NoNewPrivileges=yes
CapabilityBoundingSet={capabilities}
AmbientCapabilities={capabilities}
ProtectSystem=strict
ProtectHome={homes}
PrivateTmp={private_tmp}
PrivateDevices=yes
ProtectProc=invisible
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
# Phones, pages, this machine's own sockets, and AF_NETLINK to learn its addresses.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK{more_families}
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
"""


def install_service(
    data: DataOption = None,
    user: Annotated[str, typer.Option("--user", help="Who runs it.")] = "huntline",
    name: Annotated[str, typer.Option("--name", help="What the service is called.")] = "huntline",
    only_print: Annotated[bool, typer.Option("--print", help="Print the unit and write nothing.")] = False,
) -> None:
    """Write a systemd unit that runs this server, with no more rights than it needs.

    Settings are read from huntline.toml in the data folder. Nothing is started: the commands for that are
    printed.
    """
    _refuse_odd_word("--user", user)
    _refuse_odd_word("--name", name)
    config = load_config({"data": data})
    program = Path(sys.executable).with_name("huntline")
    text = _WRITTEN_BY.format(name=name) + unit(config, program, user)
    if only_print:
        typer.echo(text, nl=False)
        return
    _refuse_strangers(user, config.data)
    path = UNITS / f"{name}.service"
    _write(path, text)
    typer.echo(f"Written: {path}")
    typer.echo(f"Start it with: systemctl daemon-reload && systemctl enable --now {name}")


def unit(config: Config, program: Path, user: str) -> str:
    """The unit of a server with these settings, run by ``program``."""
    folder = config.data
    return _UNIT.format(
        data=_escaped(folder),
        user=user,
        folder=_escaped(folder),
        folder_word=_word(folder),
        program=_word(program),
        open_files=2 * config.limits.max_legs + config.limits.max_connections + _LOWEST_FREE_PORT,
        state=_state(folder),
        capabilities=" ".join(_capabilities(config)),
        # In a cluster the network is told by ARP where the address is that moves.
        more_families=" AF_PACKET" if is_in_cluster(folder) else "",
        homes="read-only" if _is_any_in(_HOMES, folder, program) else "yes",
        private_tmp="no" if _is_any_in(_TEMPORARY, folder, program) else "yes",
    )


def _capabilities(config: Config) -> list[str]:
    """What of root's rights the server needs."""
    needed = ["CAP_NET_BIND_SERVICE"] if _lowest_port(config) < _LOWEST_FREE_PORT else []
    return [*needed, *(["CAP_NET_ADMIN", "CAP_NET_RAW"] if is_in_cluster(config.data) else [])]


def _state(folder: Path) -> str:
    """How the data folder can be written; that of the usual place is made as well."""
    if folder.parent == _STATE:
        return f"StateDirectory={_word(Path(folder.name))}\nStateDirectoryMode=0700"
    return f"ReadWritePaths={_word(folder)}"


def _lowest_port(config: Config) -> int:
    return min(config.http.port, config.media_ports.first, *(listener.port for listener in config.sip))


def _is_any_in(folders: tuple[Path, ...], *paths: Path) -> bool:
    return any(path.is_relative_to(folder) for path in paths for folder in folders)


def _escaped(path: Path) -> str:
    """For systemd.unit(5), which replaces what begins with a percent sign."""
    return str(path).replace("%", "%%")


def _word(path: Path) -> str:
    """One word of a list or command line (systemd.syntax(7), systemd.service(5))."""
    text = _escaped(path)
    if all(character.isalnum() or character in "/._-%+@:" for character in text):
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{quoted}"'


def _refuse_odd_word(option: str, value: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", value):
        raise ConfigurationError(f"{option}: {value!r} is wrong; it must be: letters, digits, - _ and .")


def _refuse_strangers(user: str, folder: Path) -> None:
    """Raises ConfigurationError for a user or a folder that the service could not start with."""
    try:
        pwd.getpwnam(user)
    except KeyError:
        make = f"useradd --system --home-dir {folder} --shell /usr/sbin/nologin {user}"
        raise ConfigurationError(
            f"--user: there is no user {user}; make one with: {make}, or name another"
        ) from None
    if folder.parent != _STATE and not folder.is_dir():
        raise ConfigurationError(
            f"--data: {folder} does not exist; make it for {user} with: install -d -m 700 -o {user} {folder}"
        )


def _write(path: Path, text: str) -> None:
    marker = _WRITTEN_BY.partition(".")[0]
    try:
        if path.exists() and not path.read_text().startswith(marker):
            raise ConfigurationError(f"--name: {path} was written by somebody else; choose another name")
        path.write_text(text)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}; run this as root, or use --print"
        ) from None
