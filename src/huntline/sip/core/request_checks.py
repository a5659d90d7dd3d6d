"""What a server refuses before it looks at what is wished (RFC 3261 section 8.2)."""

from __future__ import annotations

from dataclasses import dataclass

from huntline.sip.core.context import CoreSettings
from huntline.sip.core.grammar import GrammarError, parse_uri
from huntline.sip.core.message import SDP, Request
from huntline.sip.core.replaces_header import replaces_in

_SCHEMES = ("sip", "sips", "tel")
# Methods of known extensions: not allowed here (405), while an unknown word is not implemented (501).
_KNOWN = """
    INVITE ACK CANCEL BYE OPTIONS REGISTER INFO PRACK UPDATE PUBLISH SUBSCRIBE NOTIFY REFER MESSAGE
"""
_KNOWN_METHODS = frozenset(_KNOWN.split())
_ACCEPTABLE = frozenset([SDP, "application/*", "*/*"])


@dataclass(frozen=True, slots=True)
class RequestRefusal:
    """The status and the headers that go with it."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()


def refusal_of(request: Request, settings: CoreSettings) -> RequestRefusal | None:
    """Why a request cannot be served at all, or None. ACK and CANCEL are not asked about."""
    return (
        _method_refusal(request, settings)
        or _uri_refusal(request)
        or _extension_refusal(request, settings)
        or _replaces_refusal(request)
        or (_content_refusal(request) if request.method in ("INVITE", "UPDATE") else None)
    )


def _method_refusal(request: Request, settings: CoreSettings) -> RequestRefusal | None:
    # 8.2.1: a method that is known but not served here gets 405, any other 501 (21.5.2).
    if request.method in settings.allow:
        return None
    return RequestRefusal(
        405 if request.method in _KNOWN_METHODS else 501, (("Allow", ", ".join(settings.allow)),)
    )


def _uri_refusal(request: Request) -> RequestRefusal | None:
    # 8.2.2.1: a scheme that is not understood gets 416; 19.1.1: no escaped headers in a Request-URI.
    try:
        uri = parse_uri(request.uri)
    except GrammarError:
        return RequestRefusal(400)
    if uri.scheme not in _SCHEMES:
        return RequestRefusal(416)
    return RequestRefusal(400) if uri.headers else None


def _extension_refusal(request: Request, settings: CoreSettings) -> RequestRefusal | None:
    # 8.2.2.3: what is required and not understood is listed in the 420.
    if request.header("require") is None and request.header("proxy-require") is None:
        return None
    required = request.all("require") + request.all("proxy-require")
    unsupported = [option for option in required if option.lower() not in settings.supported]
    return RequestRefusal(420, (("Unsupported", ", ".join(unsupported)),)) if unsupported else None


def _replaces_refusal(request: Request) -> RequestRefusal | None:
    try:
        replaces_in(request)
    except GrammarError:
        return RequestRefusal(400)
    return None


def _content_refusal(request: Request) -> RequestRefusal | None:
    # 8.2.3: only plain session descriptions are understood, and they must be welcome in return.
    if request.body and (
        request.content_type not in (SDP, None) or request.tokens("content-encoding") - {"", "identity"}
    ):
        return RequestRefusal(415, (("Accept", SDP), ("Accept-Encoding", "identity")))
    if request.header("accept") is not None:
        accepted = {media.partition(";")[0].strip().lower() for media in request.all("accept")}
        if not accepted & _ACCEPTABLE:
            return RequestRefusal(406, (("Accept", SDP),))
    return None
