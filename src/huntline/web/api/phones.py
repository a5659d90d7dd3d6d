"""``/users/{key}/phones`` and ``/me/phones``: phones with an account of their own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import Path, Request
from pydantic import BaseModel, ConfigDict

from huntline.directory.digests import digests_of
from huntline.directory.encryption import Encryption
from huntline.directory.organization import Organization, User
from huntline.directory.phones import Phone, PhoneFamily, mac_of, shown_mac
from huntline.errors import Refused
from huntline.organization_file.form import Text, one_of
from huntline.storage.settings import SettingsRefused
from huntline.web.access import Access, ChangeSettings, Own, ReadSettings
from huntline.web.api.collection import NotThere
from huntline.web.api.me import own_user
from huntline.web.api.users import USERS
from huntline.web.language import spoken
from huntline.web.paths import PROVISION_PATH
from huntline.web.phone_settings.files import address_in
from huntline.web.phone_settings.settings import encryption_of, server_for_phones
from huntline.web.provisioning import new_address_secret
from huntline.web.routing import api_router

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another one: people type it
_PASSWORD_LENGTH = 20  # 99 bits
_ID_BYTES = 6


class PhonesFetchNothing(Refused):
    """The organization has not allowed phones to fetch their settings."""

    error_id = "phones-fetch-nothing"

    def __init__(self) -> None:
        super().__init__(
            "phones of this organization fetch no settings; switch phones_fetch_settings on first, or say"
            " family other for a phone that is set up by hand"
        )


class NoPhoneAddress(Refused):
    """The server listens for no phones but pages."""

    error_id = "no-phone-address"

    def __init__(self) -> None:
        super().__init__(
            "this server takes no phones on desks; give it an address, such as --sip udp:IP:5060"
        )


class PhoneRequest(BaseModel):
    """A phone to come. ``mac`` is printed on it, and is needed where its family asks by it; ``language`` is
    what it shows, else that of the request."""

    model_config = ConfigDict(extra="forbid", strict=True)

    family: Annotated[PhoneFamily, one_of(PhoneFamily)]
    mac: Text | None = None
    name: Text = ""
    language: Literal["en", "fr"] | None = None


class PhoneView(BaseModel):
    """A phone of a user. It signs in with ``username``; ``has_address``: it may fetch its settings."""

    id: str
    family: PhoneFamily
    mac: str | None
    name: str
    language: str
    username: str
    has_address: bool


class PhoneAccount(BaseModel):
    """What a phone is set up with by hand; ``transport`` is ``tls``, ``tcp`` or ``udp``."""

    uri: str
    user: str
    domain: str
    username: str
    password: str
    host: str
    port: int
    transport: str
    encryption: Encryption


class NewPhone(BaseModel):
    """A phone that was just made, or whose secrets are new: they are shown this once.

    ``path`` is what to put into the phone behind the address of these pages; null where it fetches nothing.
    """

    phone: PhoneView
    account: PhoneAccount
    path: str | None


class MyPhones(BaseModel):
    """My phones; ``may_add``: whether I may have more of them."""

    phones: list[PhoneView]
    may_add: bool


UserKey = Annotated[str, Path(description="The user, by id or UPN.")]
PhoneId = Annotated[str, Path(description="The phone, by its id.")]

router = api_router("/users", tag="users")
own_router = api_router("/me", tag="me")


@router.get("/{key}/phones", response_model=list[PhoneView], operation_id="list_user_phones")
def list_phones(access: ReadSettings, key: UserKey) -> Any:
    """The phones of a user that have an account of their own."""
    return _shown_all(USERS.get(access.organization, key))


@router.post("/{key}/phones", response_model=NewPhone, status_code=201, operation_id="create_user_phone")
def post_phone(access: ChangeSettings, request: Request, key: UserKey, form: PhoneRequest) -> Any:
    """Give a user's phone an account of its own, and the address at which it fetches its settings."""
    return _made(access, request, USERS.get(access.organization, key), form)


@router.post("/{key}/phones/{phone_id}/renewal", response_model=NewPhone, operation_id="renew_user_phone")
def renew_phone(access: ChangeSettings, request: Request, key: UserKey, phone_id: PhoneId) -> Any:
    """A new password and a new address for a phone; with the old ones it can do nothing any more."""
    return _renewed(access, request, USERS.get(access.organization, key), phone_id)


@router.delete(
    "/{key}/phones/{phone_id}/address", response_model=PhoneView, operation_id="revoke_user_phone_address"
)
def revoke_address(access: ChangeSettings, key: UserKey, phone_id: PhoneId) -> Any:
    """Let a phone fetch its settings no more. It goes on with those that it has."""
    return _revoked(access, USERS.get(access.organization, key), phone_id)


@router.delete("/{key}/phones/{phone_id}", response_model=PhoneView, operation_id="remove_user_phone")
def remove_phone(access: ChangeSettings, key: UserKey, phone_id: PhoneId) -> Any:
    """Shut a phone out: neither its password nor its address is good any more."""
    return _removed(access, USERS.get(access.organization, key), phone_id)


