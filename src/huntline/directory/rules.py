"""Whether settings are allowed, each by itself and all together, and in what form they are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from huntline.directory.attendants import Attendant, with_changed_sounds, with_targets
from huntline.directory.forwards import check_forwards
from huntline.directory.index import ATTENDANT, MAILBOX, OrganizationIndex
from huntline.directory.licences import check_licences
from huntline.directory.names import line_uri_number
from huntline.directory.number_states import check_countries, check_states
from huntline.directory.organization import (
    EXITS,
    GLOBAL_POLICY,
    NOWHERE,
    OWN_VOICEMAIL,
    QUEUE_NUMBERS,
    RULE_FIELDS,
    Audio,
    CallerIdPolicy,
    Group,
    NumberKind,
    Organization,
    QueueSettings,
    ServiceNumber,
    User,
    sound_files_of,
    with_changed_queue_sounds,
)
from huntline.directory.phones import check_phones
from huntline.directory.problems import Problem
from huntline.directory.queue_licences import check_queue_licences
from huntline.directory.references import check_references
from huntline.directory.uniqueness import check_uniqueness
from huntline.directory.values import check_values

_T = TypeVar("_T")


def check(organization: Organization, others: Iterable[Organization] = ()) -> list[Problem]:
    """Everything that is wrong, not only the first thing; ``others`` are all others on the server.

    The settings are as someone wrote them, ids and rounding aside.
    """
    index = OrganizationIndex(organization)
    return [
        *check_values(organization),
        *check_uniqueness(organization, tuple(others)),
        *check_licences(organization),
        *check_queue_licences(organization),
        *check_references(index),
        *check_states(organization),
        *check_countries(organization),
        *check_forwards(index),
        *check_phones(organization),
    ]


def settled(organization: Organization) -> Organization:
    """The organization as it is stored. Nothing that calls notice is different, but

    - each maximum wait is to its nearest step;
    - groups, queues, attendants, policies and sounds are called by their names' own letter case, and so are
      users;
    - the personal numbers of users are among its numbers, so that one list holds all that is taken;
    - what queues and attendants play is in the audio library;
    - the Global policy is there, and granted to no user, which says no more than granting none.
    """
    audio = (*organization.audio, *_unlisted_audio(organization))
    policies = _with_global(organization.caller_id_policies)
    settling = _Settling(replace(organization, audio=audio, caller_id_policies=policies))
    return replace(
        organization,
        numbers=(*organization.numbers, *_unlisted_numbers(organization)),
        users=_each(settling.user, organization.users),
        groups=_each(settling.group, organization.groups),
        audio=audio,
        caller_id_policies=policies,
        queues=_each(settling.queue, organization.queues),
        attendants=_each(settling.attendant, organization.attendants),
    )


def _unlisted_numbers(organization: Organization) -> Iterator[ServiceNumber]:
    held = {number.number for number in organization.numbers}
    for user in organization.users:
        number = line_uri_number(user.line_uri) if user.line_uri else None
        if number and number not in held:
            yield ServiceNumber(number, NumberKind.USER)


def _unlisted_audio(organization: Organization) -> Iterator[Audio]:
    listed = {audio.name.casefold() for audio in organization.audio}
    for audio in sound_files_of(organization):
        if audio.name.casefold() not in listed:
            listed.add(audio.name.casefold())
            yield audio


def _with_global(policies: tuple[CallerIdPolicy, ...]) -> tuple[CallerIdPolicy, ...]:
    if not any(map(_is_global, policies)):
        return (CallerIdPolicy(name=GLOBAL_POLICY), *policies)
    return tuple(replace(policy, name=GLOBAL_POLICY) if _is_global(policy) else policy for policy in policies)


def _is_global(policy: CallerIdPolicy) -> bool:
    return policy.name.casefold() == GLOBAL_POLICY.casefold()


class _Settling:
    """Puts names in the place of whatever was written for them; ``organization`` has all that is named."""

    def __init__(self, organization: Organization) -> None:
        self._index = OrganizationIndex(organization)
        self._policies = {policy.name.casefold(): policy.name for policy in organization.caller_id_policies}
        self._library = {audio.name.casefold(): audio for audio in organization.audio}

    def user(self, user: User) -> User:
        named = [field for field in (*RULE_FIELDS, "voicemail") if getattr(user, field) is not None]
        if user.caller_id_policy is None and not named and not user.also_ring:
            return user  # most are so, and there may be ten thousand
        policy = self._policy(user.caller_id_policy)
        targets: dict[str, Any] = {field: self._target(getattr(user, field)) for field in named}
        return replace(
            user,
            caller_id_policy=None if policy == GLOBAL_POLICY else policy,
            also_ring=tuple(
                replace(each, target=self._target(each.target) or each.target) for each in user.also_ring
            ),
            **targets,
        )

    def group(self, group: Group) -> Group:
        return replace(
            group, members=self._groups(group.members), caller_id_policy=self._policy(group.caller_id_policy)
        )

    def queue(self, queue: QueueSettings) -> QueueSettings:
        exits: dict[str, Any] = {
            field: replace(exit_, target=self._target(exit_.target))
            for field in EXITS
            if (exit_ := getattr(queue, field)).target
        }
        return replace(
            with_changed_queue_sounds(queue, self._sound),
            groups=self._groups(queue.groups),
            **_kept_numbers(queue),
            **exits,
        )

    def attendant(self, attendant: Attendant) -> Attendant:
        named = with_changed_sounds(with_targets(attendant, self._written), self._sound)
        directory = named.directory
        return replace(named, directory=replace(directory, groups=self._groups(directory.groups)))

    def _policy(self, name: str | None) -> str | None:
        return self._policies.get(name.casefold(), name) if name is not None else None

    def _groups(self, names: tuple[str, ...]) -> tuple[str, ...]:
        groups = self._index.groups
        return tuple(groups[key].name if (key := name.casefold()) in groups else name for name in names)

    def _sound(self, audio: Audio) -> Audio:
        if audio.language is not None:
            return audio
        return self._library.get(audio.name.casefold(), audio)

    def _target(self, target: str | None) -> str | None:
        if target is None or target in (OWN_VOICEMAIL, NOWHERE):
            return target
        return self._written(target)

    def _written(self, target: str) -> str:
        if number := line_uri_number(target):
            return f"tel:{number}"
        if target[: len(ATTENDANT)].lower() == ATTENDANT:
            attendant = self._index.attendant(target[len(ATTENDANT) :])
            return ATTENDANT + attendant.name if attendant else target
        if target[: len(MAILBOX)].lower() == MAILBOX:
            mailbox = self._index.mailbox(target[len(MAILBOX) :])
            return f"{MAILBOX}{mailbox.address}" if mailbox else target
        if target[:4].lower() != "sip:":
            queue = self._index.queue(target)
            return queue.name if queue else target
        is_ours = isinstance(self._index.forward_target(target), User | QueueSettings | Attendant)
        return target.lower() if is_ours else "sip:" + target[4:]


def _each(settle: Callable[[_T], _T], items: tuple[_T, ...]) -> tuple[_T, ...]:
    """What is settled already stays the very same, which tells whoever compares that nothing changed."""
    return tuple(item if (new := settle(item)) == item else new for item in items)


def _kept_numbers(queue: QueueSettings) -> dict[str, Any]:
    return {
        field: number.range.nearest(getattr(queue, field))
        for field, number in QUEUE_NUMBERS.items()
        if number.range.step > 1
    }
