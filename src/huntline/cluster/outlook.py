"""What the state of a cluster, as its process tells it, means for those who run it: in plain words. Pure."""

from __future__ import annotations

from typing import Any

_HEARD_WITHIN = 2.0  # seconds
_CLOCKS_DIFFER = 1.0  # seconds

_ON_THEIR_WAY = 65_536
"""Bytes of the journal that a machine may lack at any moment, under calls."""
_FEWEST = 3
"""Machines of which one may be lost."""

State = dict[str, Any]
"""What ``status`` of the cluster process answers."""


def outlook(state: State) -> list[str]:
    """Which machines there are, which one serves, and what would happen if each were lost: lines."""
    owner, nodes = state["owner"], state["nodes"]
    where = f", on {owner} (epoch {state['epoch']})." if owner else "; no machine that is known here serves."
    lines = [f"The server is at {state['address']}{where}"]
    lines += [f"  {node['address']}: {_now(node, owner)}; {_if_lost(node, owner, nodes)}" for node in nodes]
    if owner is not None and owner == state["store_leader"]:
        lines.append("The store is led by the machine that serves: for now its loss would be felt longer.")
    lines += [_clock(node) for node in nodes if _is_heard(node) and abs(node["clock_off_s"]) > _CLOCKS_DIFFER]
    return lines


def lacking(state: State) -> list[str]:
    """What keeps the cluster from surviving the loss of whichever machine; nothing where it would."""
    owner, nodes = state["owner"], state["nodes"]
    lacks = [f"{node['address']} is not heard" for node in nodes if not _is_heard(node)]
    lacks += [
        f"{node['address']} has no whole copy of what lives"
        for node in nodes
        if _is_heard(node) and node["address"] != owner and not (node["is_witness"] or _is_whole(node))
    ]
    if not owner:
        lacks.append("no machine that is known here serves")
    if (copies := state["store_copies"]) is None:
        lacks.append("the store does not answer")
    elif copies < (wanted := min(len(nodes), state["most_store_copies"])):
        lacks.append(f"{copies} of {wanted} copies of who serves are up to date")
    if len(nodes) < _FEWEST:
        lacks.append(f"with {len(nodes)} of the {_FEWEST} machines that are needed none can be lost")
    return lacks


def _is_heard(node: dict[str, Any]) -> bool:
    return node["heard_s_ago"] is not None and node["heard_s_ago"] < _HEARD_WITHIN


def _is_whole(node: dict[str, Any]) -> bool:
    return node["bytes_behind"] is not None and node["bytes_behind"] < _ON_THEIR_WAY


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
