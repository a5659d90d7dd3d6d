"""``/queues``: call queues, as their owners set them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Request
from pydantic import BaseModel

from huntline.directory.groups import agents_of, left_out_of
from huntline.directory.index import OrganizationIndex
from huntline.directory.organization import QUEUE_SOUNDS, Audio, Organization, QueueSettings, with_sounds
from huntline.directory.propagation import as_of
from huntline.organization_file.form import QueueForm, SpeechForm
from huntline.organization_file.parts import Dump, queue_dump, queue_of
from huntline.web.access import Access, ChangeQueues, ReadHistory, ReadSettings
from huntline.web.api.collection import Collection, merged, router_of
from huntline.web.backstage import Backstage
from huntline.web.forecast_book import SCORED_DAYS, score
from huntline.web.language import Sentence
from huntline.web.phones import TestCallAccess, phone_access
from huntline.web.sounds import sound_of


class QueueView(QueueForm):
    """A queue; ``groups`` are groups whose members are agents too (see ``/queues/{key}/agents``)."""

    id: str


class QueueAgent(BaseModel):
    """Someone who is rung."""

    upn: str
    display_name: str
    opted_out: bool


class LeftOutPerson(BaseModel):
    """Someone whom the queue reaches but who is not rung."""

    upn: str
    display_name: str
    reason: Sentence


class QueueAgents(BaseModel):
    """Who serves a queue, in order, and who does not."""

    agents: list[QueueAgent]
    left_out: list[LeftOutPerson]


class LookAheadScoreView(BaseModel):
    """Half-hours of the last ``days`` that were ``warned`` of, of which as many as ``right`` fell below the
    target; ``averted`` are further ones that did not, for more agents took calls after the warning;
    ``missed`` fell below without a warning, with five calls at least."""

    days: int
    warned: int
    right: int
    averted: int
    missed: int


def find(organization: Organization, key: str) -> QueueSettings | None:
    """A queue by id, primary URI, or name in any letter case."""
    for queue in organization.queues:
        if key in (queue.queue_id, queue.primary_uri) or key.casefold() == queue.name.casefold():
            return queue
    return None


def build(
    form: QueueForm, organization: Organization, old: QueueSettings | None, backstage: Backstage
) -> QueueSettings:
    """A queue of a form; its sounds are in the library or spoken."""
    queue = queue_of(form, organization.domains)
    sounds = {
        field: sound_of(
            (field,), getattr(form, field), organization, backstage.blobs, getattr(old, field, None)
        )
        for field in QUEUE_SOUNDS
    }
    queue = with_sounds(queue, sounds, _messages(form, organization, old, backstage))
    if old is None:
        return queue
    return replace(queue, queue_id=old.queue_id, primary_uri=queue.primary_uri or old.primary_uri)


def _messages(
    form: QueueForm, organization: Organization, old: QueueSettings | None, backstage: Backstage
) -> Iterator[Audio]:
    """What it tells whoever waits; a text that it says already, wherever that is, is not spoken again."""
    spoken = {(audio.name, audio.language): audio for audio in old.messages} if old else {}
    for place, sound in enumerate(form.messages):
        known = spoken.get((sound.say, sound.language)) if isinstance(sound, SpeechForm) else None
        if audio := sound_of(("messages", place), sound, organization, backstage.blobs, known):
            yield audio


def _merged(current: Dump, patch: Dump, form: type[BaseModel]) -> Dump:
    """A new distribution brings its own defaults along (rules section 2)."""
    if patch.get("distribution", current["distribution"]) != current["distribution"]:
        current = current | {"alerting": None, "presence_based_routing": None}
    return merged(current, patch, form)


def _require_own(access: Access, queue: QueueSettings) -> None:
    access.require_queue(queue.queue_id)


QUEUES: Collection[QueueSettings] = Collection(
    attribute="queues",
    noun="queue",
    form=QueueForm,
    view=QueueView,
    find=find,
    build=build,
    dump=queue_dump,
    deriving=lambda organization: lambda queue: {"id": queue.queue_id},
    names=lambda queue: (queue.name, queue.primary_uri, queue.line_uri or ""),
    merge=_merged,
    access=ChangeQueues,
    check_change=_require_own,
)
router = router_of(QUEUES)


@router.get("/{key}/agents", response_model=QueueAgents, operation_id="read_queue_agents")
def read_agents(access: ReadSettings, key: Annotated[str, Path(description="The queue.")]) -> Any:
    """Who is rung for a queue now, in order, its groups expanded; and who is left out, and why."""
    organization = as_of(access.organization, datetime.now(UTC))
    queue = QUEUES.get(organization, key)
    index = OrganizationIndex(organization)
    names = {user.upn: user.shown_name for user in organization.users}
    return {
        "agents": [
            {
                "upn": user.upn,
                "display_name": user.shown_name,
                "opted_out": (user.user_id, queue.queue_id) in organization.opt_outs,
            }
            for user in agents_of(queue, index.users, index.groups)
        ],
        "left_out": [
            {"upn": each.upn, "display_name": names.get(each.upn, each.upn), "reason": each.reason}
            for each in left_out_of(queue, index.users, index.groups)
        ],
    }


@router.get("/{key}/look-ahead-score", response_model=LookAheadScoreView, operation_id="score_look_ahead")
def look_ahead_score(access: ReadHistory, key: Annotated[str, Path(description="The queue.")]) -> Any:
    """How often the look-ahead was right in the last days, by half-hours that are over.

    It looks ahead while somebody watches a wallboard; a half-hour of which nobody was told before it began
    counts only if it was warned of.
    """
    queue = QUEUES.get(access.organization, key)
    access.require_queue(queue.queue_id)
    found = score(access.backstage.database, access.organization_id, queue.queue_id, datetime.now(UTC))
    return {"days": SCORED_DAYS, **asdict(found)}


@router.post("/{key}/test-call", response_model=TestCallAccess, operation_id="test_queue")
def test_call(
    request: Request, access: ChangeQueues, key: Annotated[str, Path(description="The queue.")]
) -> Any:
    """What a page calls the queue with, to hear what callers hear. Agents are rung, by a "Test call".

    It calls the organization's queues and attendants and nothing else, and takes no calls.
    """
    organization = access.organization
    queue = QUEUES.get(organization, key)
    access.require_queue(queue.queue_id)
    opened = phone_access(request, access, "guest-credential", organization_id=organization.organization_id)
    return opened | {"target": queue.primary_uri}
