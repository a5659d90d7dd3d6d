"""How a machine joins: it shows the cluster's secret to one that is in it, and is given all that it needs.

The word for it has the fingerprint of that machine's certificate, so that the secret is shown to nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huntline.cluster.certificates import ISSUER, ISSUER_KEY, fingerprint, make_own, server_context
from huntline.cluster.membership import JOIN_PORT, Membership, Node, cluster_folder, write_membership
from huntline.control.secret import keep_private
from huntline.data_folder import FILE_NAME, PASSWORD_KEY
from huntline.errors import ConfigurationError, HuntlineError

log = logging.getLogger(__name__)

_GIVEN = (PASSWORD_KEY, "secret", FILE_NAME)
"""Files of the data folder that all machines must have alike."""
_LONGEST = 1024 * 1024  # bytes
_TIMEOUT = 10.0  # seconds


class NotJoined(HuntlineError):
    """The cluster does not take this machine; the text says why."""


def token_of(data: Path, membership: Membership) -> str:
    """What a machine that joins by this one must show."""
    return f"{fingerprint(cluster_folder(data))}-{membership.secret}"


async def listen(data: Path, membership: Callable[[], Membership], add: Callable[[Node], None]) -> None:
    """Take machines that show the secret, until cancelled."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, TimeoutError):
            async with asyncio.timeout(_TIMEOUT):
                asked = json.loads(await reader.readline())
                writer.write(json.dumps(_answer(data, membership(), asked, add)).encode() + b"\n")
                await writer.drain()
        writer.close()

    context = server_context(cluster_folder(data))
    server = await asyncio.start_server(serve, membership().own, JOIN_PORT, ssl=context, limit=_LONGEST)
    async with server:
        await server.serve_forever()


def join(data: Path, address: str, token: str, node: Node, interface: str) -> Membership:
    """Make this machine one of the cluster that the machine at ``address`` is in. Raises NotJoined, and
    ConfigurationError for a token that is none."""
    expected, dash, secret = token.partition("-")
    if not dash or len(expected) != 64 or not secret:
        raise ConfigurationError("--token: it must be what huntline cluster token prints at that machine")
    shown = {"secret": secret, "node": node.address, "is_witness": node.is_witness, "data": _path_of(data)}
    given = _asked(address, expected, shown)
    if given["data"] != _path_of(data):
        raise ConfigurationError(
            f"--data: value {str(data)!r}: must be {given['data']} as on {address}:"
            " what is known of calls names files in it"
        )
    folder = cluster_folder(data)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in given["cluster"].items():
        keep_private(folder / name, text.encode())
    for name, text in given["files"].items():
        if name != FILE_NAME or not (data / name).exists():
            keep_private(data / name, bytes.fromhex(text))
    make_own(folder, node.address)
    nodes = tuple(Node(**each) for each in given["nodes"])
    membership = Membership(node.address, interface, given["moving"], secret, nodes)
    write_membership(data, membership)
    return membership


def _answer(
    data: Path, membership: Membership, asked: dict[str, Any], add: Callable[[Node], None]
) -> dict[str, Any]:
    if not hmac.compare_digest(str(asked["secret"]).encode(), membership.secret.encode()):
        log.warning("a machine with a wrong token is refused", extra={"node": str(asked.get("node"))})
        return {"error": "the token is not that of this cluster; huntline cluster token prints it"}
    node = Node(str(asked["node"]), bool(asked["is_witness"]))
    if str(asked["data"]) == _path_of(data):
        add(node)
    folder = cluster_folder(data)
    held = {name: (data / name).read_bytes().hex() for name in _GIVEN if (data / name).is_file()}
    return {
        "cluster": {name: (folder / name).read_text() for name in (ISSUER, ISSUER_KEY)},
        "files": held,
        "moving": membership.moving,
        "data": _path_of(data),
        "nodes": [
            {"address": each.address, "is_witness": each.is_witness}
            for each in membership.with_node(node).nodes
        ],
    }


def _path_of(data: Path) -> str:
    return str(data)


def _asked(address: str, expected: str, request: dict[str, Any]) -> dict[str, Any]:
    """The answer of the machine whose certificate has that fingerprint."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # known by its fingerprint
    try:
        with (
            socket.create_connection((address, JOIN_PORT), _TIMEOUT) as plain,
            context.wrap_socket(plain) as encrypted,
        ):
            shown = hashlib.sha256(encrypted.getpeercert(binary_form=True) or b"").hexdigest()
            if shown != expected:
                raise NotJoined(
                    f"{address} is not the machine that the token is of;"
                    " use what huntline cluster token prints there"
                )
            encrypted.sendall(json.dumps(request).encode() + b"\n")
            with encrypted.makefile("rb") as lines:
                answer: dict[str, Any] = json.loads(lines.readline(_LONGEST))
    except (OSError, ValueError) as error:
        raise NotJoined(
            f"{address} port {JOIN_PORT} cannot be asked ({error}); is huntline serve running there?"
        ) from None
    if "error" in answer:
        raise NotJoined(str(answer["error"]))
    return answer
