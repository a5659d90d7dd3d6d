"""A core that only remembers answers and requests."""

from __future__ import annotations

import os

from huntline.sip.core.context import Context, CoreSettings
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.events import ResponseReceived
from huntline.sip.core.flow import Flow
from huntline.sip.core.message import Response, build_response, parse_message
from tests.fakes.messages import request
from tests.fakes.responder import FakeResponder


class FakeNotifier(FakeResponder):
    """Keeps the requests that go out, too."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[OutgoingRequest] = []
        self._answered = 0

    def contact(self, user: str, flow: Flow) -> str:
        return Context(CoreSettings(), os.urandom).contact(user, flow)

    def tag_for(self, transaction_id: str) -> str:
        return f"tag-{transaction_id}"

    def send_request(self, request: OutgoingRequest, now: float) -> str:
        self.sent.append(request)
        return f"r{len(self.sent)}"

    def unanswered(self) -> list[str]:
        """The ids of requests that this was not asked about yet."""
        first, self._answered = self._answered, len(self.sent)
        return [f"r{number}" for number in range(first + 1, len(self.sent) + 1)]


def answer_to(request_id: str, status: int) -> ResponseReceived:
    """The peer answers."""
    response = parse_message(
        build_response(request("NOTIFY"), status, to_tag="x", source=("127.0.0.1", 40000))
    )
    assert isinstance(response, Response)
    return ResponseReceived(request_id, response)


def header(message: OutgoingRequest, name: str) -> str:
    """The first value of a header of a request."""
    return next(value for key, value in message.headers if key == name)
