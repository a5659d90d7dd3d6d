"""The organization file: an organization as YAML, checked whole before anything of it counts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from huntline.directory.changes import Change
from huntline.directory.digests import password_digests
from huntline.directory.organization import (
    Audio,
    Group,
    GroupKind,
    Home,
    Licence,
    Limits,
    NumberKind,
    Organization,
    QueueExit,
    QueueSettings,
    ServiceNumber,
    StarCodes,
    Trunk,
    User,
)
from huntline.directory.problems import Path as FieldPath
from huntline.directory.problems import Problem, did_you_mean
from huntline.engine.model import Alerting, Distribution, ExitAction
from huntline.errors import ConfigurationError
from huntline.media.prompts.encode import EncodedPrompt, encode_prompt
from huntline.media.prompts.speak import speak
from huntline.storage.blobs import Blobs
from huntline.storage.database import open_database
from huntline.storage.settings import SettingsRefused, apply_organization
from huntline.storage.yaml_source import YamlSource

LARGEST_FILE = 20 * 1024 * 1024  # bytes
_PARALLEL_BY_DEFAULT = (Distribution.ROUND_ROBIN, Distribution.LONGEST_IDLE)


class OrganizationFileRefused(ConfigurationError):
    """The file is not allowed as it is; the message has a line for every problem."""


def _word(kind: type[StrEnum]) -> BeforeValidator:
    """One of an enumeration's words, with a suggestion when it is none."""

    def check(value: object) -> object:
        words = [str(each) for each in kind]
        if isinstance(value, kind) or value in words:
            return kind(value)
        raise ValueError(f"must be one of {', '.join(words)}{did_you_mean(str(value), words)}")

    return BeforeValidator(check)


def _none_as_empty(value: object) -> object:
    return [] if value is None else value


def _telephone(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'YAML reads this as a number and drops the plus; write it in quotes: "+{value}"')
    return value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Limits(_Part):
    max_waiting: int = 200
    agent_limit: int = 10_000


class _StarCodes(_Part):
    opt_out: str | None = "*45"
    opt_in: str | None = "*46"


class _Trunk(_Part):
    name: str
    addresses: list[str]


class _Number(_Part):
    number: Annotated[str, BeforeValidator(_telephone)]
    kind: Annotated[NumberKind, _word(NumberKind)]


class _User(_Part):
    upn: str
    display_name: str = ""
    licences: list[Annotated[Licence, _word(Licence)]] = []
    voice_enabled: bool = False
    homed: Annotated[Home, _word(Home)] = Home.ONLINE
    line_uri: str | None = None
    contacts: list[str] = []
    sip_password: Annotated[str | None, Field(min_length=1)] = None


class _Group(_Part):
    name: str
    kind: Annotated[GroupKind, _word(GroupKind)]
    members: list[str] = []


class _AudioFile(_Part):
    file: str


class _SpokenText(_Part):
    say: str
    language: Literal["en", "fr"] = "en"


def _audio(value: object) -> object:
    """Which of the two forms is meant, so that the error is about that one."""
    if isinstance(value, dict) and ("file" in value or "say" in value):
        return (_SpokenText if "say" in value else _AudioFile).model_validate(value)
    raise ValueError("must be {file: NAME} or {say: TEXT, language: en or fr}")


_Sound = Annotated[Any, BeforeValidator(lambda value: None if value is None else _audio(value))]
_Music = Annotated[Any, BeforeValidator(lambda value: None if value in ("default", None) else _audio(value))]


class _Exit(_Part):
    action: Annotated[ExitAction, _word(ExitAction)]
    target: str | None = None


