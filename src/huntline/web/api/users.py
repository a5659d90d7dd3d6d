"""``/users``: who they are and what they may do."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel

from huntline.directory.advice import warnings_about_user
from huntline.directory.caller_id import caller_id_in_effect, effective_grant
from huntline.directory.organization import Organization, User, missing_for_calls
from huntline.organization_file.form import UserFields, UserForm
from huntline.organization_file.parts import Dump, user_dump, user_of
from huntline.web.access import ReadSettings
from huntline.web.api.collection import Collection, router_of
from huntline.web.backstage import Backstage
from huntline.web.language import Sentence
from huntline.web.problems import FieldsRefused


class UserView(UserFields):
    """A user; ``missing_for_calls`` is what keeps them from being an agent or the target of a forward.

    ``warnings`` are about what is allowed but may be a slip.
    """

    id: str
    has_sip_password: bool
    missing_for_calls: list[Sentence]
    warnings: list[Sentence]


class CallerIdInEffect(BaseModel):
    """Which number a user's calls out show: ``shows`` is ``+digits`` or ``anonymous``, with ``name``.

    ``granted_by`` is where the policy comes from: ``user``, ``group NAME`` or ``global``.
    """

    policy: str
    granted_by: str
    shows: str
    name: str
    reason: Sentence


def find(organization: Organization, key: str) -> User | None:
    """A user by id or UPN in any letter case, with or without ``sip:``."""
    upn = key.casefold().removeprefix("sip:")
    return next((user for user in organization.users if user.user_id == key or user.upn == upn), None)


def build(form: UserForm, organization: Organization, old: User | None, backstage: Backstage) -> User:
    """A user of a form; a password that is not mentioned stays, and so do phones."""
    user, problems = user_of(form, organization.realm)
    if problems:
        raise FieldsRefused(problems)
    if old is None:
        return user
    is_mentioned = bool({"sip_password", "sip_digests"} & form.model_fields_set)
    return replace(
        user,
        user_id=old.user_id,
        digests=user.digests if is_mentioned else old.digests,
        phones=user.phones if "phones" in form.model_fields_set else old.phones,
    )


def derived(user: User) -> Dump:
    """The read-only part of a user."""
    return {
        "id": user.user_id,
        "has_sip_password": bool(user.digests),
        "missing_for_calls": list(missing_for_calls(user)),
        "warnings": warnings_about_user(user),
    }


USERS: Collection[User] = Collection(
    attribute="users",
    noun="user",
    form=UserForm,
    view=UserView,
    find=find,
    build=build,
    dump=user_dump,
    deriving=lambda organization: derived,
    names=lambda user: (user.upn, user.display_name, user.line_uri or ""),
)
router = router_of(USERS)


@router.get("/{key}/caller-id", response_model=CallerIdInEffect, operation_id="read_user_caller_id")
def read_caller_id(access: ReadSettings, key: Annotated[str, Path(description="The user.")]) -> Any:
    """Which caller-ID policy counts for a user, by whose grant, and what calls out show under it."""
    organization = access.organization
    user = USERS.get(organization, key)
    grant = effective_grant(user, organization)
    shown = caller_id_in_effect(user, grant.policy)
    return {
        "policy": grant.policy.name,
        "granted_by": grant.granted_by,
        "shows": str(shown),
        "name": shown.name,
        "reason": shown.reason,
    }
