"""``/me/colleagues``: whom a call can be handed on to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import nsmallest
from typing import Any, TypeVar

from pydantic import BaseModel

from huntline.control.messages import ServerNotRunning
from huntline.directory.organization import User
from huntline.engine.model import AgentState, Presence
from huntline.web.access import Access, Own
from huntline.web.api.me import own_user
from huntline.web.listing import Search
from huntline.web.routing import api_router

ItemT = TypeVar("ItemT")

MOST = 20
"""Of each kind: who wants somebody else types more of the name."""


class Colleague(BaseModel):
    """Somebody of the organization.

    ``state`` is what an agent does, null for who serves no queue; ``is_reachable`` is whether any phone would
    ring. Both and ``presence`` are null while no server runs.
    """

    upn: str
    display_name: str
    line_uri: str | None
    presence: Presence | None
    state: AgentState | None
    is_reachable: bool | None


class ColleagueQueue(BaseModel):
    """A queue of the organization; its ``primary_uri`` is what to call."""

    name: str
    primary_uri: str
    line_uri: str | None


class Colleagues(BaseModel):
    """Those who were looked for, the best first."""

    people: list[Colleague]
    queues: list[ColleagueQueue]


_UNKNOWN = {"presence": None, "state": None, "is_reachable": None}

router = api_router("/me/colleagues", tag="me")


@router.get("", response_model=Colleagues, operation_id="list_my_colleagues")
def read(access: Own, search: Search = "") -> Any:
    """People and queues of my organization by a part of a name or number, at most 20 of each; not me."""
    user, organization = own_user(access), access.organization
    others = (each for each in organization.users if each is not user and each.is_active)
    people = _best(search, others, lambda each: (each.shown_name, each.upn, each.line_uri or ""))
    queues = _best(search, organization.queues, lambda each: (each.name, each.line_uri or ""))
    now = _now(access, people)
    return {
        "people": [
            {"upn": each.upn, "display_name": each.shown_name, "line_uri": each.line_uri}
            | now.get(each.user_id, _UNKNOWN)
            for each in people
        ],
        "queues": [
            {"name": each.name, "primary_uri": each.primary_uri, "line_uri": each.line_uri} for each in queues
        ],
    }


def _best(search: str, items: Iterable[ItemT], names: Callable[[ItemT], tuple[str, ...]]) -> list[ItemT]:
    """Those with ``search`` in a name: first those whose name begins with it, then by their first name."""
    wanted = search.strip().casefold()
    ranked: list[tuple[bool, str, int, ItemT]] = []
    for item in items:
        folded = [name.casefold().removeprefix("tel:") for name in names(item)]
        if any(wanted in name for name in folded):
            is_begin = any(name.startswith(wanted) for name in folded)
            ranked.append((not is_begin, folded[0], len(ranked), item))
    return [item for *_, item in nsmallest(MOST, ranked)]


def _now(access: Access, people: list[User]) -> dict[str, dict[str, Any]]:
    """What the people do on the running server, by their ids."""
    try:
        answer = access.backstage.ask("people", user_ids=[each.user_id for each in people])
    except ServerNotRunning:
        return {}
    now: dict[str, dict[str, Any]] = answer["people"]
    return now
