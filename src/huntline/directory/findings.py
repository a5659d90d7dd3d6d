"""What is allowed in an organization and yet unwise, in plain words: what ``huntline check`` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from huntline.attendant.hours import Span
from huntline.directory import finding_texts as texts
from huntline.directory.attendants import (
    Attendant,
    AttendantFlow,
    FlowAction,
    Menu,
    MenuAction,
    flows_of,
    no_input_target,
    targets_of,
)
from huntline.directory.dial_directory import people_of
from huntline.directory.finding_texts import TEXTS, Severity, lacks_in_words, time_in_words
from huntline.directory.forwards import destination_of
from huntline.directory.groups import agents_of, members_in_order
from huntline.directory.index import OrganizationIndex, OutsideTarget
from huntline.directory.longest_time import Way, leads_on, longest_ways, reached_by
from huntline.directory.names import line_uri_number
from huntline.directory.organization import (
    EXITS,
    GLOBAL_POLICY,
    NOWHERE,
    OWN_VOICEMAIL,
    RULE_FIELDS,
    Group,
    Lack,
    NumberKind,
    NumberState,
    Organization,
    QueueExit,
    QueueExitAction,
    QueueSettings,
    User,
    missing_for_calls,
    sound_files_of,
)
from huntline.directory.problems import Path, field_of
from huntline.directory.trunks import takes_calls
from huntline.engine.model import Distribution
from huntline.languages.translation import Language
from huntline.languages.typography import typeset

_MOST_SHOWN = 5
_WHOLE_DAY = Span(0, 24 * 60)
_GOING_NOWHERE = (MenuAction.REPEAT, MenuAction.BACK, MenuAction.DISCONNECT)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. ``id`` is a stable word, ``key`` names the thing (``queue Help Desk``), ``path``
    leads to the setting as in a ``Problem``."""

    severity: Severity
    id: str
    path: Path
    key: str
    text: str


def findings_of(organization: Organization, language: Language = "en") -> list[Finding]:
    """All there is to look at, by trunks, queues, attendants, users, policies, numbers and sounds in their
    order."""
    survey = _Survey(organization, language)
    return [
        *survey.of_trunks(),
        *survey.of_queues(),
        *survey.of_attendants(),
        *survey.of_users(),
        *survey.of_policies(),
        *survey.of_numbers(),
        *survey.of_sounds(),
    ]


def audio_out_of_reach(listener: str, address: str, language: Language = "en") -> Finding:
    """Phones reach a listener of SIP, but not the address at which the server has its audio."""
    facts = {"listener": listener, "address": address}
    return in_words("audio-out-of-reach", ("media_address",), "server", language, facts)


def out_of_browsers(address: str, port: int, language: Language = "en") -> Finding:
    """Pages need an address of the server whose port browsers keep away from."""
    return in_words("out-of-browsers", ("http",), "server", language, {"address": address, "port": port})


def audio_address(address: str, networks: str, language: Language = "en") -> Finding:
    """Where phones on other machines are told to send their audio, by ``networks`` for those in each."""
    finding_id = "audio-by-network" if networks else "audio-address"
    facts = {"address": address, "networks": networks}
    return in_words(finding_id, ("network",), "server", language, facts)


def in_words(
    finding_id: str, path: Path, key: str, language: Language, facts: Mapping[str, object]
) -> Finding:
    """A finding with its sentence, whose words in braces are ``facts``."""
    text = TEXTS[finding_id]
    words = text.en if language == "en" else typeset(text.fr)
    return Finding(text.severity, finding_id, path, key, words.format(**facts))


