"""SIP requests as phones write them."""

from __future__ import annotations

from huntline.sip.core.message import Request, parse_message


def request_bytes(
    method: str,
    uri: str = "sip:contoso.com",
    *headers: str,
    sender: str = "sip:amal@contoso.com",
    to: str | None = None,
    call_id: str = "c1",
    cseq: int = 1,
    via: str = "SIP/2.0/UDP 127.0.0.1:5099",
    branch: str | None = None,
    body: bytes = b"",
) -> bytes:
    """One whole request; ``headers`` are complete lines."""
    lines = [
        f"{method} {uri} SIP/2.0",
        f"Via: {via};rport;branch={branch or f'z9hG4bK-{call_id}-{cseq}'}",
        "Max-Forwards: 70",
        f"From: <{sender}>;tag=f1",
        f"To: <{to or sender}>",
        f"Call-ID: {call_id}",
        f"CSeq: {cseq} {method}",
        *headers,
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def request(method: str, uri: str = "sip:contoso.com", *headers: str, **fields: object) -> Request:
    """The same, parsed; see ``request_bytes``."""
    message = parse_message(request_bytes(method, uri, *headers, **fields))  # type: ignore[arg-type]
    assert isinstance(message, Request)
    return message
