"""Users of the organization as SCIM users, and back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from scim2_models import InvalidValueException

from huntline.clean_text import normalized
from huntline.directory.organization import USER_NUMBERS, AlsoRing, Licence, User
from huntline.directory.problems import did_you_mean
from huntline.web.scim import schemas

_VISUAL_SEPARATORS = re.compile(r"[\s().-]")  # RFC 3966 section 5.1.1, and the blank

_SETTINGS = ("extension", "voicemail", "forward_to", "when_busy", "when_no_answer", "when_not_reachable")
"""Of a user and of the resource, by the same name; null is none."""

UserResource = schemas.User[schemas.VoiceUser]


def resource_of(user: User) -> UserResource:
    """The SCIM user, without ``meta``. Every setting is written out: what is missing later was removed."""
    phone_numbers = [schemas.PhoneNumber(value=user.line_uri, type=schemas.WORK)] if user.line_uri else None
    entitlements = [
        schemas.Entitlement(value=licence, type=schemas.LICENCE)
        for licence in sorted(map(str, user.licences))
    ]
    resource = schemas.USER_MODEL(
        id=user.user_id,
        external_id=user.external_id,
        user_name=user.upn,
        display_name=user.display_name or None,
        active=user.is_active,
        phone_numbers=phone_numbers,
        entitlements=entitlements or None,
    )
    settings = {name: getattr(user, name) for name in _SETTINGS}
    resource[schemas.VoiceUser] = schemas.VoiceUser(
        voice_enabled=user.voice_enabled,
        ring_time=user.ring_time,
        also_ring=[*map(str, user.also_ring)] or None,
        **settings,
    )
    return resource


def user_of(resource: UserResource, before: User | None) -> User:
    """The user as the resource wants it; what the resource does not mention stays as it was.

    Raises InvalidValueException.
    """
    changes: dict[str, Any] = {"upn": (resource.user_name or "").lower()}
    mentioned = resource.model_fields_set
    full_name = resource.name.formatted if resource.name else None
    if "display_name" in mentioned or full_name:
        changes["display_name"] = normalized(resource.display_name or full_name or "")
    if "external_id" in mentioned:
        changes["external_id"] = resource.external_id or None
    if "active" in mentioned:
        changes["is_active"] = resource.active is not False
    if "phone_numbers" in mentioned:
        changes["line_uri"] = _line_uri_of(resource.phone_numbers or [])
    if "entitlements" in mentioned:
        changes["licences"] = frozenset(map(_licence_of, resource.entitlements or []))
    if schemas.VoiceUser.__name__ in mentioned:
        changes |= _voice_changes(resource[schemas.VoiceUser] or schemas.VoiceUser())
    return replace(before or User(upn=""), **changes)


def _voice_changes(voice: schemas.VoiceUser) -> dict[str, Any]:
    """What the extension wants; of the person's own rule only what it mentions, for the person may have set
    the rest."""
    mentioned = voice.model_fields_set
    changes: dict[str, Any] = {"voice_enabled": bool(voice.voice_enabled)}
    changes |= {name: getattr(voice, name) or None for name in _SETTINGS if name in mentioned}
    if "ring_time" in mentioned:
        seconds = voice.ring_time
        changes["ring_time"] = USER_NUMBERS["ring_time"].default if seconds is None else seconds
    if "also_ring" in mentioned:
        changes["also_ring"] = tuple(map(AlsoRing.read, voice.also_ring or []))
    return changes


def _line_uri_of(phone_numbers: list[schemas.PhoneNumber]) -> str | None:
    """The number of type work; people write it with blanks and brackets, which a line URI has not."""
    for phone_number in phone_numbers:
        if phone_number.value and (phone_number.type or schemas.WORK).lower() == schemas.WORK:
            number = phone_number.value.strip()
            if number[:4].lower() == "tel:":
                number = number[4:]
            return "tel:" + _VISUAL_SEPARATORS.sub("", number)
    return None


def _licence_of(entitlement: schemas.Entitlement) -> Licence:
    words = [str(licence) for licence in Licence]
    if entitlement.value not in words:
        suggestion = did_you_mean(entitlement.value or "", words)
        wanted = f"must be one of {', '.join(words)}{suggestion}"
        raise InvalidValueException(detail=f"entitlements: value {entitlement.value!r}: {wanted}")
    return Licence(entitlement.value)
