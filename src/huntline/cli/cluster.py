"""``huntline cluster``: one server on several machines, any of which may be lost."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from huntline.cli.options import DataOption, JsonOption, config_of
from huntline.control.client import ControlClient
from huntline.control.messages import ServerDoesNotAnswer, ServerNotRunning
from huntline.data_folder import CLUSTER_SOCKET, data_folder, is_in_cluster
from huntline.errors import ConfigurationError, HuntlineError

OwnOption = Annotated[
    str, typer.Option("--own", help="This machine's own address, by which it is named.", metavar="ADDRESS")
]
InterfaceOption = Annotated[
    str, typer.Option("--interface", help="Where the moving address is put.", metavar="NAME")
]


class NotWhole(HuntlineError):
    """A machine of the cluster may not be lost; the text says why."""


_TIME_TO_MOVE = 30.0  # seconds
_ASKED_EVERY = 0.2  # seconds

cluster = typer.Typer(
    help="One server on several machines, any of which may be lost.", invoke_without_command=True
)


@cluster.callback()
def show(context: typer.Context, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Say which machines there are, which one serves, and what would happen if each were lost."""
    if context.invoked_subcommand is not None:
        return
    with _process(data) as client:
        state = client.request("status")
    if as_json:
        typer.echo(json.dumps(state))
        return
    from huntline.cluster.outlook import outlook

    for line in outlook(state):
        typer.echo(line)


@cluster.command()
def init(
    own: OwnOption,
    address: Annotated[
        str,
        typer.Option(
            "--address", help="The moving address and its network, as 10.0.0.10/24.", metavar="ADDRESS/LENGTH"
        ),
    ],
    interface: InterfaceOption,
    data: DataOption = None,
) -> None:
    """Make the server of this machine the first of a cluster. Its database must be PostgreSQL."""
    from huntline.cluster.certificates import make_issuer, make_own
    from huntline.cluster.joining import token_of
    from huntline.cluster.membership import cluster_folder, new_membership, write_membership
    from huntline.cluster.store_server import store_program

    moving, config = _moving(address), config_of(data)
    _refuse_second(config.data)
    if config.database is None:
        raise ConfigurationError(
            "database: a cluster needs one that all machines reach; see huntline migrate-storage, and name it"
            f" in {config.data / 'huntline.toml'}"
        )
    membership = new_membership(_own(own, interface), interface, moving)
    store_program()
    folder = cluster_folder(config.data)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_issuer(folder)
    make_own(folder, own)
    write_membership(config.data, membership)
    typer.echo(f"This machine is the first of a cluster whose server is at {membership.moving_address}.")
    typer.echo(f"1. Let sip, http and media_address in huntline.toml name {membership.moving_address}.")
    typer.echo("2. Start it anew: huntline serve")
    typer.echo("3. On each further machine:")
    typer.echo(f"   {_how_to_join(own, token_of(config.data, membership))}")


@cluster.command()
def join(
    at: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="A machine of the cluster, by its own address.")
    ],
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="What huntline cluster token prints there.")],
    own: OwnOption,
    interface: Annotated[
        str, typer.Option("--interface", help="Where the moving address is put.", metavar="NAME")
    ] = "",
    witness: Annotated[
        bool, typer.Option("--witness", help="Keep only who owns the server; never serve.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Make this machine one of a cluster: it follows, and serves when the one that does is lost."""
    from huntline.cluster.joining import join as joined
    from huntline.cluster.membership import Node
    from huntline.cluster.store_server import store_program

    folder = data_folder(data)
    _refuse_second(folder)
    store_program()
    if not witness:
        _own(own, interface)
    membership = joined(folder, at, token, Node(own, witness), interface)
    typer.echo(
        f"This machine is one of {len(membership.nodes)} of the cluster at {membership.moving_address}."
    )
    typer.echo(f"Start it: huntline serve --data {folder}")


@cluster.command()
def token(data: DataOption = None) -> None:
    """Print the command by which further machines join."""
    from huntline.cluster.joining import token_of
    from huntline.cluster.membership import read_membership

    folder = data_folder(data)
    membership = read_membership(folder)
    word = token_of(folder, membership)
    typer.echo(_how_to_join(membership.own, word))


@cluster.command()
def move(
    to: Annotated[str, typer.Argument(metavar="ADDRESS", help="The machine that is to serve.")],
    data: DataOption = None,
) -> None:
    """Let another machine serve, with all calls: before this one is repaired, for instance."""
    with _process(data) as client:
        done = client.request("move", to=to)
    typer.echo(f"{done['to']} serves in place of {done['from']}.")


@cluster.command()
def wait(
    limit: Annotated[
        float, typer.Option("--limit", min=0, metavar="SECONDS", help="Say what lacks, and fail, after that.")
    ] = 120.0,
    data: DataOption = None,
) -> None:
    """Wait until whichever machine may be lost: before the next one is upgraded or repaired.

    Exit status 1 where that does not come in time; what lacks is said then.
    """
    from huntline.cluster.membership import read_membership
    from huntline.cluster.outlook import outlook

    read_membership(data_folder(data))
    state = _whole(data, time.monotonic() + limit, limit)
    typer.echo(outlook(state)[0])
    typer.echo(f"{len(state['nodes'])} machines are up to date: any of them may be lost.")


@cluster.command()
def leave(data: DataOption = None) -> None:
    """Make this machine none of the cluster any more: the others forget it."""
    import shutil

    from huntline.cluster.membership import cluster_folder

    with _process(data) as client:
        client.request("leave")
    shutil.rmtree(cluster_folder(data_folder(data)))
    typer.echo(
        "The others have forgotten this machine. End its huntline serve; it would serve alone afterwards."
    )


def _whole(data: Path | None, until: float, limit: float) -> dict[str, Any]:
    """The state of the cluster once nothing lacks. Raises NotWhole."""
    from huntline.cluster.outlook import lacking

    while True:
        try:
            with _process(data) as client:
                state = client.request("status")
            lacks = lacking(state)
        except (ServerNotRunning, ServerDoesNotAnswer) as error:
            lacks = [str(error)]
        if not lacks:
            return state
        if time.monotonic() >= until:
            raise NotWhole(f"not within {limit:g} s: {'; '.join(lacks)}")
        time.sleep(_ASKED_EVERY)


def _process(data: Path | None) -> ControlClient:
    """The cluster process of this machine, to be asked. Raises ConfigurationError where there can be none."""
    from huntline.cluster.membership import read_membership

    folder = data_folder(data)
    read_membership(folder)
    return ControlClient(folder / CLUSTER_SOCKET, timeout=_TIME_TO_MOVE)


def _how_to_join(own: str, word: str) -> str:
    return f"huntline cluster join {own} {word} --own ITS-ADDRESS --interface NAME"


def _refuse_second(folder: Path) -> None:
    if is_in_cluster(folder):
        raise ConfigurationError(
            f"--data: the server of {folder} is in a cluster already; see huntline cluster"
        )


def _own(own: str, interface: str) -> str:
    from huntline.cluster.moving_address import check_address
    from huntline.network.own_addresses import own_addresses

    if own not in (known := own_addresses(4)):
        raise ConfigurationError(
            f"--own: value {own!r}: must be an address of this machine: {', '.join(known)}"
        )
    check_address(interface)
    return own


def _moving(address: str) -> str:
    from ipaddress import IPv4Interface

    try:
        if "/" not in address:
            raise ValueError
        return str(IPv4Interface(address))
    except ValueError:
        wanted = "must be an IPv4 address with the length of its network, as 10.0.0.10/24"
        raise ConfigurationError(f"--address: value {address!r}: {wanted}") from None