class _Queue(_Part):
    name: str
    primary_uri: str = ""
    domain: str | None = None
    line_uri: str | None = None
    greeting: _Sound = None
    music: _Music = None
    distribution: Annotated[Distribution, _word(Distribution)] = Distribution.ATTENDANT
    alerting: Annotated[Alerting, _word(Alerting)] | None = None
    agent_limit: int = 50
    agents: Annotated[list[str], BeforeValidator(_none_as_empty)] = []
    groups: Annotated[list[str], BeforeValidator(_none_as_empty)] = []
    agent_alert_time: int = 30
    allow_opt_out: bool = True
    max_waiting: int = 50
    overflow: _Exit = _Exit(action=ExitAction.DISCONNECT)
    max_wait: int = 1200
    timeout: _Exit = _Exit(action=ExitAction.DISCONNECT)
    no_agents: _Exit = _Exit(action=ExitAction.QUEUE)
    no_agents_new_calls_only: bool = False
    presence_based_routing: bool = False
    ring_busy: bool = False
    wrap_up: int = 0


class _File(_Part):
    organization: str
    domains: list[str]
    limits: _Limits = _Limits()
    communication_credits: bool = True
    star_codes: _StarCodes = _StarCodes()
    trunks: Annotated[list[_Trunk], BeforeValidator(_none_as_empty)] = []
    numbers: Annotated[list[_Number], BeforeValidator(_none_as_empty)] = []
    users: Annotated[list[_User], BeforeValidator(_none_as_empty)] = []
    groups: Annotated[list[_Group], BeforeValidator(_none_as_empty)] = []
    queues: Annotated[list[_Queue], BeforeValidator(_none_as_empty)] = []


@dataclass(frozen=True, slots=True)
class _Context:
    """What the words of the file need to become settings."""

    folder: Path
    encode: Callable[[Path], EncodedPrompt]
    keep: Callable[[bytes], str]


def apply_file(path: Path, data_dir: Path) -> list[Change]:
    """Put the organization of a file in force, all or nothing; returns what changed.

    The organization of that name is replaced as a whole, or a new one added beside the others. Raises
    OrganizationFileRefused with every problem on a line of its own, and ConfigurationError.
    """
    source = YamlSource(str(path), _read(path))
    blobs = Blobs(data_dir)
    context = _Context(path.parent, lambda file: encode_prompt(file, blobs.folder), blobs.put)
    wanted = _organization(source, context)
    database = open_database(data_dir)
    try:
        return apply_organization(database, wanted)
    except SettingsRefused as refusal:
        raise _refused(source, refusal.problems) from None
    finally:
        database.dispose()


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ConfigurationError(f"{path}: is larger than {LARGEST_FILE // 2**20} MB")
        return path.read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 text (byte {error.start})") from None


def _refused(source: YamlSource, problems: Sequence[Problem]) -> OrganizationFileRefused:
    return OrganizationFileRefused("\n".join(source.describe(problem) for problem in problems))


def _organization(source: YamlSource, context: _Context) -> Organization:
    if source.repeated:
        raise _refused(source, source.repeated)
    if not isinstance(source.value, dict):
        problem = Problem((), None, "must be a mapping that begins with organization: NAME")
        raise _refused(source, [problem])
    try:
        file = _File.model_validate(source.value)
    except ValidationError as error:
        raise _refused(source, [_problem(each) for each in error.errors()]) from None
    problems: list[Problem] = []
    queues = tuple(_queue(place, queue, file, context, problems) for place, queue in enumerate(file.queues))
    if problems:
        raise _refused(source, problems)
    realm = file.domains[0].lower() if file.domains else ""
    return Organization(
        name=file.organization,
        domains=tuple(domain.lower() for domain in file.domains),
        limits=Limits(**file.limits.model_dump()),
        communication_credits=file.communication_credits,
        star_codes=StarCodes(**file.star_codes.model_dump()),
        trunks=tuple(Trunk(each.name, tuple(each.addresses)) for each in file.trunks),
        numbers=tuple(ServiceNumber(each.number, each.kind) for each in file.numbers),
        users=tuple(_user(each, realm) for each in file.users),
        groups=tuple(Group(each.name, each.kind, tuple(each.members)) for each in file.groups),
        queues=queues,
    )


def _user(user: _User, realm: str) -> User:
    password = user.sip_password
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


