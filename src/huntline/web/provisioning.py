"""``/provision``: where phones fetch their settings, each at an address with a secret of its own.

The address is all that a phone proves itself with, and the file holds a password. So nobody is told more than
"not found", always after the same time: not whether a secret is right, nor whose phone it is.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from huntline.directory.organization import Organization, User
from huntline.directory.phones import Phone
from huntline.network.peers import source_of
from huntline.web.attempts import Attempts, TooManyAttempts
from huntline.web.backstage import Backstage
from huntline.web.paths import PROVISION_PATH
from huntline.web.phone_settings.files import SettingsFile, settings_file
from huntline.web.phone_settings.settings import server_for_phones, settings_of

REFUSED_AFTER = 0.3  # seconds: more than any look-up takes
_SECRET_BYTES = 24
_WRONG_ALLOWED = 60  # of one address: a phone that was shut out asks for several files at each start
_COUNTED_FOR = 600.0  # seconds


def new_address_secret() -> tuple[str, str]:
    """A secret for an address, and what is kept of it."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return secret, sha256_of(secret)


def sha256_of(secret: str) -> str:
    """What is kept of a secret. It is as good as random bits, so that nothing has to be slow."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class PhoneOf:
    """A phone with its user and organization."""

    organization: Organization
    user: User
    phone: Phone


def phone_at(organizations: tuple[Organization, ...], secret: str) -> PhoneOf | None:
    """The phone that may fetch its settings with this secret. All are looked at, whichever it is."""
    wanted, found = sha256_of(secret), None
    for organization in organizations:
        if not organization.phones_fetch_settings:
            continue
        for user in organization.users:
            for phone in user.phones if user.is_active else ():
                if hmac.compare_digest(phone.address_sha256 or "", wanted):
                    found = PhoneOf(organization, user, phone)
    return found


def install(app: FastAPI) -> None:
    """Answer phones."""
    wrong = Attempts(_WRONG_ALLOWED, _COUNTED_FOR)

    @app.get(PROVISION_PATH + "/{secret}/{name}", include_in_schema=False)
    async def fetch_settings(request: Request, secret: str, name: str) -> Response:
        started_at = time.monotonic()
        source = source_of(request.client.host if request.client else "")
        if seconds := wrong.locked_for(source):
            raise TooManyAttempts(seconds)
        found = await run_in_threadpool(_settings_at, request, secret, name)
        if isinstance(found, SettingsFile):
            return Response(found.text, media_type=found.media_type)
        if isinstance(found, _Wrong):
            wrong.take(source)
        await asyncio.sleep(started_at + REFUSED_AFTER - time.monotonic())
        raise HTTPException(404)


class _Wrong:
    """Nobody's secret."""


def _settings_at(request: Request, secret: str, name: str) -> SettingsFile | _Wrong | None:
    backstage: Backstage = request.app.state.backstage
    found = phone_at(backstage.settings.organizations(), secret)
    if found is None:
        return _Wrong()
    server = server_for_phones(backstage.config, request.url.hostname or "")
    password = backstage.sealing.opened(found.phone.password)
    if server is None or password is None:
        return None
    return settings_file(settings_of(found.organization, found.user, found.phone, password, server), name)
