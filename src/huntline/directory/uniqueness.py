"""What may exist only once: in the organization, and on the server."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from huntline.directory.attendants import sounds_in
from huntline.directory.names import line_uri_number
from huntline.directory.organization import Audio, Organization, sounds_of
from huntline.directory.problems import Path, Problem, Problems


def check_uniqueness(organization: Organization, others: tuple[Organization, ...]) -> Problems:
    """Problems with names, domains and numbers that are taken."""
    yield from _check_names(organization)
    yield from _check_number_use(organization)
    yield from _check_server(organization, others)


def _check_names(organization: Organization) -> Problems:
    numbers, trunks = organization.numbers, organization.trunks
    yield from _once("domains", None, organization.domains)
    yield from _once("numbers", "number", (number.number for number in numbers))
    yield from _once("trunks", "name", (trunk.name for trunk in trunks))
    yield from _once("users", "upn", (user.upn for user in organization.users))
    yield from _once("groups", "name", (group.name for group in organization.groups))
    yield from _once("groups", "mail", (group.mail or "" for group in organization.groups))
    yield from _check_mails(organization)
    yield from _once("audio", "name", (audio.name for audio in organization.audio))
    yield from _once("queues", "name", (queue.name for queue in organization.queues))
    yield from _once("queues", "primary_uri", (queue.primary_uri for queue in organization.queues))
    yield from _once("users", "extension", (user.extension or "" for user in organization.users))
    yield from _check_attendant_names(organization)
    policies = organization.caller_id_policies
    yield from _once("caller_id_policies", "name", (policy.name for policy in policies))
    yield from _check_ranks(organization)
    yield from _check_sounds(organization)


def _check_mails(organization: Organization) -> Problems:
    """Who has an address is asked by it wherever users and groups are named, so that both cannot have it."""
    upns = {user.upn for user in organization.users}
    for place, group in enumerate(organization.groups):
        if group.mail in upns:
            wanted = f"must be unique; the user {group.mail} has it already"
            yield Problem(("groups", place, "mail"), group.mail, wanted)


def _once(collection: str, field: str | None, values: Iterable[str]) -> Problems:
    first_ones: dict[Hashable, tuple[int, str]] = {}
    for place, value in enumerate(values):
        first_place, first_value = first_ones.setdefault(value.casefold(), (place, value))
        if value and first_place != place:
            path: Path = (collection, place, field) if field else (collection, place)
            first = f"{first_value} ({Problem((collection, first_place), value, '').field})"
            yield Problem(path, value, f"must be unique, letter case aside; {first} has it already")


def _check_attendant_names(organization: Organization) -> Problems:
    """Queues and attendants are dialled by their names, so that no two may have the same."""
    attendants = organization.attendants
    yield from _once("attendants", "name", (attendant.name for attendant in attendants))
    queues = {queue.name.casefold(): queue.name for queue in organization.queues}
    for place, attendant in enumerate(attendants):
        if name := queues.get(attendant.name.casefold()):
            wanted = f"is the name of queue {name} already; a name that is dialled leads to one thing"
            yield Problem(("attendants", place, "name"), attendant.name, wanted)


def _check_ranks(organization: Organization) -> Problems:
    """Ranks decide between groups, and so no two may have the same."""
    holders: dict[int, str] = {}
    for place, group in enumerate(organization.groups):
        rank = group.caller_id_rank
        if rank is None or group.caller_id_policy is None:
            continue
        if rank in holders:
            message = f"is the rank of group {holders[rank]} already; each policy of a group needs its own"
            yield Problem(("groups", place, "caller_id_rank"), rank, message)
        holders.setdefault(rank, group.name)


def _check_sounds(organization: Organization) -> Problems:
    """A name stands for one sound in the whole organization, for it is what the library knows."""
    contents = {audio.name.casefold(): audio.sha256 for audio in organization.audio}
    for path, audio in _played(organization):
        if audio.language is not None:
            continue
        if contents.setdefault(audio.name.casefold(), audio.sha256) != audio.sha256:
            message = "is the name of another sound of the organization already; give the file another"
            yield Problem(path, audio.name, message)


def _played(organization: Organization) -> Iterator[tuple[Path, Audio]]:
    for place, queue in enumerate(organization.queues):
        for path, audio in sounds_of(queue):
            yield ("queues", place, *path), audio
    for place, attendant in enumerate(organization.attendants):
        for path, audio in sounds_in(attendant):
            yield ("attendants", place, *path), audio


def _check_number_use(organization: Organization) -> Problems:
    """One number belongs to at most one thing (rules section 1)."""
    owners: dict[str, str] = {}
    line_uris: list[tuple[Path, str | None, str]] = [
        *(
            (("queues", place, "line_uri"), queue.line_uri, f"queue {queue.name}")
            for place, queue in enumerate(organization.queues)
        ),
        *(
            (("attendants", place, "line_uris", number), line_uri, f"attendant {attendant.name}")
            for place, attendant in enumerate(organization.attendants)
            for number, line_uri in enumerate(attendant.line_uris)
        ),
        *(
            (("users", place, "line_uri"), user.line_uri, f"user {user.upn}")
            for place, user in enumerate(organization.users)
        ),
    ]
    for path, line_uri, owner in line_uris:
        if line_uri is None or (number := line_uri_number(line_uri)) is None:
            continue
        if number in owners:
            yield Problem(path, line_uri, f"belongs to {owners[number]} already; one number, one thing")
        owners.setdefault(number, owner)


def _check_server(organization: Organization, others: tuple[Organization, ...]) -> Problems:
    # The messages do not say whose it is: organizations are invisible to each other.
    if organization.name.casefold() in {other.name.casefold() for other in others}:
        yield Problem(
            ("organization",), organization.name, "is the name of another organization of this server"
        )
    taken_domains = {domain for other in others for domain in other.domains}
    taken_numbers = {number.number for other in others for number in other.numbers}
    for place, domain in enumerate(organization.domains):
        if domain in taken_domains:
            taken = "belongs to another organization of this server"
            yield Problem(("domains", place), domain, taken)
    for place, number in enumerate(organization.numbers):
        if number.number in taken_numbers:
            taken = "belongs to another organization of this server"
            yield Problem(("numbers", place, "number"), number.number, taken)
    for place, user in enumerate(organization.users):
        if user.line_uri and line_uri_number(user.line_uri) in taken_numbers:
            taken = "belongs to another organization of this server"
            yield Problem(("users", place, "line_uri"), user.line_uri, taken)
