"""What is allowed in an organization and yet unwise, in plain words: what ``huntline check`` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from huntline.directory import finding_texts as texts
from huntline.directory.finding_texts import TEXTS, Severity, lacks_in_words, time_in_words
from huntline.directory.forwards import destination_of
from huntline.directory.groups import agents_of, members_in_order
from huntline.directory.index import OrganizationIndex, OutsideTarget
from huntline.directory.longest_time import Way, leads_on, longest_ways, reached_by
from huntline.directory.names import line_uri_number
from huntline.directory.organization import (
    EXITS,
    GLOBAL_POLICY,
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
from huntline.directory.problems import Path
from huntline.directory.trunks import outbound_destination
from huntline.engine.model import Distribution
from huntline.languages.translation import Language
from huntline.languages.typography import typeset

_MOST_SHOWN = 5


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
    """All there is to look at, by trunks, queues, users, policies, numbers and sounds in their order."""
    survey = _Survey(organization, language)
    return [
        *survey.of_trunks(),
        *survey.of_queues(),
        *survey.of_users(),
        *survey.of_policies(),
        *survey.of_numbers(),
        *survey.of_sounds(),
    ]


def audio_out_of_reach(listener: str, address: str, language: Language = "en") -> Finding:
    """Phones reach a listener of SIP, but not the address at which the server has its audio."""
    facts = {"listener": listener, "address": address}
    return _in_words("audio-out-of-reach", ("media_address",), "server", language, facts)


def _in_words(
    finding_id: str, path: Path, key: str, language: Language, facts: Mapping[str, object]
) -> Finding:
    text = TEXTS[finding_id]
    words = text.en if language == "en" else typeset(text.fr)
    return Finding(text.severity, finding_id, path, key, words.format(**facts))


class _Survey:
    def __init__(self, organization: Organization, language: Language) -> None:
        self._organization = organization
        self._language = language
        self._index = OrganizationIndex(organization)
        self._ways = longest_ways(self._index)
        self._called = _called_queues(self._index)
        self._has_way_out = any(outbound_destination(trunk) for trunk in organization.trunks)

    def of_trunks(self) -> Iterator[Finding]:
        called = [queue.name for queue in self._organization.queues if queue.line_uri]
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
            if queue.name not in self._called:
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
            yield from self._forward(path, f"queue {queue.name}", queue.name, target.voicemail)
        else:
            yield from self._forward(path, f"queue {queue.name}", queue.name, exit_.target)

    def _about(self, queue: QueueSettings, finding_id: str, path: Path, **facts: object) -> Finding:
        return self._finding(finding_id, ("queues", *path), f"queue {queue.name}", name=queue.name, **facts)

    # -- users

    def of_users(self) -> Iterator[Finding]:
        for place, user in enumerate(self._organization.users):
            if user.forward_to is None or not user.is_active:
                continue
            path: Path = ("users", place, "forward_to")
            last = destination_of(user, self._index)
            if isinstance(last, User) and not last.is_active:
                yield self._target_lacks(path, f"user {user.upn}", user.upn, last, (Lack.ACTIVE,))
            else:
                yield from self._forward(path, f"user {user.upn}", user.upn, user.forward_to)

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
        used |= {policy.service_number for policy in organization.caller_id_policies}
        for place, number in enumerate(organization.numbers):
            path, key = ("numbers", place), f"number {number.number}"
            if number.kind is NumberKind.SERVICE_TOLL_FREE and not organization.communication_credits:
                yield self._finding("toll-free-without-credits", path, key, name=number.number)
            if number.number not in used and number.state is NumberState.ACTIVE:
                yield self._finding("number-not-used", path, key, name=number.number)

    def of_sounds(self) -> Iterator[Finding]:
        played = {audio.name.casefold() for audio in sound_files_of(self._organization.queues)}
        for place, audio in enumerate(self._organization.audio):
            if audio.name.casefold() not in played:
                yield self._finding(
                    "sound-not-used", ("audio", place), f"audio {audio.name}", name=audio.name
                )

    # -- words

    def _finding(self, finding_id: str, path: Path, key: str, **facts: object) -> Finding:
        return _in_words(finding_id, path, key, self._language, facts)

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
    """The setting at the third place of a path: ``timeout``, ``forward_to``."""
    return str(path[2])


def _called_queues(index: OrganizationIndex) -> set[str]:
    """Names of the queues that have a number, or that something forwards to."""
    called = {queue.name for queue in index.organization.queues if queue.line_uri}
    for queue in index.organization.queues:
        reached = (reached_by(getattr(queue, field), index) for field in EXITS)
        called |= {each.name for each in reached if isinstance(each, QueueSettings)}
    for user in index.organization.users:
        if user.forward_to and isinstance(last := destination_of(user, index), QueueSettings):
            called.add(last.name)
    return called
