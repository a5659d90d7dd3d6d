"""Offer and answer for one audio stream (RFC 3264), and telephone-events in it.

Plain RTP, encrypted by keys in the description, or encrypted as browsers do it, by what our own end is.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from typing import get_args

from huntline.sdp import codecs, crypto, security
from huntline.sdp.description import (
    Address,
    MediaDescription,
    SdpError,
    SessionDescription,
    parse,
    parse_address,
)
from huntline.sdp.session import Agreed, Direction, LocalAudio

_PTIME_MS = 20
_PTIMES_MS = range(1, 201)

_FOUND_BY_ICE = ("0.0.0.0", 9, "0.0.0.0", 9)  # noqa: S104 - as RFC 8839 writes it, not an address to bind

_RTCP = re.compile(r"([0-9]{1,5})(?: +(.*))?")
_MAY_SAY_HOLD = ("sendonly", "inactive", "0.0.0.0", "::", "0:0", "m=audio 0", "m=audio  ")  # noqa: S104
_MILLISECONDS = re.compile(r"([0-9]{1,4})(?:\.[0-9]*)?")

_DIRECTIONS: dict[str, Direction] = {name: name for name in get_args(Direction)}
_MIRRORED: dict[Direction, Direction] = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}
# A side that cannot receive (or does not want to listen) keeps only the right to send.
_WITHOUT_RECEIVING: dict[Direction, Direction] = {
    "sendrecv": "sendonly",
    "sendonly": "sendonly",
    "recvonly": "inactive",
    "inactive": "inactive",
}


def answer(offer_text: str, local: LocalAudio, hold: bool = False) -> tuple[str, Agreed]:
    """Our answer to an offer, and what is agreed by it; with ``hold`` we do not listen.

    The first audio line that we can speak is taken, all others are refused. Raises SdpError.
    """
    session = parse(offer_text)
    chosen, agreed = _choose_audio(session, local, is_answer=False)
    if hold:
        agreed = replace(agreed, direction=_WITHOUT_RECEIVING[agreed.direction])
    theirs = agreed.security
    lines = _session_lines(local, session.timing)
    if theirs is not None:
        lines += security.session_lines(theirs.mid if theirs.is_bundled else None)
    for media in session.media:
        if media is chosen:
            lines += _audio_lines(media.profile, local, agreed)
        else:
            lines += _refusal(media) + (security.refused_lines(media) if theirs is not None else [])
    return _text(lines), agreed


def offer(local: LocalAudio, prefer: Agreed | None = None, direction: Direction = "sendrecv") -> str:
    """Our offer: the codec of ``prefer`` first and G.711, and its payload type for telephone-events. Where
    the peer needs no G.711 the other codecs stand behind it."""
    formats = codecs.offer_lines(codecs.offered(local, prefer), prefer)
    ours = local.security
    lines = _session_lines(local, "0 0")
    if local.crypto is not None:
        lines += _media_lines(local.crypto.profile, local, formats, direction)
        return _text(lines + crypto.offer_lines(local.crypto))
    if ours is None:
        return _text(lines + _media_lines("RTP/AVP", local, formats, direction))
    lines += security.session_lines(ours.mid)
    lines += _media_lines(security.PROFILE, local, formats, direction)
    # RFC 8842 section 5.3: also when the roles are known, the offer leaves them to the answer.
    return _text(lines + security.media_lines(local, ours, ours.mid, "actpass"))


def accept(answer_text: str, local: LocalAudio) -> Agreed:
    """What is agreed by the peer's answer to our offer. Raises SdpError."""
    _, agreed = _choose_audio(parse(answer_text), local, is_answer=True)
    return agreed


def wants_dtls(offer_text: str) -> bool:
    """Whether the first audio line in use that we can speak is encrypted as browsers do it.

    Where we can speak none, the first of a kind of ours decides, and so which refusal is told. Raises
    SdpError, but need not find all that is wrong.
    """
    if not security.may_be_dtls(offer_text):
        return False
    session = parse(offer_text)
    ours = [media for media in _audio_in_use(session) if _is_of_our_kind(media)]
    chosen = next(filter(_has_codec, ours), ours[0] if ours else None)
    return chosen is not None and security.is_dtls(chosen)


