"""``/attendants``: auto attendants, and what they do at a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import BaseModel

from huntline.attendant.hours import OpeningKind
from huntline.clock import zone_of
from huntline.directory.attendants import Attendant, sounds_in, time_of
from huntline.directory.audio import Audio
from huntline.directory.opening import what_happens
from huntline.directory.organization import Organization
from huntline.directory.problems import Path as FieldPath
from huntline.directory.problems import Problem
from huntline.organization_file.attendant_parts import attendant_dump, attendant_of, flow_dump
from huntline.organization_file.form import AttendantForm, FileForm, FlowForm, SpeechForm
from huntline.web.access import ChangeSettings, ReadSettings
from huntline.web.api.collection import Collection, router_of
from huntline.web.backstage import Backstage
from huntline.web.language import Sentence
from huntline.web.phones import TestCallAccess, phone_access
from huntline.web.problems import FieldsRefused
from huntline.web.sounds import sound_of

_FIRST_YEAR, _LAST_YEAR = 2000, 2100


class AttendantView(AttendantForm):
    """An auto attendant; ``primary_uri`` is an address that stays whatever it is called."""

    id: str
    primary_uri: str


class WhatHappensView(BaseModel):
    """What callers get at a moment: ``reason`` says why ``flow`` counts, ``hours`` are those of the day by
    the clocks of ``time_zone``. From ``until`` on (null: never) another flow counts."""

    at: datetime
    time_zone: str
    kind: OpeningKind
    holiday: str | None
    reason: Sentence
    hours: list[str]
    until: datetime | None
    flow: FlowForm


def find(organization: Organization, key: str) -> Attendant | None:
    """An attendant by id, primary URI, or name in any letter case."""
    for attendant in organization.attendants:
        if key in (attendant.attendant_id, attendant.primary_uri):
            return attendant
        if key.casefold() == attendant.name.casefold():
            return attendant
    return None


def build(
    form: AttendantForm, organization: Organization, old: Attendant | None, backstage: Backstage
) -> Attendant:
    """An attendant of a form; its sounds are in the library or spoken."""
    spoken = {
        (audio.name, audio.language): audio
        for _, audio in (sounds_in(old) if old else ())
        if audio.language is not None
    }

    def sound_at(path: FieldPath, sound: FileForm | SpeechForm) -> Audio | None:
        known = spoken.get((sound.say, sound.language)) if isinstance(sound, SpeechForm) else None
        return sound_of(path, sound, organization, backstage.blobs, known)

    attendant = attendant_of(form, organization.domains, sound_at)
    return replace(attendant, attendant_id=old.attendant_id) if old else attendant


ATTENDANTS: Collection[Attendant] = Collection(
    attribute="attendants",
    noun="attendant",
    form=AttendantForm,
    view=AttendantView,
    find=find,
    build=build,
    dump=attendant_dump,
    deriving=lambda organization: (
        lambda attendant: {"id": attendant.attendant_id, "primary_uri": attendant.primary_uri}
    ),
    names=lambda attendant: (attendant.name, attendant.primary_uri, *attendant.line_uris),
)
router = router_of(ATTENDANTS)

Key = Annotated[str, Path(description="The attendant, by id or name.")]
At = Annotated[
    str,
    Query(
        max_length=40,
        description="When somebody calls: 2027-07-14T19:10 by the clocks of the attendant, or with a zone of"
        " its own, 2027-07-14T19:10Z; now unless said.",
    ),
]


@router.get("/{key}/what-happens", response_model=WhatHappensView, operation_id="what_attendant_does")
def what_attendant_does(access: ReadSettings, key: Key, at: At = "") -> Any:
    """What a caller gets who calls at a moment, why, and until when that stays so."""
    organization = access.organization
    attendant = ATTENDANTS.get(organization, key)
    zone = zone_of(attendant.time_zone or organization.time_zone)
    moment = _moment(at, zone) if at else datetime.now(UTC)
    happens = what_happens(attendant, moment, zone)
    return {
        "at": moment.astimezone(zone),
        "time_zone": zone.key,
        "kind": happens.kind,
        "holiday": happens.holiday.name if happens.holiday else None,
        "reason": str(happens.reason),
        "hours": [f"{time_of(span.start)}-{time_of(span.end)}" for span in happens.hours],
        "until": happens.until.astimezone(zone) if happens.until else None,
        "flow": flow_dump(happens.flow),
    }


@router.post("/{key}/test-call", response_model=TestCallAccess, operation_id="test_attendant")
def test_call(request: Request, access: ChangeSettings, key: Key) -> Any:
    """What a page calls the attendant with, to hear what callers hear and to press keys: whom they lead to is
    rung, by a "Test call". It calls queues and attendants of the organization and nothing else, and takes no
    calls."""
    organization = access.organization
    attendant = ATTENDANTS.get(organization, key)
    opened = phone_access(request, access, "guest-credential", organization_id=organization.organization_id)
    return opened | {"target": attendant.primary_uri}


def _moment(text: str, zone: tzinfo) -> datetime:
    """Raises FieldsRefused."""
    try:
        moment = datetime.fromisoformat(text)
        if _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except ValueError:
        pass
    wanted = f"must be a moment of the years {_FIRST_YEAR} to {_LAST_YEAR}, such as 2027-07-14T19:10"
    raise FieldsRefused([Problem(("at",), text, wanted)])
