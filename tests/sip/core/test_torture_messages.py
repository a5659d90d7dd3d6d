"""The messages of RFC 4475 against the core, with a user that only challenges, finds and does not find."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sip.core.desk import TCP, UDP, Desk

from huntline.sip.core.events import InviteReceived, InviteRefused, RequestReceived
from huntline.sip.core.flow import Flow
from huntline.sip.core.framing import FramingError, StreamFramer
from huntline.sip.core.grammar import parse_address, parse_uri
from huntline.sip.core.message import Request, Response, parse_message

MESSAGES = Path(__file__).parents[2] / "data" / "rfc4475"

# What the RFC asks of a server, as final statuses of our core with the user below; () is silence.
EXPECTED: dict[str, tuple[int, ...]] = {
    # 3.1.1: valid, however strange: served like any other request
    "wsinv": (404,),
    "intmeth": (501,),
    "esc01": (404,),
    "escnull": (401,),
    "esc02": (501,),
    "lwsdisp": (200,),
    "longreq": (404,),
    "dblreq": (401,),
    "semiuri": (200,),
    "transports": (200,),
    "mpart01": (405,),
    "unreason": (),
    "noreason": (),
    # 3.1.2: invalid: refused, or read kindly where no harm can come of it
    "badinv01": (400,),
    "clerr": (400,),
    "ncl": (400,),
    "scalar02": (400,),
    "scalarlg": (),
    "quotbal": (400,),
    "ltgtruri": (400,),
    "lwsruri": (400,),
    "lwsstart": (400,),
    "trws": (400,),
    "escruri": (400,),
    "baddate": (404,),
    "regbadct": (401,),
    "badaspec": (400,),
    "baddn": (200,),
    "badvers": (505,),
    "mismatch01": (400,),
    "mismatch02": (400,),
    "bigcode": (),
    # 3.2: transaction layer
    "badbranch": (200,),
    # 3.3: application layer
    "insuf": (400,),
    "unkscm": (416,),
    "novelsc": (416,),
    "unksm2": (401,),
    "bext01": (420,),
    "invut": (415,),
    "regaut01": (401,),
    "multi01": (400,),
    "mcl01": (400,),
    "bcast": (),
    "zeromf": (200,),
    "cparam01": (401,),
    "cparam02": (401,),
    "regescrt": (401,),
    "sdp01": (406,),
    # 3.4: RFC 2543
    "inv2543": (404,),
}


def read(name: str) -> bytes:
    return (MESSAGES / f"{name}.dat").read_bytes()


def request(name: str) -> Request:
    message = parse_message(read(name))
    assert isinstance(message, Request)
    return message


def answer_minimally(desk: Desk) -> None:
    for event in desk.events():
        match event:
            case InviteReceived(leg_id, _, _, _):
                desk.core.reject(leg_id, 404, desk.now)
            case RequestReceived(transaction_id, asked, _):
                status = 401 if asked.method == "REGISTER" else 200
                desk.core.respond(transaction_id, status, desk.now)
            case InviteRefused():
                pass  # has its answer
            case _:
                raise AssertionError(event)


def final_answers(desk: Desk, data: bytes, flow: Flow = UDP) -> list[bytes]:
    """The final responses as bytes: what copies a broken header cannot be parsed again."""
    desk.core.receive(data, flow, desk.now)
    answer_minimally(desk)
    sends = desk.core.take_output()
    hosts = {send.flow.remote[0] for send in sends}
    assert hosts <= {flow.remote[0]}, "answers go to where the request came from"
    assert all(send.data.startswith(b"SIP/2.0 ") for send in sends), "only responses are sent"
    return [send.data for send in sends if not send.data.startswith(b"SIP/2.0 1")]


def statuses(answers: list[bytes]) -> tuple[int, ...]:
    return tuple(int(answer.split(b" ", 2)[1]) for answer in answers)


def only_response(name: str) -> Response:
    (answer,) = final_answers(Desk(), read(name))
    response = parse_message(answer)
    assert isinstance(response, Response)
    return response


def test_every_message_of_the_rfc_is_here() -> None:
    assert {path.stem for path in MESSAGES.glob("*.dat")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_message_gets_what_the_rfc_asks_for(name: str) -> None:
    desk = Desk()
    assert statuses(final_answers(desk, read(name))) == EXPECTED[name]
    assert desk.core.leg_count == 0
    desk.wait(200)
    assert desk.core.transaction_count == 0
    assert desk.core.next_deadline() is None


@pytest.mark.parametrize("name", EXPECTED)
def test_message_on_a_stream_gets_the_same_or_closes_the_connection(name: str) -> None:
    framer, desk = StreamFramer(), Desk(TCP)
    try:
        frames = framer.feed(read(name))
    except FramingError:
        assert name in ("ncl", "mcl01")
        return
    messages = [frame for frame in frames if isinstance(frame, bytes)]
    got = statuses([answer for message in messages for answer in final_answers(desk, message, TCP)])
    if name == "clerr":
        assert got == (), "the rest of the body may still come"
    elif name == "dblreq":
        assert got == (401, 404), "on a stream the second request is a message of its own"
    else:
        assert got == EXPECTED[name]


def test_answers_copy_what_the_request_has() -> None:
    response = only_response("lwsdisp")
    asked = request("lwsdisp")
    for name in ("call-id", "cseq", "from"):
        assert response.header(name) == asked.header(name)
    assert response.to_tag


def test_answer_to_a_request_without_identity_has_only_its_via() -> None:
    (answer,) = final_answers(Desk(), read("insuf"))
    assert b"\r\nVia: SIP/2.0/UDP 192.0.2.95" in answer
    assert b"\r\nTo:" not in answer


def test_refusals_say_what_would_be_welcome() -> None:
    assert only_response("bext01").all("unsupported") == [
        "nothingSupportsThis",
        "nothingSupportsThisEither",
        "noProxiesSupportThis",
        "norDoAnyProxiesSupportThis",
    ]
    assert only_response("invut").header("accept") == "application/sdp"
    assert "invite" in only_response("intmeth").tokens("allow")


def test_escapes_are_the_users_business_and_never_change_the_kind_of_a_uri() -> None:
    uri = parse_uri(request("esc01").uri)
    assert (uri.scheme, uri.user, uri.host) == ("sip", "sips:user@example.com", "example.net")


def test_nul_in_a_contact_does_not_cut_it() -> None:
    users = [parse_address(contact).uri.user for contact in request("escnull").all("contact")]
    assert users == ["\0", "\0\0"]


def test_semicolons_in_a_user_are_no_parameters() -> None:
    uri = parse_uri(request("semiuri").uri)
    assert (uri.user, uri.host, uri.parameters) == ("user;par=u@example.net", "example.com", {})


def test_contact_parameters_belong_where_they_stand() -> None:
    outside = parse_address(request("cparam01").all("contact")[0])
    inside = parse_address(request("cparam02").all("contact")[0])
    assert (outside.parameters, outside.uri.parameters) == ({"unknownparam": None}, {})
    assert (inside.parameters, inside.uri.parameters) == ({}, {"unknownparam": None})


def test_octets_behind_the_content_length_of_a_datagram_are_not_read() -> None:
    assert b"INVITE" not in request("dblreq").body


def test_empty_branch_does_not_make_two_callers_one() -> None:
    desk = Desk()
    first = read("badbranch")
    second = first.replace(b"33242", b"99999").replace(b"badbranch.", b"other.")
    assert len(final_answers(desk, first)) == 1
    assert len(final_answers(desk, second)) == 1


def test_nothing_is_ever_sent_to_an_address_from_a_via() -> None:
    desk = Desk()
    desk.receive(read("bcast"))
    assert desk.wait(100) == []