def _queue(
    place: int, queue: _Queue, file: _File, context: _Context, problems: list[Problem]
) -> QueueSettings:
    path: FieldPath = ("queues", place)
    domain = queue.domain or (file.domains[0] if len(file.domains) == 1 else "")
    if not domain:
        problems.append(Problem((*path, "domain"), None, f"missing: one of {', '.join(file.domains)}"))
    plain = {name: getattr(queue, name) for name in _SAME_IN_BOTH}
    parallel = queue.distribution in _PARALLEL_BY_DEFAULT
    return QueueSettings(
        **plain,
        domain=domain.lower(),
        line_uri=_lower_scheme(queue.line_uri),
        greeting=_sound((*path, "greeting"), queue.greeting, context, problems),
        music=_sound((*path, "music"), queue.music, context, problems),
        alerting=queue.alerting or (Alerting.PARALLEL if parallel else Alerting.ONE),
        agents=tuple(queue.agents),
        groups=tuple(queue.groups),
        overflow=QueueExit(**queue.overflow.model_dump()),
        timeout=QueueExit(**queue.timeout.model_dump()),
        no_agents=QueueExit(**queue.no_agents.model_dump()),
    )


_SAME_IN_BOTH = (
    "name",
    "primary_uri",
    "distribution",
    "agent_limit",
    "agent_alert_time",
    "allow_opt_out",
    "max_waiting",
    "max_wait",
    "no_agents_new_calls_only",
    "presence_based_routing",
    "ring_busy",
    "wrap_up",
)


def _sound(
    path: FieldPath, sound: _AudioFile | _SpokenText | None, context: _Context, problems: list[Problem]
) -> Audio | None:
    if sound is None:
        return None
    try:
        if isinstance(sound, _SpokenText):
            with _spoken(sound) as file:
                return _kept(file, context, name=sound.say, language=sound.language)
        return _kept(context.folder / sound.file, context, name=Path(sound.file).name, language=None)
    except ConfigurationError as error:
        problems.append(Problem(path, None, str(error)))
        return None


def _kept(file: Path, context: _Context, *, name: str, language: str | None) -> Audio:
    prompt = context.encode(file)
    context.keep(file.read_bytes())
    return Audio(prompt.sha256, name, prompt.duration_s, language)


@contextmanager
def _spoken(text: _SpokenText) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="huntline-") as folder:
        file = Path(folder) / "spoken.wav"
        speak(text.say, file, text.language)
        yield file


def _lower_scheme(line_uri: str | None) -> str | None:
    """``TEL:`` in any letter case is accepted and stored lower case (rules section 1)."""
    if line_uri is not None and line_uri[:4].lower() == "tel:":
        return "tel:" + line_uri[4:]
    return line_uri


def _problem(error: ErrorDetails) -> Problem:
    """A refusal by the file's form, in the words of the rules."""
    path = tuple(part for part in error["loc"] if not _is_tag(part))
    value: object = error["input"]
    match error["type"]:
        case "extra_forbidden":
            known = _known_at(path[:-1])
            return Problem(path, None, f"there is no such setting{did_you_mean(str(path[-1]), known)}")
        case "missing":
            return Problem(path, None, "missing")
        case "value_error":
            message = error["msg"].removeprefix("Value error, ")
        case "none_required" | "is_instance_of":
            message = "is not allowed here"
        case _:
            message = error["msg"][:1].lower() + error["msg"][1:].replace("Input should be", "must be")
            message = message.replace("input should be", "must be")
    if path and path[-1] == "sip_password":
        value = None  # secrets are never shown
    return Problem(path, value, message)


def _is_tag(part: str | int) -> bool:
    # pydantic names the member of a union in the path; no setting is called like that.
    return isinstance(part, str) and ("[" in part or part in ("none", "enum"))


_PARTS: dict[str, type[BaseModel]] = {
    "limits": _Limits,
    "star_codes": _StarCodes,
    "trunks": _Trunk,
    "numbers": _Number,
    "users": _User,
    "groups": _Group,
    "queues": _Queue,
    "overflow": _Exit,
    "timeout": _Exit,
    "no_agents": _Exit,
    "greeting": _AudioFile,
    "music": _AudioFile,
}


def _known_at(path: FieldPath) -> list[str]:
    names = [part for part in path if isinstance(part, str)]
    return list((_PARTS[names[-1]] if names else _File).model_fields)