class _Survey:
    def __init__(self, organization: Organization, language: Language) -> None:
        self._organization = organization
        self._language = language
        self._index = OrganizationIndex(organization)
        self._ways = longest_ways(self._index)
        self._called = _called(self._index)
        self._has_way_out = any(map(takes_calls, organization.trunks))

    def of_trunks(self) -> Iterator[Finding]:
        called = [queue.name for queue in self._organization.queues if queue.line_uri]
        called += [attendant.name for attendant in self._organization.attendants if attendant.line_uris]
        if called and not self._organization.trunks:
            yield self._finding("no-trunk", ("trunks",), "organization", queues=self._some_of(called))

    # -- queues

    def of_queues(self) -> Iterator[Finding]:
        for place, queue in enumerate(self._organization.queues):
            agents = agents_of(queue, self._index.users, self._index.groups)
            yield from self._service(place, queue, agents)
            yield from self._people(place, queue)
            yield from self._times(place, queue, agents)
            for field in EXITS:
                yield from self._exit(place, queue, field)
            if id(queue) not in self._called:
                yield self._about(queue, "queue-not-called", (place, "line_uri"))
            if way := self._ways.get(queue.name):
                time = time_in_words(way.seconds, self._language)
                yield self._about(queue, "longest-time", (place,), time=time, way=self._way_in_words(way))

    def _service(self, place: int, queue: QueueSettings, agents: Sequence[User]) -> Iterator[Finding]:
        """Whether anybody answers, or at least something else happens to the callers."""
        field = "max_waiting" if not queue.max_waiting else "max_wait" if not queue.max_wait else None
        if field is not None:
            if agents:
                yield self._about(queue, "agents-never-rung", (place, field), field=field)
        elif agents or leads_on(queue.no_agents):
            return
        elif leads_on(queue.timeout) and queue.no_agents.action is QueueExitAction.QUEUE:
            time = time_in_words(queue.max_wait, self._language)
            yield self._about(queue, "waits-in-vain", (place, "no_agents"), time=time)
        else:
            yield self._about(queue, "dead-end", (place, "agents"))

    def _people(self, place: int, queue: QueueSettings) -> Iterator[Finding]:
        """Who is reached and yet not rung."""
        lacking: list[str] = []
        too_many: list[str] = []
        agent_count = 0
        for user in members_in_order(queue, self._index.users, self._index.groups):
            if lacks := missing_for_calls(user):
                words = lacks_in_words(lacks, self._language)
                lacking.append(texts.LACKS[self._language].format(upn=user.upn, lacks=words))
            elif agent_count == queue.agent_limit:
                too_many.append(user.upn)
            else:
                agent_count += 1
        if lacking:
            yield self._about(queue, "cannot-be-rung", (place, "agents"), people=self._some_of(lacking))
        if too_many:
            limit, people = queue.agent_limit, self._some_of(too_many)
            yield self._about(queue, "past-agent-limit", (place, "agent_limit"), limit=limit, people=people)

    def _times(self, place: int, queue: QueueSettings, agents: Sequence[User]) -> Iterator[Finding]:
        """Whether the wait leaves time for the rings."""
        if not (agents and queue.max_waiting and queue.max_wait):
            return
        facts: dict[str, object] = {
            "time": time_in_words(queue.max_wait, self._language),
            "ring": time_in_words(queue.agent_alert_time, self._language),
        }
        rung_in_time = -(-queue.max_wait // queue.agent_alert_time)  # the last may be cut short
        if queue.max_wait < queue.agent_alert_time:
            yield self._about(queue, "wait-shorter-than-ring", (place, "agent_alert_time"), **facts)
        elif queue.distribution is Distribution.SERIAL and rung_in_time < len(agents):
            facts |= {"count": len(agents), "unreached": len(agents) - rung_in_time}
            yield self._about(queue, "last-agents-not-reached", (place, "max_wait"), **facts)

    def _exit(self, place: int, queue: QueueSettings, field: str) -> Iterator[Finding]:
        exit_: QueueExit = getattr(queue, field)
        if not exit_.target:
            return
        path: Path = ("queues", place, field, "target")
        target = self._index.forward_target(exit_.target)
        if isinstance(target, User) and (lacks := missing_for_calls(target)):
            yield self._target_lacks(path, f"queue {queue.name}", queue.name, target, lacks)
        elif isinstance(target, User) and exit_.action is QueueExitAction.VOICEMAIL:
            yield from self._forward(path, f"queue {queue.name}", queue.name, target.voicemail_target)
        else:
            yield from self._forward(path, f"queue {queue.name}", queue.name, exit_.target)

    def _about(self, queue: QueueSettings, finding_id: str, path: Path, **facts: object) -> Finding:
        return self._finding(finding_id, ("queues", *path), f"queue {queue.name}", name=queue.name, **facts)

    # -- attendants

    def of_attendants(self) -> Iterator[Finding]:
        for place, attendant in enumerate(self._organization.attendants):
            if id(attendant) not in self._called:
                yield self._of(attendant, "attendant-not-called", (place, "line_uris"))
            yield from self._hours(place, attendant)
            yield from self._holidays(place, attendant)
            for path, flow in flows_of(attendant):
                yield from self._flow((place, *path), attendant, flow)
            for path, target in targets_of(attendant):
                yield from self._target(("attendants", place, *path), attendant, target)

    def _hours(self, place: int, attendant: Attendant) -> Iterator[Finding]:
        """Whether each of the two flows is ever heard."""
        if attendant.hours is not None and not any(attendant.hours):
            yield self._of(attendant, "never-open", (place, "hours"))
        is_heard = any(holiday.flow is None for holiday in attendant.holidays)
        is_always_open = attendant.hours is None or all(_WHOLE_DAY in day for day in attendant.hours)
        if is_always_open and not is_heard and attendant.after_hours != AttendantFlow():
            yield self._of(attendant, "never-closed", (place, "hours"))

    def _holidays(self, place: int, attendant: Attendant) -> Iterator[Finding]:
        """Holidays that others before them hide wholly."""
        for later, holiday in enumerate(attendant.holidays):
            for earlier in attendant.holidays[:later]:
                if earlier.first <= holiday.first and holiday.last <= earlier.last:
                    path = (place, "holidays", later)
                    names = {"holiday": holiday.name, "other": earlier.name}
                    yield self._of(attendant, "holiday-hidden", path, **names)
                    break

    def _flow(self, path: Path, attendant: Attendant, flow: AttendantFlow) -> Iterator[Finding]:
        field = field_of(path[1:])
        if flow.action is FlowAction.DISCONNECT and path[1] == "open":
            yield self._of(attendant, "attendant-dead-end", path, field=field)
        if flow.menu is None:
            return
        if not flow.menu.keys and not attendant.operator:
            yield self._of(attendant, "menu-without-keys", (*path, "menu", "keys"), field=field)
        elif _leads_nowhere(attendant, flow.menu):
            yield self._of(attendant, "attendant-dead-end", (*path, "menu"), field=field)
        people = people_of(attendant.directory, self._index)
        for place, key in enumerate(flow.menu.keys):
            key_path = (*path, "menu", "keys", place)
            if key.action is MenuAction.DIRECTORY_BY_NAME and not people:
                yield self._of(attendant, "directory-empty", key_path, key_pressed=key.key, field=field)
            if key.action is MenuAction.DIRECTORY_BY_EXTENSION and not any(each.extension for each in people):
                yield self._of(attendant, "no-extensions", key_path, key_pressed=key.key, field=field)

    def _target(self, path: Path, attendant: Attendant, address: str) -> Iterator[Finding]:
        key = f"attendant {attendant.name}"
        target = self._index.forward_target(address)
        if isinstance(target, User) and (lacks := missing_for_calls(target)):
            yield self._target_lacks(path, key, attendant.name, target, lacks)
        else:
            yield from self._forward(path, key, attendant.name, address)

    def _of(self, attendant: Attendant, finding_id: str, path: Path, **facts: object) -> Finding:
        key = f"attendant {attendant.name}"
        return self._finding(finding_id, ("attendants", *path), key, name=attendant.name, **facts)

    # -- users

    def of_users(self) -> Iterator[Finding]:
        for place, user in enumerate(self._organization.users):
            if user.is_active:
                yield from self._own_rule(place, user)

    def _own_rule(self, place: int, user: User) -> Iterator[Finding]:
        key = f"user {user.upn}"
        for field in RULE_FIELDS:
            written = getattr(user, field)
            if written is None or written == NOWHERE:
                continue
            path: Path = ("users", place, field)
            target = self._index.rule_target(user, written)
            last = destination_of(target, self._index) if isinstance(target, User) else target
            if isinstance(last, User) and not last.is_active:
                yield self._target_lacks(path, key, user.upn, last, (Lack.ACTIVE,))
            elif written == OWN_VOICEMAIL:
                yield from self._forward(path, key, user.upn, user.voicemail_target)
            else:
                yield from self._forward(path, key, user.upn, written)
        for also in user.also_ring:
            yield from self._forward(("users", place, "also_ring"), key, user.upn, also.target)

    def _target_lacks(
        self, path: Path, key: str, name: str, target: User, lacks: tuple[Lack, ...]
    ) -> Finding:
        words = lacks_in_words(lacks, self._language)
        field = _field_of(path)
        return self._finding(
            "target-cannot-take-calls", path, key, name=name, target=target.upn, field=field, lacks=words
        )

    def _forward(self, path: Path, key: str, name: str, address: str | None) -> Iterator[Finding]:
        """Whether an address leads anywhere."""
        target = self._index.forward_target(address) if address else None
        facts = {"name": name, "target": address, "field": _field_of(path)}
        if target is None:
            yield self._finding("forward-ends-nowhere", path, key, **facts)
        elif isinstance(target, OutsideTarget) and line_uri_number(target) and not self._has_way_out:
            yield self._finding("no-outbound-trunk", path, key, **facts)

    # -- what is kept and not used

    def of_policies(self) -> Iterator[Finding]:
        holders: tuple[User | Group, ...] = (*self._organization.users, *self._organization.groups)
        granted = {name.casefold() for name in (each.caller_id_policy for each in holders) if name}
        for place, policy in enumerate(self._organization.caller_id_policies):
            if policy.name != GLOBAL_POLICY and policy.name.casefold() not in granted:
                key = f"caller-ID policy {policy.name}"
                path: Path = ("caller_id_policies", place)
                yield self._finding("policy-not-granted", path, key, name=policy.name)

    def of_numbers(self) -> Iterator[Finding]:
        organization = self._organization
        holders: tuple[QueueSettings | User, ...] = (*organization.queues, *organization.users)
        used = {line_uri_number(each.line_uri) for each in holders if each.line_uri}
        used |= {line_uri_number(uri) for each in organization.attendants for uri in each.line_uris}
        used |= {policy.service_number for policy in organization.caller_id_policies}
        for place, number in enumerate(organization.numbers):
            path, key = ("numbers", place), f"number {number.number}"
            if number.kind is NumberKind.SERVICE_TOLL_FREE and not organization.communication_credits:
                yield self._finding("toll-free-without-credits", path, key, name=number.number)
            if number.number not in used and number.state is NumberState.ACTIVE:
                yield self._finding("number-not-used", path, key, name=number.number)

    def of_sounds(self) -> Iterator[Finding]:
        played = {audio.name.casefold() for audio in sound_files_of(self._organization)}
        for place, audio in enumerate(self._organization.audio):
            if audio.name.casefold() not in played:
                yield self._finding(
                    "sound-not-used", ("audio", place), f"audio {audio.name}", name=audio.name
                )

    # -- words

    def _finding(self, finding_id: str, path: Path, key: str, **facts: object) -> Finding:
        return in_words(finding_id, path, key, self._language, facts)

    def _some_of(self, people: Sequence[str]) -> str:
        more = len(people) - _MOST_SHOWN
        shown = list(people[:_MOST_SHOWN])
        if more > 0:
            shown.append(texts.AND_MORE[self._language].format(count=more))
        return ", ".join(shown)

    def _way_in_words(self, way: Way) -> str:
        stays = [
            texts.STAY[self._language].format(time=time_in_words(seconds, self._language), name=name)
            for name, seconds in way.stays
        ]
        return texts.THEN[self._language].join([*stays, way.end or texts.CALL_ENDS[self._language]])


def _field_of(path: Path) -> str:
    """The setting that a path leads to, in its thing: ``timeout``, ``forward_to``, ``open.menu.keys[0]``."""
    return field_of(path[2:-1]) if path[-1] == "target" else field_of(path[2:])


def _called(index: OrganizationIndex) -> set[int]:
    """Queues and attendants, by identity, that have a number or that something forwards to."""
    organization = index.organization
    called = {id(queue) for queue in organization.queues if queue.line_uri}
    called |= {id(attendant) for attendant in organization.attendants if attendant.line_uris}
    for queue in organization.queues:
        called |= {id(reached_by(getattr(queue, field), index)) for field in EXITS}
    for attendant in organization.attendants:
        for _, address in targets_of(attendant):
            target = index.forward_target(address)
            if target is not attendant:
                called.add(id(destination_of(target, index) if isinstance(target, User) else target))
    for user in organization.users:
        if user.forward_to:
            called.add(id(destination_of(user, index)))
    return called


def _leads_nowhere(attendant: Attendant, menu: Menu) -> bool:
    """Whether callers of a menu are disconnected in the end whatever they press."""
    has_operator = bool(attendant.operator)
    leads = any(key.action not in _GOING_NOWHERE for key in menu.keys)
    return not (leads or has_operator or no_input_target(attendant, menu))
