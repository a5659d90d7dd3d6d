"""Where forwards lead: those of queues, attendants and users, whether they may, and whether they ever end."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from huntline.directory.attendants import Attendant, flows_of, no_input_target, targets_of
from huntline.directory.index import (
    ATTENDANT,
    MAILBOX,
    ForwardTarget,
    Mailbox,
    OrganizationIndex,
    OutsideTarget,
)
from huntline.directory.names import is_address, is_written_target, line_uri_number, sip_uri_parts
from huntline.directory.organization import (
    EXITS,
    RULE_FIELDS,
    QueueExit,
    QueueExitAction,
    QueueSettings,
    User,
    missing_for_calls,
)
from huntline.directory.problems import Path, Problem, Problems, did_you_mean

Destination = ForwardTarget
"""What a forward leads to."""


def destination_of(user: User, index: OrganizationIndex) -> Destination:
    """Where a direct call to a user ends up: with them, or wherever their forwarding leads."""
    return way_of(user, index)[1]


def way_of(user: User, index: OrganizationIndex) -> tuple[tuple[User, ...], Destination]:
    """Who has a direct call to a user forwarded, in order, and where it ends up.

    Who is not active forwards nothing. Should forwarding go round, which the rules refuse, or lead to
    nothing, it stops where it is.
    """
    passed: list[User] = []
    while user.forward_to and user.is_active and user not in passed:
        target = index.rule_target(user, user.forward_to)
        if target is None:
            break
        passed.append(user)
        if not isinstance(target, User):
            return tuple(passed), target
        user = target
    return tuple(passed), user


def check_forwards(index: OrganizationIndex) -> Problems:
    """Problems with what exits, forwarding and voicemail lead to."""
    for place, user in enumerate(index.organization.users):
        yield from _check_own_rule(("users", place), user, index)
        yield from _check_voicemail(("users", place, "voicemail"), user, index)
    for place, queue in enumerate(index.organization.queues):
        for field in EXITS:
            yield from _check_exit(("queues", place, field, "target"), getattr(queue, field), queue, index)
    for place, attendant in enumerate(index.organization.attendants):
        for path, target in targets_of(attendant):
            yield from _check_target(("attendants", place, *path), target, index)
    yield from _check_loops(index)


def _check_own_rule(path: Path, user: User, index: OrganizationIndex) -> Problems:
    for field in RULE_FIELDS:
        if (target := getattr(user, field)) is not None and is_written_target(target):
            yield from _check_forwarding((*path, field), target, user, index)
    for place, also in enumerate(user.also_ring):
        if is_address(also.target):
            yield from _check_also_ring((*path, "also_ring", place, "target"), also.target, user, index)


def _check_forwarding(path: Path, written: str, user: User, index: OrganizationIndex) -> Problems:
    match index.forward_target(written):
        case None:
            yield Problem(path, written, _unknown_target(written, index))
        case User() as target if target is user:
            yield Problem(path, written, "a user may not forward to themself")
        case User() | QueueSettings() | Attendant() | Mailbox() | OutsideTarget():
            pass


def _check_also_ring(path: Path, written: str, user: User, index: OrganizationIndex) -> Problems:
    match index.forward_target(written):
        case None:
            yield Problem(path, written, _unknown_target(written, index))
        case User() as target if target is user:
            yield Problem(path, written, "a user's own phones ring anyway")
        case QueueSettings() as queue:
            message = f"is queue {queue.name}; what rings beside a user's phones is a number or a colleague"
            yield Problem(path, written, message)
        case Attendant() as attendant:
            message = (
                f"is attendant {attendant.name}; what rings beside a user's phones is a number or a colleague"
            )
            yield Problem(path, written, message)
        case Mailbox():
            yield Problem(path, written, "is a mailbox, which does not ring")
        case User() | OutsideTarget():
            pass


def _check_voicemail(path: Path, user: User, index: OrganizationIndex) -> Problems:
    if user.voicemail is None or not is_address(user.voicemail):
        return
    match index.forward_target(user.voicemail):
        case None:
            yield Problem(path, user.voicemail, _unknown_target(user.voicemail, index))
        case User() as target if target is user:
            yield Problem(path, user.voicemail, "must be another address than the user's own: a mailbox")
        case QueueSettings() as queue:
            message = f"is queue {queue.name}; a mailbox is a person's, or an address outside"
            yield Problem(path, user.voicemail, message)
        case Attendant() as attendant:
            message = f"is attendant {attendant.name}; a mailbox is a person's, or an address outside"
            yield Problem(path, user.voicemail, message)
        case User() | Mailbox() | OutsideTarget():
            pass


def _check_exit(path: Path, exit_: QueueExit, queue: QueueSettings, index: OrganizationIndex) -> Problems:
    if not exit_.target:
        return
    problems = list(_check_target(path, exit_.target, index))
    yield from problems
    match None if problems else index.forward_target(exit_.target):
        case QueueSettings() | Attendant() | OutsideTarget() if exit_.action is QueueExitAction.VOICEMAIL:
            yield Problem(path, exit_.target, "must be a person of the organization: voicemail is theirs")
        case QueueSettings() as target if target is queue:
            yield Problem(path, exit_.target, "a queue may not forward to itself")
        case User() | QueueSettings() | Attendant() | Mailbox() | OutsideTarget() | None:
            pass


def _check_target(path: Path, target: str, index: OrganizationIndex) -> Problems:
    """Whether a target is there, and may take calls."""
    match index.forward_target(target):
        case None:
            yield Problem(path, target, _unknown_target(target, index))
        case User() as user if missing := missing_for_calls(user):
            lacking = f"may not be a target: {user.upn} lacks {' and '.join(missing)}"
            yield Problem(path, target, lacking)
        case Mailbox(whose=User() as user) if missing := missing_for_calls(user):
            lacking = f"may not be a target: {user.upn} has no mailbox, for want of {' and '.join(missing)}"
            yield Problem(path, target, lacking)
        case User() | QueueSettings() | Attendant() | Mailbox() | OutsideTarget():
            pass


def _unknown_target(target: str, index: OrganizationIndex) -> str:
    if target[: len(MAILBOX)].lower() == MAILBOX:
        name = target[len(MAILBOX) :]
        queues, groups = index.organization.queues, index.organization.groups
        known = [*(queue.name for queue in queues), *(group.name for group in groups)]
        return f"there is no queue, group or user {name}{did_you_mean(name, (*known, *index.users))}"
    if line_uri_number(target):
        return "is a number of the organization that belongs to no queue, no attendant and no user"
    if target[: len(ATTENDANT)].lower() == ATTENDANT:
        name = target[len(ATTENDANT) :]
        attendants = [attendant.name for attendant in index.organization.attendants]
        return f"there is no attendant {name}{did_you_mean(name, attendants)}"
    parts = sip_uri_parts(target)
    if parts and parts[0]:
        suggestion = did_you_mean("@".join(parts), index.users)
        return f"there is no user or queue {parts[0]} in {parts[1]}{suggestion}"
    known = [queue.name for queue in index.organization.queues]
    wanted = (
        "must be the name of a queue, sip:user@domain, attendant:NAME, voicemail:NAME or tel:+digits without"
        " separators"
    )
    return wanted + did_you_mean(target, known)


def _check_loops(index: OrganizationIndex) -> Problems:
    """Each loop of forwards, at the forward of its first queue, or else attendant, or else user.

    What takes a key of the caller is no loop: menus may lead back to where one was.
    """
    forwards = _graph(index)
    while loop := _some_loop(forwards):
        path, written = forwards[loop[0]].pop(loop[1])
        yield Problem(path, written, "forwards go round in a loop: " + " -> ".join(loop))


_Graph = dict[str, dict[str, tuple[Path, str]]]
"""Queues by name, attendants as targets name them and users by UPN (which alone has an ``@``): where each
forwards to without being asked, and what says so."""


def _graph(index: OrganizationIndex) -> _Graph:
    graph: _Graph = {}
    for place, queue in enumerate(index.organization.queues):
        edges = graph.setdefault(queue.name, {})
        for field in EXITS:
            exit_: QueueExit = getattr(queue, field)
            if exit_.target and exit_.action is QueueExitAction.FORWARD:
                path: Path = ("queues", place, field, "target")
                edges |= dict.fromkeys(_node(exit_.target, queue, index), (path, exit_.target))
    for place, attendant in enumerate(index.organization.attendants):
        edges = graph.setdefault(ATTENDANT + attendant.name, {})
        for path, target in _unasked(attendant):
            where = ("attendants", place, *path)
            edges |= dict.fromkeys(_node(target, None, index), (where, target))
    for place, user in enumerate(index.organization.users):
        if user.forward_to:
            path = ("users", place, "forward_to")
            graph[user.upn] = dict.fromkeys(_node(user, user, index), (path, user.forward_to))
    return graph


def _unasked(attendant: Attendant) -> Iterator[tuple[Path, str]]:
    """Where an attendant sends callers who press nothing, and what says so."""
    for path, flow in flows_of(attendant):
        if flow.target:
            yield (*path, "target"), flow.target
        if flow.menu and (target := no_input_target(attendant, flow.menu)):
            is_own = flow.menu.no_input is not None and flow.menu.no_input.target is not None
            yield ((*path, "menu", "no_input", "target") if is_own else ("operator",)), target


def _node(target: str | User, source: Destination | None, index: OrganizationIndex) -> Iterator[str]:
    """The queue, attendant or user that a forward, or all calls of a user, lead to, unless that is where it
    starts."""
    leads_to = (
        index.rule_target(target, target.forward_to or "")
        if isinstance(target, User)
        else index.forward_target(target)
    )
    match leads_to:
        case Attendant() as attendant:
            yield ATTENDANT + attendant.name
        case QueueSettings() as queue if queue is not source:
            yield queue.name
        case User() as user if user is not source:
            yield user.upn
        case User() | QueueSettings() | Mailbox() | OutsideTarget() | None:
            pass


def _some_loop(forwards: _Graph) -> list[str] | None:
    """Names from the first of a loop round to it again, queues before users, in the order of the file."""
    try:
        TopologicalSorter(forwards).prepare()
    except CycleError as error:
        names = list(reversed(error.args[1]))[:-1]
        first = names.index(min(names, key=list(forwards).index))
        return [*names[first:], *names[:first], names[first]]
    return None
