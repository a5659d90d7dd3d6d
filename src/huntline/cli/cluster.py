"""``huntline cluster``: one server on several machines, any of which may be lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from huntline.cli.options import DataOption, JsonOption, config_of
from huntline.control.client import ControlClient
from huntline.data_folder import CLUSTER_SOCKET, data_folder, is_in_cluster
from huntline.errors import ConfigurationError

OwnOption = Annotated[
    str, typer.Option("--own", help="This machine's own address, by which it is named.", metavar="ADDRESS")
]
InterfaceOption = Annotated[
    str, typer.Option("--interface", help="Where the moving address is put.", metavar="NAME")
]

_TIME_TO_MOVE = 30.0  # seconds
_HEARD_WITHIN = 2.0  # seconds
_CLOCKS_DIFFER = 1.0  # seconds

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
    for line in _lines(state):
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


def _lines(state: dict[str, Any]) -> list[str]:
    owner, nodes = state["owner"], state["nodes"]
    where = f", on {owner} (epoch {state['epoch']})." if owner else "; no machine that is known here serves."
    lines = [f"The server is at {state['address']}{where}"]
    lines += [f"  {node['address']}: {_now(node, owner)}; {_if_lost(node, owner, nodes)}" for node in nodes]
    if owner is not None and owner == state["store_leader"]:
        lines.append("The store is led by the machine that serves: for now its loss would be felt longer.")
    lines += [_clock(node) for node in nodes if _is_heard(node) and abs(node["clock_off_s"]) > _CLOCKS_DIFFER]
    return lines


def _is_heard(node: dict[str, Any]) -> bool:
    return node["heard_s_ago"] is not None and node["heard_s_ago"] < _HEARD_WITHIN


def _now(node: dict[str, Any], owner: str | None) -> str:
    if not _is_heard(node):
        return "not heard"
    if node["is_witness"]:
        return "witness"
    if node["address"] == owner:
        return "serves"
    behind = node["bytes_behind"]
    return "follows, has no whole copy yet" if behind is None else f"follows, {behind} bytes behind"


def _if_lost(node: dict[str, Any], owner: str | None, nodes: list[dict[str, Any]]) -> str:
    """What would happen if it were lost now."""
    left = [each for each in nodes if each is not node and _is_heard(each)]
    if not _is_heard(node):
        return "it can be lost no more"
    if node["address"] != owner:
        has_most = 2 * len(left) > len(nodes)
        return "if it is lost, nobody notices" + ("" if has_most else ", but then no other machine may be")
    if 2 * len(left) <= len(nodes):
        return "if it is lost, too few are left to decide who serves, and calls end"
    able = [each for each in left if each["bytes_behind"] is not None and not each["is_witness"]]
    if not able:
        return "if it is lost, calls end: no other machine has a whole copy of them"
    return f"if it is lost, {' or '.join(each['address'] for each in able)} serves within two seconds"


def _clock(node: dict[str, Any]) -> str:
    return (
        f"The clock of {node['address']} is {node['clock_off_s']:+.1f} s off that of this machine:"
        " let all machines have their time from the network (NTP)."
    )