@own_router.get("/phones", response_model=MyPhones, operation_id="list_my_phones")
def list_own(access: Own) -> Any:
    """My phones that have an account of their own."""
    may_add = access.organization.phones_fetch_settings
    return MyPhones(phones=_shown_all(own_user(access)), may_add=may_add)


@own_router.post("/phones", response_model=NewPhone, status_code=201, operation_id="create_my_phone")
def post_own(access: Own, request: Request, form: PhoneRequest) -> Any:
    """Give a phone of mine an account of its own, where phones of the organization fetch their settings."""
    if not access.organization.phones_fetch_settings:
        raise PhonesFetchNothing()
    return _made(access, request, own_user(access), form)


@own_router.delete("/phones/{phone_id}", response_model=PhoneView, operation_id="remove_my_phone")
def remove_own(access: Own, phone_id: PhoneId) -> Any:
    """Shut a phone of mine out."""
    return _removed(access, own_user(access), phone_id)


def _shown_all(user: User) -> list[PhoneView]:
    return list(map(_shown, user.phones))


def _shown(phone: Phone) -> PhoneView:
    return PhoneView(
        id=phone.phone_id,
        family=phone.family,
        mac=shown_mac(phone.mac) if phone.mac else None,
        name=phone.name,
        language=phone.language,
        username=phone.username,
        has_address=phone.address_sha256 is not None,
    )


def _made(access: Access, request: Request, user: User, form: PhoneRequest) -> NewPhone:
    if form.family.has_file and not access.organization.phones_fetch_settings:
        raise PhonesFetchNothing()
    phone = Phone(
        phone_id=os.urandom(_ID_BYTES).hex(),
        family=form.family,
        mac=mac_of(form.mac) if form.mac else None,
        name=form.name,
        language=form.language or spoken(),
    )
    return _with_secrets(access, request, user, phone, lambda phones, new: (*phones, new))


def _renewed(access: Access, request: Request, user: User, phone_id: str) -> NewPhone:
    def put(phones: tuple[Phone, ...], new: Phone) -> tuple[Phone, ...]:
        return tuple(new if phone.phone_id == phone_id else phone for phone in phones)

    return _with_secrets(access, request, user, _phone(user, phone_id), put)


def _with_secrets(
    access: Access,
    request: Request,
    user: User,
    phone: Phone,
    put: Callable[[tuple[Phone, ...], Phone], tuple[Phone, ...]],
) -> NewPhone:
    server = server_for_phones(access.backstage.config, request.url.hostname or "")
    if server is None:
        raise NoPhoneAddress()
    password = "".join(secrets.choice(_LETTERS) for _ in range(_PASSWORD_LENGTH))
    secret, kept = new_address_secret() if phone.family.has_file else (None, None)
    new = replace(
        phone,
        address_sha256=kept,
        digests=digests_of(phone.username, access.organization.realm, password),
        password=access.backstage.sealing.seal(password),
    )
    _change(access, user, lambda phones: put(phones, new))
    account = PhoneAccount(
        uri=f"sip:{user.upn}",
        user=user.local_part,
        domain=user.domain,
        username=new.username,
        password=password,
        host=server.host,
        port=server.port,
        transport=server.transport,
        encryption=encryption_of(user, server),
    )
    path = None if secret is None else f"{PROVISION_PATH}/{secret}/{address_in(new)}"
    return NewPhone(phone=_shown(new), account=account, path=path)


def _revoked(access: Access, user: User, phone_id: str) -> PhoneView:
    revoked = replace(_phone(user, phone_id), address_sha256=None)
    _change(
        access,
        user,
        lambda phones: tuple(revoked if each.phone_id == phone_id else each for each in phones),
    )
    return _shown(revoked)


def _removed(access: Access, user: User, phone_id: str) -> PhoneView:
    phone = _phone(user, phone_id)
    _change(access, user, lambda phones: tuple(each for each in phones if each.phone_id != phone_id))
    return _shown(phone)


def _phone(user: User, phone_id: str) -> Phone:
    found = next((phone for phone in user.phones if phone.phone_id == phone_id), None)
    if found is None:
        raise NotThere(f"{user.upn} has no phone {phone_id!r}")
    return found


def _change(access: Access, user: User, edit: Callable[[tuple[Phone, ...]], tuple[Phone, ...]]) -> None:
    """Raises SettingsRefused about the last phone's own fields, for that is the one that was sent."""
    place = 0

    def edited(organization: Organization) -> Organization:
        nonlocal place
        current = USERS.get(organization, user.user_id)
        place = organization.users.index(current)
        users = list(organization.users)
        users[place] = replace(current, phones=edit(current.phones))
        return replace(organization, users=tuple(users))

    try:
        access.change(edited)
    except SettingsRefused as refusal:
        raise refusal.seen_from(("users", place, "phones", len(user.phones))) from None