def direction_of(sdp_text: str, answered_by: str | None = None) -> Direction:
    """What the peer says *it* does with the audio line that is used; ``inactive`` when there is none.

    That is the line which our answer ``answered_by`` took. Without one it is the first in use of a kind
    and codec of ours: in an answer to an offer of ours there is no other. Raises SdpError.
    """
    session = parse(sdp_text)
    media = _used_audio(session) if answered_by is None else _taken_audio(session, parse(answered_by))
    if media is None:
        return "inactive"
    # With ICE a null address says only that the path is not known yet (RFC 8839 section 4.2.1.3).
    connection = None if security.is_dtls(media) else media.connection or session.connection
    return _direction(session, media, parse_address(connection) if connection else None)


def is_hold(sdp_text: str, answered_by: str | None = None) -> bool:
    """Whether the peer does not listen, also in the old form of RFC 2543 (``c=IN IP4 0.0.0.0``).

    ``answered_by`` is our answer, where ``sdp_text`` is an offer. Raises SdpError, but need not find all that
    is wrong: most descriptions say nothing of the kind, and need not be read to know that.
    """
    lower = sdp_text.lower()
    if "m=audio" in lower and not any(sign in lower for sign in _MAY_SAY_HOLD):
        return False
    return direction_of(sdp_text, answered_by) in ("sendonly", "inactive")


def _audio_in_use(session: SessionDescription) -> list[MediaDescription]:
    return [
        media
        for media in session.media
        if media.kind.lower() == "audio" and not security.is_disabled(session, media)
    ]


def _is_of_our_kind(media: MediaDescription) -> bool:
    return security.is_dtls(media) or crypto.is_by_address(media)


def _has_codec(media: MediaDescription) -> bool:
    return codecs.has_one_of(media, codecs.G711 if security.is_dtls(media) else codecs.CLOCK_RATES)


def _used_audio(session: SessionDescription) -> MediaDescription | None:
    return next(
        (each for each in _audio_in_use(session) if _is_of_our_kind(each) and _has_codec(each)),
        None,
    )


def _taken_audio(offered: SessionDescription, answer: SessionDescription) -> MediaDescription | None:
    """RFC 3264 section 6: an answer has the lines of the offer in their order, port 0 where it refuses."""
    pairs = zip(offered.media, answer.media, strict=False)
    return next((theirs for theirs, ours in pairs if ours.port and ours.kind.lower() == "audio"), None)


def _choose_audio(
    session: SessionDescription, local: LocalAudio, *, is_answer: bool
) -> tuple[MediaDescription, Agreed]:
    """The first audio line that we can speak, of those with keys where we have some, too; else the refusal of
    the first one, which says most."""
    ours = local.crypto
    if ours is not None and not ours.is_required:
        with contextlib.suppress(SdpError):
            only_encrypted = replace(local, crypto=replace(ours, is_required=True))
            return _choose_line(session, only_encrypted, is_answer=is_answer)
    return _choose_line(session, local, is_answer=is_answer)


def _choose_line(
    session: SessionDescription, local: LocalAudio, *, is_answer: bool
) -> tuple[MediaDescription, Agreed]:
    refusal: SdpError | None = None
    for media in session.media:
        if media.kind.lower() != "audio":
            continue
        try:
            return media, _agree(session, media, local, is_answer=is_answer)
        except SdpError as error:
            refusal = refusal or error
    raise refusal or SdpError("the session description has no audio", 488)


def _agree(
    session: SessionDescription, media: MediaDescription, local: LocalAudio, *, is_answer: bool
) -> Agreed:
    if security.is_disabled(session, media):
        raise SdpError("the audio line is disabled (port 0)", 488)
    if local.security is None:
        return _agree_by_address(session, media, local, is_answer=is_answer)
    if not security.is_dtls(media):
        raise SdpError(
            f"the profile {media.profile[:40]} is not supported here, only {security.PROFILE}", 488
        )
    chosen = codecs.choose(media, local, is_answer=is_answer)
    return Agreed(
        *_FOUND_BY_ICE,
        codec=chosen.codec,
        payload_type=chosen.payload_type,
        event_payload_type=chosen.event_payload_type,
        others=chosen.others,
        direction=_MIRRORED[_direction(session, media, None)],
        ptime=_ptime(session, media),
        rtcp_mux=True,
        security=security.agree(session, media, local.security, is_answer=is_answer),
    )


