"""From the words of an organization file to an organization."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from huntline.directory.digests import password_digests
from huntline.directory.organization import (
    Audio,
    Group,
    Limits,
    Organization,
    QueueExit,
    QueueSettings,
    ServiceNumber,
    StarCodes,
    Trunk,
    User,
)
from huntline.directory.problems import Path as FieldPath
from huntline.directory.problems import Problem
from huntline.engine.model import Alerting, Distribution
from huntline.errors import ConfigurationError
from huntline.organization_file.form import (
    FileForm,
    GroupForm,
    OrganizationForm,
    QueueForm,
    SpeechForm,
    UserForm,
)
from huntline.organization_file.source import YamlSource
from huntline.organization_file.validation import validated

LARGEST_FILE = 20 * 2**20  # bytes
_PARALLEL_BY_DEFAULT = (Distribution.ROUND_ROBIN, Distribution.LONGEST_IDLE)
_LONGEST_PASSWORD = 128


class OrganizationFileRefused(ConfigurationError):
    """The file is not allowed as it is; the message has a line for every problem."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """How sounds are checked and kept. Both raise ConfigurationError for what cannot be a prompt."""

    keep_file: Callable[[Path], Audio]
    keep_speech: Callable[[str, str], Audio]  # text, language


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file says.

    ``problems`` are those of its form and its sounds. ``organization`` has something harmless in the place
    of each, so that the rules can be asked about the rest; None when too little is left.
    """

    source: YamlSource
    organization: Organization | None
    problems: tuple[Problem, ...]

    def refusal(self, by_rules: list[Problem]) -> OrganizationFileRefused:
        """All that is wrong, in the order of the file; by the rules only where the form is right."""
        faulty = [problem.path for problem in self.problems]
        meant = [
            problem for problem in by_rules if not any(problem.path[: len(path)] == path for path in faulty)
        ]
        return OrganizationFileRefused(self.source.describe((*self.problems, *meant)))


def read_file(path: Path, sounds: Sounds) -> Draft:
    """Read an organization file; names of sounds are relative to it. Raises ConfigurationError."""
    source = YamlSource(str(path), _text(path))
    if not isinstance(source.value, dict):
        return Draft(source, None, (Problem((), None, "must begin with organization: NAME"),))
    if source.problems:
        return Draft(source, None, tuple(source.problems))
    form, problems = validated(source.value)
    if form is None:
        return Draft(source, None, tuple(problems))
    reader = _Reader(form, path.parent, sounds)
    organization = reader.organization()
    return Draft(source, organization, (*problems, *reader.problems))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ConfigurationError(f"{path}: is larger than {LARGEST_FILE // 2**20} MB")
        return path.read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 text (byte {error.start})") from None


class _Reader:
    """Makes the organization of one form; ``problems`` are those of passwords and sounds."""

    def __init__(self, form: OrganizationForm, folder: Path, sounds: Sounds) -> None:
        self.problems: list[Problem] = []
        self._form = form
        self._folder = folder
        self._sounds = sounds
        self._domains = tuple(domain.lower() for domain in form.domains)

    def organization(self) -> Organization:
        form = self._form
        return Organization(
            name=form.organization,
            domains=self._domains,
            limits=Limits(**form.limits.model_dump()),
            communication_credits=form.communication_credits,
            star_codes=StarCodes(**form.star_codes.model_dump()),
            trunks=tuple(Trunk(each.name, tuple(each.addresses)) for each in form.trunks),
            numbers=tuple(ServiceNumber(each.number, each.kind) for each in form.numbers),
            users=tuple(self._user(place, each) for place, each in enumerate(form.users)),
            groups=tuple(map(_group, form.groups)),
            queues=tuple(self._queue(place, each) for place, each in enumerate(form.queues)),
        )

    def _user(self, place: int, user: UserForm) -> User:
        password = user.sip_password
        if password is not None and not (0 < len(password) <= _LONGEST_PASSWORD and password.isprintable()):
            wanted = f"must be 1 to {_LONGEST_PASSWORD} printable characters"
            self.problems.append(Problem(("users", place, "sip_password"), None, wanted))
        realm = self._domains[0] if self._domains else ""
        return User(
            upn=user.upn.lower(),
            display_name=user.display_name,
            licences=frozenset(user.licences),
            voice_enabled=user.voice_enabled,
            homed=user.homed,
            line_uri=_lower_scheme(user.line_uri),
            contacts=tuple(user.contacts),
            digests=password_digests(user.upn, realm, password) if password else (),
        )

    def _queue(self, place: int, queue: QueueForm) -> QueueSettings:
        only_domain = self._domains[0] if len(self._domains) == 1 else ""
        is_parallel = queue.distribution in _PARALLEL_BY_DEFAULT
        by_presence = queue.presence_based_routing
        if by_presence is None:
            by_presence = queue.distribution is Distribution.LONGEST_IDLE
        return QueueSettings(
            name=queue.name,
            primary_uri=(queue.primary_uri or "").lower(),
            domain=queue.domain.lower() if queue.domain else only_domain,
            line_uri=_lower_scheme(queue.line_uri),
            greeting=self._sound(("queues", place, "greeting"), queue.greeting),
            music=self._sound(("queues", place, "music"), queue.music),
            distribution=queue.distribution,
            alerting=queue.alerting or (Alerting.PARALLEL if is_parallel else Alerting.ONE),
            agent_limit=queue.agent_limit,
            agents=tuple(upn.lower() for upn in queue.agents),
            groups=tuple(queue.groups),
            agent_alert_time=queue.agent_alert_time,
            allow_opt_out=queue.allow_opt_out,
            max_waiting=queue.max_waiting,
            overflow=QueueExit(queue.overflow.action, queue.overflow.target),
            max_wait=queue.max_wait,
            timeout=QueueExit(queue.timeout.action, queue.timeout.target),
            no_agents=QueueExit(queue.no_agents.action, queue.no_agents.target),
            no_agents_new_calls_only=queue.no_agents_new_calls_only,
            presence_based_routing=by_presence,
            ring_busy=queue.ring_busy,
            wrap_up=queue.wrap_up,
        )

    def _sound(self, path: FieldPath, sound: FileForm | SpeechForm | None) -> Audio | None:
        if sound is None:
            return None
        try:
            if isinstance(sound, SpeechForm):
                return self._sounds.keep_speech(sound.say, sound.language)
            return self._sounds.keep_file(self._folder / sound.file)
        except ConfigurationError as error:
            self.problems.append(Problem(path, None, str(error)))
            return None


def _group(group: GroupForm) -> Group:
    members = (member.lower() if "@" in member else member for member in group.members)
    return Group(group.name, group.kind, tuple(members))


def _lower_scheme(line_uri: str | None) -> str | None:
    """``TEL:`` in any letter case is accepted and stored in lower case (rules section 1)."""
    if line_uri is not None and line_uri[:4].lower() == "tel:":
        return "tel:" + line_uri[4:]
    return line_uri
