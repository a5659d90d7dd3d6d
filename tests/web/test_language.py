"""Which language the API answers in, and that all sentences are in it (web)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime
from typing import Any, get_type_hints

import httpx
import pytest
from pydantic import BaseModel, PlainSerializer

from huntline.cli.api_client import Api, ApiRefused
from huntline.directory.access import Role
from huntline.engine.model import Outcome
from huntline.engine.reason_data import as_data
from huntline.engine.reasons import Cause, Count, NobodyFree, Obstacle, Paused, WrapUp
from huntline.web.api.check import FindingView
from huntline.web.app import LONGEST_BODY
from huntline.web.health import Fault
from huntline.web.language import preferred, said
from huntline.web.paths import API_PATH, DESCRIPTION_PATH
from tests.languages.sentences import english_in
from tests.web.past import Past
from tests.web.rig import E5_USER, ServerRig, refusal_of
from tests.web.signalling import FakeSignalling, signalling
from tests.web.sounds import wav

WRAP_UP = WrapUp(datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("FR", "fr"),
        ("fr-CA", "fr"),
        ("fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("de,fr;q=0.5", "fr"),
        ("de,fr;q=0.5,en;q=0.6", "en"),
        ("de", "en"),
        ("*", "en"),
        ("de, *;q=0.1", "en"),
        ("en;q=0, *", "fr"),
        ("fr;q=0, *", "en"),
        ("fr;q=0", "en"),
        ("en;q=0", "en"),
        ("en;q=0.5, *;q=0.8", "fr"),
        ("fr, en", "fr"),
        ("en, fr", "en"),
        ("fr ; Q=1.000", "fr"),
        ("fr;q=2, en;q=0.1", "en"),
        ("fr;q=0.1234, en;q=0.001", "en"),
        ("fr;level=1", "en"),
        (",;,=;q=,fr", "fr"),
        ("français", "en"),
    ],
)
def test_the_browser_says_what_is_preferred(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


def answer(rig: ServerRig, path: str, **arguments: Any) -> httpx.Response:
    """Any answer as it goes over the wire."""

    async def story() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=rig.app), base_url="http://huntline"
        ) as client:
            return await client.request(arguments.pop("method", "GET"), path, **arguments)

    return asyncio.run(story())


FRENCH = {"Accept-Language": "fr-CA, fr;q=0.9"}


@pytest.mark.parametrize(
    ("query", "headers", "language"),
    [
        ("", {}, "en"),
        ("", FRENCH, "fr"),
        ("?language=fr", {}, "fr"),
        ("?language=en", FRENCH, "en"),
        ("?language=fr", {"Accept-Language": "en"}, "fr"),
    ],
)
def test_a_query_goes_before_the_header_and_the_answer_says_its_language(
    rig: ServerRig, query: str, headers: dict[str, str], language: str
) -> None:
    refused = answer(rig, f"{API_PATH}/users{query}", headers=headers)
    assert (refused.status_code, refused.headers["Content-Language"]) == (401, language)
    assert refused.headers["Vary"] == "Accept-Language"
    assert refused.json()["title"] == {"en": "Not signed in", "fr": "Non connecté"}[language]
    assert bool(english_in(refused.json()["detail"].partition(", ")[2])) == (language == "en")


def test_a_language_that_there_is_not_is_refused_in_the_one_that_is_preferred(rig: ServerRig) -> None:
    headers = FRENCH | {"Authorization": f"Bearer {rig.key()}"}
    problem = answer(rig, f"{API_PATH}/users?language=de", headers=headers).json()
    assert (problem["status"], problem["field"]) == (422, "language")
    assert problem["allowed"] == "doit être l’une de ces valeurs\u00a0: en, fr"


@pytest.mark.parametrize(
    ("path", "arguments", "status"),
    [
        ("/nowhere", {}, 404),
        ("/users", {"method": "DELETE"}, 405),
        ("/users", {"method": "POST", "content": b"{"}, 422),
        ("/users", {"method": "POST", "content": bytes(LONGEST_BODY + 1)}, 413),
        ("/users?limit=0", {}, 422),
        ("/users?limit=many", {}, 422),
        ("/users?limit=1001", {}, 422),
        (f"/users?search={'x' * 201}", {}, 422),
        ("/calls?outcome=lost", {}, 422),
        ("/calls?min_wait_s=nan", {}, 422),
        ("/calls?from=now", {}, 422),
        ("/users", {"method": "POST", "json": []}, 422),
        ("/users", {"method": "POST", "json": {"upn": 7, "colour": 1}}, 422),
        ("/audio", {"method": "POST", "files": {"other": b"x"}}, 422),
        ("/audio", {"method": "POST", "data": {"file": "x"}}, 422),
        ("/imports/users", {"method": "POST", "content": b"upn\n\xff"}, 422),
        ("/imports/users", {"method": "POST", "content": b'upn\n"a'}, 422),
        ("/imports/users", {"method": "POST", "content": b"upn,colour\na,b,c"}, 422),
        ("/imports/users", {"method": "POST", "content": b"upn,homed\na,b,c\n,x\na@contoso.com,mars"}, 422),
        ("/live", {}, 503),
    ],
)
def test_whatever_is_refused_is_refused_in_french(
    rig: ServerRig, path: str, arguments: dict[str, Any], status: int
) -> None:
    headers = FRENCH | {"Authorization": f"Bearer {rig.key()}"}
    if path == "/users" and "content" in arguments:
        headers |= {"Content-Type": "application/json"}
    refused = answer(rig, API_PATH + path, headers=headers, **arguments)
    assert (refused.status_code, refused.headers["Content-Language"]) == (status, "fr")
    problem = refused.json()
    detail = problem["detail"].removeprefix(f"{problem['field']}\u00a0: ")
    sentences = [detail, problem["title"], *(each["allowed"] for each in problem["errors"])]
    sentences += [each["allowed"] for line in problem.get("lines", ()) for each in line["problems"]]
    assert [sentence for sentence in sentences if english_in(sentence)] == []


def test_what_holds_no_sentences_has_no_language(rig: ServerRig) -> None:
    headers = FRENCH | {"Authorization": f"Bearer {rig.key()}"}
    for path in ("/healthz", DESCRIPTION_PATH, f"{API_PATH}/calls.csv"):
        found = answer(rig, path, headers=headers)
        assert "Content-Language" not in found.headers, path
        assert "Vary" not in found.headers, path


def test_every_route_of_the_api_is_described_with_the_language(rig: ServerRig) -> None:
    for path, operations in rig.api().get("/openapi.json")["paths"].items():
        for operation in operations.values():
            names = [each["name"] for each in operation.get("parameters", ())]
            assert (names.count("language") == 1) == path.startswith(API_PATH), path


def test_findings_come_in_the_language_that_the_browser_prefers(rig: ServerRig) -> None:
    api = rig.api()
    api.post("/queues", {"name": "Help Desk"})
    texts = [each["text"] for each in api.request("GET", "/check", headers=FRENCH)["items"]]
    assert any("ajoutez des agents" in text for text in texts)
    assert [text for text in texts if english_in(text)] == []
    assert "\u00a0: 20 minutes dans Help Desk" in texts[-1]


@pytest.fixture
def past(rig: ServerRig) -> Api:
    """The API of a server where a call was decided about and ended, long before anybody read it."""
    api = rig.api()
    amal, bao = (
        api.post("/users", {"upn": f"{name}@contoso.com", **E5_USER})["id"] for name in ("amal", "bao")
    )
    queue = {"name": "Help Desk", "agents": ["amal@contoso.com", "bao@contoso.com"]}
    desk = api.post("/queues", queue)["id"]
    with Past(rig) as past:
        past.call("c1", desk, wait=30, outcome=Outcome.ABANDONED)
        past.ring("c1", desk, amal, lasting=5, outcome="declined")
        past.decision("c1", desk, amal, "rung", Cause.ALL_AVAILABLE)
        past.decision("c1", desk, bao, "not rung", WRAP_UP)
        counts = (Count(Obstacle.WRAP_UP, 1), Count(Obstacle.BEING_RUNG, 1))
        past.decision("c1", desk, None, "waits", NobodyFree(counts))
    return api


def test_calls_of_the_past_are_explained_in_french(past: Api) -> None:
    assert past.get("/calls", language="fr")["items"][0]["reason"] == "l’appelant a raccroché"
    assert past.get("/calls", language="en")["items"][0]["reason"] == "the caller hung up"
    found = past.get("/calls/c1/decisions", language="fr")["decisions"]
    assert [each["reason"] for each in found] == [
        "tous les agents disponibles sont appelés",
        "en post-appel jusqu’à 10:42:07",
        "personne ne peut être appelé\u00a0: en post-appel (1), en train d’être appelé (1)",
    ]
    assert [each["decision"] for each in found] == ["rung", "not rung", "waits"]  # for programs


def test_answers_to_why_are_in_french(past: Api) -> None:
    def why(agent: str) -> str:
        path = "/calls/c1/decisions"
        answered: str = past.get(path, agent=f"{agent}@contoso.com", language="fr")["answer"]
        return answered

    assert why("amal").startswith("amal\u00a0: appelé à 12:00:")
    assert ", a refusé à 12:00:" in why("amal")
    assert why("bao").startswith("bao\u00a0: non appelé à partir de 12:00:")
    assert why("bao").endswith("\u00a0: en post-appel jusqu’à 10:42:07")


def test_reports_name_their_formulas_in_french(past: Api) -> None:
    levels = past.get("/reports/service-level", language="fr")["service_levels"]
    assert [each["formula"] for each in levels] == [
        "répondus à temps / présentés",
        "répondus à temps / répondus",
        "(répondus à temps + abandonnés à temps) / (répondus + abandonnés)",
    ]


def test_warnings_and_what_is_missing_are_in_french(rig: ServerRig) -> None:
    api = rig.api()
    api.post("/numbers", {"number": "+18005550100", "kind": "service-toll"})
    api.post("/users", {"upn": "sam@contoso.com"})
    api.request("POST", "/audio", files={"file": ("quiet.wav", wav(seconds=0.2, level=0.001))})
    api.post("/queues", {"name": "Help Desk", "allow_opt_out": False, "groups": []})
    (number,) = api.items("/numbers", language="fr")
    assert number["warnings"]
    (user,) = api.items("/users", language="fr")
    assert len(user["missing_for_calls"]) == 2
    audio = api.get("/audio/quiet.wav", language="fr")
    assert "est très court (0,20\u00a0s)" in audio["warnings"]
    caller_id = api.get("/users/sam@contoso.com/caller-id", language="fr")
    said_so = [*number["warnings"], *user["missing_for_calls"], *audio["warnings"], caller_id["reason"]]
    assert [sentence for sentence in said_so if english_in(sentence)] == []


def test_the_audit_keeps_values_and_notes_in_french(rig: ServerRig) -> None:
    api = rig.api()
    api.post("/queues", {"name": "Help Desk"})
    api.patch("/queues/Help Desk", {"max_wait": 47})
    (entry,) = api.items("/audit", field="max_wait", language="fr")
    assert (entry["after"], entry["note"]) == ("45", "arrondi de 47 aux 15 secondes les plus proches")


def test_agents_are_told_in_french_what_they_do_and_may_not(rig: ServerRig) -> None:
    admin = rig.api()
    amal = admin.post("/users", {"upn": "amal@contoso.com", **E5_USER})["id"]
    queue = {"name": "Help Desk", "agents": ["amal@contoso.com"], "allow_opt_out": False}
    desk = admin.post("/queues", queue)["id"]
    mine = rig.api(Role.AGENT, user_id=amal)
    refused = "Help Desk ne permet pas à ses agents de se retirer"
    with signalling(rig) as fake:
        fake.snapshot["agents"] = [fake.agent(amal, "amal@contoso.com", desk, why=as_data(Paused("lunch")))]
        assert mine.get("/me", language="fr")["queues"][0]["reason"] == refused
        assert mine.get("/me", language="fr")["now"]["agent"]["reason"] == "en pause\u00a0: lunch"
        assert admin.get("/live", language="fr")["agents"][0]["reason"] == "en pause\u00a0: lunch"
        assert next(admin.items("/agents", language="fr"))["reason"] == "en pause\u00a0: lunch"
    with pytest.raises(ApiRefused) as refusal:
        mine.put("/me/queues/Help Desk", {"opted_out": True}, language="fr")
    assert refusal.value.problem["detail"] == refused


def test_a_stream_keeps_its_language_to_its_end(rig: ServerRig) -> None:
    key = rig.key()

    async def story() -> list[dict[str, Any]]:
        fake = FakeSignalling(rig)
        fake.snapshot["agents"] = [fake.agent("a1", "amal@contoso.com", "q1", why=as_data(Cause.OPTED_OUT))]
        await fake.server.start()
        told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        is_over = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await is_over.wait()
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            for line in message.get("body", b"").decode().splitlines():
                if line.startswith("data: "):
                    told.put_nowait(json.loads(line.removeprefix("data: ")))

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "path": f"{API_PATH}/live/events",
            "query_string": b"",
            "headers": [
                (b"authorization", f"Bearer {key}".encode()),
                (b"accept-language", b"fr"),
            ],
        }
        stream = asyncio.create_task(rig.app(scope, _body_first(receive), send))
        async with asyncio.timeout(10):
            snapshot = await told.get()
            agent = fake.agent("a1", "amal@contoso.com", "q1", why=as_data(WRAP_UP))
            fake.server.publish(fake.news(agents=[agent]))
            change = await told.get()
            is_over.set()
            await stream
        await fake.server.close()
        return [snapshot, change]

    reasons = [news["agents"][0]["reason"] for news in asyncio.run(story())]
    assert reasons == ["désinscrit de la file d’attente", "en post-appel jusqu’à 10:42:07"]


def _body_first(receive: Any) -> Any:
    bodies = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def received() -> Any:
        return next(bodies, None) or await receive()

    return received


SENTENCES = {"allowed", "answer", "detail", "formula", "note", "reason", "text", "title", "warnings"}
WITH_WHY = ("CallView", "CallDetails", "RingView", "DecisionView", "LiveAgent")
IN_LANGUAGE_ALREADY = {
    ("CallDecisions", "answer"),
    (FindingView.__name__, "text"),
    (Fault.__name__, "detail"),  # for those who watch the server; pages have words of their own
    *((view, "reason") for view in WITH_WHY),
}


def _views() -> Iterator[type[BaseModel]]:
    """Everything that routes answer with."""
    waiting, seen = list(BaseModel.__subclasses__()), set()
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if (
            model not in seen
            and model.__module__.startswith("huntline.web")
            and "scim" not in model.__module__
        ):
            seen.add(model)
            if not model.__name__.endswith(("Form", "Patch")):
                yield model


def test_views_say_which_of_their_texts_are_sentences() -> None:
    plain = [
        (model.__name__, name)
        for model in _views()
        for name, hint in get_type_hints(model, include_extras=True).items()
        if name in SENTENCES and "str" in str(hint) and PlainSerializer.__name__ not in str(hint)
    ]
    assert {*plain} - IN_LANGUAGE_ALREADY == set()


def test_without_a_request_everything_is_english() -> None:
    assert said("is missing") == "is missing"


def test_clients_that_say_nothing_are_answered_in_english(rig: ServerRig) -> None:
    assert refusal_of(rig.api(), "GET", "/users/zoe")["detail"] == "there is no user 'zoe'"
