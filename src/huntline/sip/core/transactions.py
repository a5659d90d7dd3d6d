"""All transactions of a core: matching what comes in, keeping what goes out (RFC 3261 section 17)."""

from __future__ import annotations

import re
from collections.abc import Callable

from huntline.sip.core.client_transaction import (
    ClientTransaction,
    Handler,
    InviteClientTransaction,
    NonInviteClientTransaction,
    client_key,
)
from huntline.sip.core.context import Context
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg_record import ClientTransactionRecord, ServerTransactionRecord
from huntline.sip.core.message import Request, RequestHead, Response, parse_message
from huntline.sip.core.server_transaction import (
    InviteServerTransaction,
    NonInviteServerTransaction,
    ServerTransaction,
    merge_key,
    server_key,
)

# A request of ours as it is written: its own Via comes first, and the branch ends that.
_OWN_REQUEST = re.compile(rb"([A-Z]+) [^\r\n]*\r\nVia: [^\r\n]*;branch=([^\s;,]+)\r\n")


class Transactions:
    """The table of living transactions."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clients: dict[str, ClientTransaction] = {}
        self._servers: dict[str, ServerTransaction] = {}
        self._merge_keys: dict[tuple[str, str | None, int, str], str] = {}
        self._owned: dict[str, dict[str, ClientTransaction | ServerTransaction]] = {}

    def __len__(self) -> int:
        return len(self._clients) + len(self._servers)

    def send_invite(
        self, head: RequestHead, data: bytes, flow: Flow, handler: Handler, now: float, owner: str = ""
    ) -> InviteClientTransaction:
        """Send an INVITE; responses and failures come to the handler."""
        transaction = InviteClientTransaction(
            self._context, head, data, flow, handler, self._forget_client, owner
        )
        self._add_client(transaction)
        transaction.start(now)
        return transaction

    def send(
        self, head: RequestHead, data: bytes, flow: Flow, handler: Handler, now: float, owner: str = ""
    ) -> NonInviteClientTransaction:
        """Send any other request but ACK; responses and failures come to the handler."""
        transaction = NonInviteClientTransaction(
            self._context, head, data, flow, handler, self._forget_client, owner
        )
        self._add_client(transaction)
        transaction.start(now)
        return transaction

    def receive_response(self, response: Response, now: float) -> None:
        """Give a response to its transaction; strays are dropped (RFC 6026 section 8.2 for 2xx)."""
        transaction = self._clients.get(client_key(response.top_via.branch, response.cseq.method))
        if transaction is not None:
            transaction.receive(response, now)

    def find(self, request: Request) -> ServerTransaction | None:
        """The transaction of a repeated request or of an ACK."""
        method = "INVITE" if request.method == "ACK" else request.method
        return self._servers.get(server_key(request, method))

    def find_cancelled(self, cancel: Request) -> InviteServerTransaction | None:
        """The INVITE that a CANCEL means (section 9.2)."""
        transaction = self._servers.get(server_key(cancel, "INVITE"))
        return transaction if isinstance(transaction, InviteServerTransaction) else None

    def server(self, transaction_id: str | None) -> ServerTransaction | None:
        """The server transaction of that id."""
        return None if transaction_id is None else self._servers.get(transaction_id)

    def is_merged(self, request: Request) -> bool:
        """Whether the same request already came here by another way (section 8.2.2.2)."""
        return request.to_tag is None and merge_key(request) in self._merge_keys

    def open_invite(self, request: Request, flow: Flow) -> InviteServerTransaction:
        """Begin the transaction of a new INVITE."""
        transaction = InviteServerTransaction(
            self._context, server_key(request, "INVITE"), request, flow, self._forget_server
        )
        self._open(transaction)
        return transaction

    def open(self, request: Request, flow: Flow) -> NonInviteServerTransaction:
        """Begin the transaction of any other new request."""
        transaction = NonInviteServerTransaction(
            self._context, server_key(request, request.method), request, flow, self._forget_server
        )
        self._open(transaction)
        return transaction

    # Those of a leg

    def own(self, transaction: ServerTransaction, owner: str) -> None:
        """The transaction belongs to the leg with this tag of ours."""
        transaction.owner = owner
        self._owned.setdefault(owner, {})[transaction.key] = transaction
        self._context.changed.add(owner)

    def records_of(
        self, owner: str
    ) -> tuple[tuple[ServerTransactionRecord, ...], tuple[ClientTransactionRecord, ...]]:
        """Records of the requests to a leg that may come again, or whose response may be missed; and of a
        leg's own requests whose responses matter."""
        servers, clients = [], []
        for each in self._owned.get(owner, {}).values():
            if isinstance(each, ServerTransaction):
                if (server := each.record()) is not None:
                    servers.append(server)
            elif (client := each.record()) is not None:
                clients.append(client)
        return tuple(servers), tuple(clients)

    def servers(self, owner: str) -> list[ServerTransaction]:
        """A leg's server transactions."""
        return [each for each in self._owned.get(owner, {}).values() if isinstance(each, ServerTransaction)]

    def fail(self, owner: str, now: float) -> None:
        """Nothing that a leg asks reaches its peer."""
        for each in list(self._owned.get(owner, {}).values()):
            if isinstance(each, ClientTransaction):
                each.flow_failed(now)

    def move(self, owner: str, flow: Flow, now: float) -> None:
        """A leg's peer is reached by another flow."""
        for each in list(self._owned.get(owner, {}).values()):
            if isinstance(each, ClientTransaction):
                each.move(flow, now)
            else:
                each.flow = flow

    def limit_waits(self, owner: str, deadline: float) -> None:
        """Nobody may answer a leg's INVITEs any more: those that have no final response end by then."""
        for each in list(self._owned.get(owner, {}).values()):
            if isinstance(each, InviteClientTransaction):
                each.limit_wait(deadline)

    def restore_client(
        self,
        record: ClientTransactionRecord,
        owner: str,
        handler_of: Callable[[RequestHead], Handler],
        now: float,
    ) -> None:
        """Go on with a request of a leg; who takes its responses is found by what it asks."""
        head = RequestHead.read(record.data)
        kind = InviteClientTransaction if head.method == "INVITE" else NonInviteClientTransaction
        transaction = kind(
            self._context, head, record.data, record.flow, handler_of(head), self._forget_client, owner
        )
        self._add_client(transaction)
        transaction.restore(record, now)

    def restore_server(self, record: ServerTransactionRecord, owner: str, now: float) -> None:
        """Go on with a request to a leg."""
        request = parse_message(record.request)
        assert isinstance(request, Request)
        begin = self.open_invite if request.method == "INVITE" else self.open
        transaction = begin(request, record.source)
        self.own(transaction, owner)
        transaction.restore(record, now)

    def client(self, transaction_id: str | None) -> ClientTransaction | None:
        """The client transaction of that key."""
        return None if transaction_id is None else self._clients.get(transaction_id)

    def _add_client(self, transaction: ClientTransaction) -> None:
        self._clients[transaction.key] = transaction
        if transaction.owner:
            self._owned.setdefault(transaction.owner, {})[transaction.key] = transaction

    def _disown(self, transaction: ClientTransaction | ServerTransaction) -> None:
        owned = self._owned.get(transaction.owner)
        if owned is not None:
            owned.pop(transaction.key, None)
            if not owned:
                del self._owned[transaction.owner]

    def flow_failed(self, flow: Flow, now: float) -> None:
        """Fail every client transaction on a flow that is gone."""
        for transaction in [each for each in self._clients.values() if each.flow == flow]:
            transaction.flow_failed(now)

    def undelivered(self, data: bytes, remote: tuple[str, int], now: float) -> None:
        """Fail the client transaction whose request did not arrive, unless its peer has been heard.

        ``data`` is the beginning of the datagram; where it is too short, all requests to the peer are meant.
        """
        for transaction in self._sent_as(data) or self._sent_to(data, remote):
            if transaction.is_unheard and not transaction.flow.transport.is_reliable:
                transaction.flow_failed(now)

    def _sent_as(self, data: bytes) -> list[ClientTransaction]:
        match = _OWN_REQUEST.match(data)
        key = client_key(match[2].decode("ascii", "replace"), match[1].decode()) if match else ""
        return [self._clients[key]] if key in self._clients else []

    def _sent_to(self, data: bytes, remote: tuple[str, int]) -> list[ClientTransaction]:
        if data.startswith(b"SIP/") or b"branch=" in data:
            return []  # a response, or a request that nobody waits for any more
        return [each for each in self._clients.values() if each.flow.remote == remote]

    def _open(self, transaction: ServerTransaction) -> None:
        self._servers[transaction.key] = transaction
        request = transaction.request
        if request.to_tag is None:
            self._merge_keys.setdefault(merge_key(request), transaction.key)

    def _forget_client(self, transaction: ClientTransaction) -> None:
        self._clients.pop(transaction.key, None)
        self._disown(transaction)

    def _forget_server(self, transaction: ServerTransaction) -> None:
        self._servers.pop(transaction.key, None)
        self._disown(transaction)
        request = transaction.request
        if request.to_tag is None and self._merge_keys.get(merge_key(request)) == transaction.key:
            del self._merge_keys[merge_key(request)]