def _agree_by_address(
    session: SessionDescription, media: MediaDescription, local: LocalAudio, *, is_answer: bool
) -> Agreed:
    if media.profile.upper() not in crypto.PROFILES:
        raise SdpError(f"the profile {media.profile[:40]} is not supported, only RTP/AVP and RTP/SAVP", 488)
    chosen = codecs.choose(media, local, is_answer=is_answer)
    connection = media.connection or session.connection
    if connection is None:
        raise SdpError("the audio has no c= line", 400)
    address = parse_address(connection)
    if not address.is_unspecified and address.version != local.ip_version:
        raise SdpError(f"the peer's media is on IPv{address.version}, ours is not", 488)
    rtcp_address, rtcp_port = _rtcp(session, media, address)
    return Agreed(
        address=str(address),
        port=media.port,
        rtcp_address=str(rtcp_address),
        rtcp_port=rtcp_port,
        codec=chosen.codec,
        payload_type=chosen.payload_type,
        event_payload_type=chosen.event_payload_type,
        others=chosen.others,
        direction=_MIRRORED[_direction(session, media, address)],
        ptime=_ptime(session, media),
        crypto=crypto.agree(media, local.crypto, is_answer=is_answer),
    )


def _direction(session: SessionDescription, media: MediaDescription, address: Address | None) -> Direction:
    """What the peer says it does; it cannot listen at a null address (RFC 3264 section 8.4)."""
    attributes = [*media.attributes, *session.attributes]
    stated = [_DIRECTIONS[name] for name, _ in attributes if name in _DIRECTIONS]
    said = stated[0] if stated else "sendrecv"
    return _WITHOUT_RECEIVING[said] if address is not None and address.is_unspecified else said


def _rtcp(session: SessionDescription, media: MediaDescription, address: Address) -> tuple[Address, int]:
    """Where the peer takes RTCP: the next port, unless a=rtcp says otherwise (RFC 3605)."""
    value = next((value for name, value in media.attributes if name == "rtcp"), "")
    if not value and len(session.media) == 1:
        # It belongs to a line; where there is one only, it is known whose it is above that, too.
        value = next((value for name, value in session.attributes if name == "rtcp"), "")
    match = _RTCP.fullmatch(value)
    if match is None or int(match[1]) not in range(1, 65_536):
        if media.port == 65_535:
            raise SdpError("port 65535 leaves no port for RTCP", 488)
        return address, media.port + 1
    try:
        stated = parse_address(match[2]) if match[2] else address
    except SdpError:
        # Reports may get lost; a call is not refused for them.
        stated = address
    return (stated if stated.version == address.version else address), int(match[1])


def _ptime(session: SessionDescription, media: MediaDescription) -> int:
    """The packet length that the peer asks for, in ms, within its maximum; the line's own word goes last."""
    asked, at_most = _PTIME_MS, _PTIMES_MS[-1]
    for name, value in (*session.attributes, *media.attributes):
        match = _MILLISECONDS.fullmatch(value) if name in ("ptime", "maxptime") else None
        if match is None or int(match[1]) not in _PTIMES_MS:
            continue
        if name == "ptime":
            asked = int(match[1])
        else:
            at_most = int(match[1])
    return min(asked, at_most)


def _session_lines(local: LocalAudio, timing: str) -> list[str]:
    # RFC 3264 section 6: the answer's t= line equals the offer's.
    connection = f"IN IP{local.ip_version} {local.address}"
    return [
        "v=0",
        f"o=- {local.session_id} {local.version} {connection}",
        "s=-",
        f"c={connection}",
        f"t={timing}",
    ]


def _audio_lines(profile: str, local: LocalAudio, agreed: Agreed) -> list[str]:
    lines = _media_lines(profile, local, codecs.answer_lines(agreed), agreed.direction)
    if agreed.crypto is not None:
        lines += crypto.answer_lines(agreed.crypto)
    if agreed.security is not None and local.security is not None:
        lines += security.media_lines(local, local.security, agreed.security.mid, agreed.security.role)
    return lines


def _media_lines(
    profile: str,
    local: LocalAudio,
    formats: tuple[list[int], list[str]],
    direction: Direction,
) -> list[str]:
    numbers, lines = formats
    first = f"m=audio {local.port} {profile} {' '.join(map(str, numbers))}"
    return [first, *lines, f"a=ptime:{_PTIME_MS}", f"a={direction}"]


def _refusal(media: MediaDescription) -> list[str]:
    # RFC 3264 section 6: a refused stream keeps its place, with port 0 and at least one format.
    return [f"m={media.kind} 0 {media.profile} {media.formats[0]}"]


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)
