"""What SCIM clients may read and write, and what the service says that it can do."""

from __future__ import annotations

from typing import Annotated, Union

from pydantic import Field
from scim2_models import (
    URN,
    AnyExtension,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Extension,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    Returned,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

from huntline.directory.organization import Licence

LONGEST_PAGE = 1_000
WORK = "work"  # the type of a phone number
LICENCE = "licence"  # the type of an entitlement


class FullName(ComplexAttribute):
    """``name``."""

    formatted: Annotated[str | None, Mutability.write_only, Returned.never] = None
    """The full name; it counts where there is no displayName."""


class PhoneNumber(ComplexAttribute):
    """One of ``phoneNumbers``."""

    value: str | None = None
    """The number with its country code, such as +1 425 555 0123."""

    type: Annotated[str | None, Field(examples=[WORK])] = None
    """Only the number of type work is kept: it is the personal line URI."""


class Entitlement(ComplexAttribute):
    """One of ``entitlements``."""

    value: Annotated[str | None, CaseExact.true, Field(examples=[str(licence) for licence in Licence])] = None
    """A licence."""

    type: Annotated[str | None, Field(examples=[LICENCE])] = None
    """Always the same: a mapping of single values needs something to go by."""


class User(Resource[AnyExtension]):
    """A user as SCIM knows one."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The UPN, name@domain, in a domain of the organization; kept in lower case."""

    display_name: str | None = None
    """The name that people see."""

    name: Annotated[FullName | None, Mutability.write_only, Returned.never] = None
    """The full name; it counts where there is no displayName."""

    active: bool | None = None
    """Whether the user may register phones and is rung by queues; true unless told."""

    phone_numbers: list[PhoneNumber] | None = None
    """The personal number, of type work."""

    entitlements: list[Entitlement] | None = None
    """The licences."""


class VoiceUser(Extension):
    """What Huntline wants to know of a user besides."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:huntline:2.0:User")

    voice_enabled: bool | None = None
    """Whether the user is voice-enabled; false unless told."""

    extension: str | None = None
    """1 to 6 digits, by which callers of an attendant reach the user."""

    voicemail: str | None = None
    """The address of the user's mailbox, where it is elsewhere."""

    forward_to: str | None = None
    """Where all direct calls go: a target of a forward, or the word voicemail."""

    when_busy: str | None = None
    """Where calls go that come while the user is busy; off: nowhere."""

    when_no_answer: str | None = None
    """The same for calls that are not answered."""

    when_not_reachable: str | None = None
    """The same for calls while no phone can be reached."""

    ring_time: int | None = None
    """Seconds for which the user is rung."""

    also_ring: list[str] | None = None
    """What rings beside the user's own phones: addresses, each with @ and seconds behind it to ring later."""


class GroupMember(ComplexAttribute):
    """One of a group's ``members``."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    """The id of a user or a group."""

    ref: Annotated[
        Reference[Union["User", "Group"]] | None,  # type: ignore[type-arg] # noqa: UP007, UP037 - names
        Mutability.immutable,
        Field(serialization_alias="$ref", validation_alias="$ref"),
    ] = None
    """Where the member is."""

    type: Annotated[str | None, Mutability.immutable, Field(examples=["User", "Group"])] = None
    """User or Group."""


class VoiceGroup(Extension):
    """What Huntline wants to know of a group besides."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:huntline:2.0:Group")

    mail: str | None = None
    """The mail address of the group, which names it as well as its name does."""


class Group(Resource[AnyExtension]):
    """A group as SCIM knows one."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The name, unique in the organization in any letter case."""

    members: list[GroupMember] | None = None
    """Users and groups, in the order in which a queue rings them."""


USER_MODEL = User[VoiceUser]

USER_TYPE = ResourceType.from_resource(USER_MODEL)
GROUP_MODEL = Group[VoiceGroup]
GROUP_TYPE = ResourceType.from_resource(GROUP_MODEL)

POLICY = ScimPolicy(
    # A directory sends all that it has, titles and departments too; what has no place here is left.
    unknown=ScimPolicy.Unknown.ignore,
    # Both as Entra ID writes them: members to remove stand in the value, a first number is "replaced".
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)

CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=LONGEST_PAGE),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="API key",
            description="An API key of an account with the role admin, as Authorization: Bearer KEY",
            primary=True,
        )
    ],
)

PROVIDER = ScimProvider(
    models=[User, VoiceUser, Group, VoiceGroup],
    resource_types=[USER_TYPE, GROUP_TYPE],
    config=CONFIG,
    policy=POLICY,
)
