"""From the words of an organization file to an organization."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from huntline.directory.attendants import Attendant
from huntline.directory.organization import (
    QUEUE_SOUNDS,
    Audio,
    Organization,
    QueueSettings,
    User,
    with_sounds,
)
from huntline.directory.problems import Path as FieldPath
from huntline.directory.problems import Problem, rooted
from huntline.errors import ConfigurationError
from huntline.organization_file.attendant_parts import attendant_of
from huntline.organization_file.form import (
    AttendantForm,
    FileForm,
    OrganizationForm,
    QueueForm,
    SpeechForm,
    UserForm,
)
from huntline.organization_file.parts import (
    group_of,
    number_of,
    policy_of,
    queue_of,
    trunk_of,
    user_of,
    with_fields,
)
from huntline.organization_file.source import YamlSource
from huntline.organization_file.validation import validated

LARGEST_FILE = 20 * 2**20  # bytes


class OrganizationFileRefused(ConfigurationError):
    """The file is not allowed as it is; the message has a line for every problem."""


@dataclass(frozen=True, slots=True)
class SoundKeeping:
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


def read_file(path: Path, sounds: SoundKeeping) -> Draft:
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

    def __init__(self, form: OrganizationForm, folder: Path, sounds: SoundKeeping) -> None:
        self.problems: list[Problem] = []
        self._form = form
        self._folder = folder
        self._sounds = sounds
        self._domains = tuple(domain.lower() for domain in form.domains)

    def organization(self) -> Organization:
        form = self._form
        return replace(
            with_fields(Organization(name="", domains=()), form),
            trunks=tuple(map(trunk_of, form.trunks)),
            numbers=tuple(map(number_of, form.numbers)),
            users=tuple(self._user(place, each) for place, each in enumerate(form.users)),
            groups=tuple(map(group_of, form.groups)),
            audio=tuple(self._audio()),
            queues=tuple(self._queue(place, each) for place, each in enumerate(form.queues)),
            attendants=tuple(self._attendant(place, each) for place, each in enumerate(form.attendants)),
            caller_id_policies=tuple(map(policy_of, form.caller_id_policies)),
        )

    def _user(self, place: int, form: UserForm) -> User:
        user, problems = user_of(form, self._domains[0] if self._domains else "")
        self.problems += [rooted(problem, ("users", place)) for problem in problems]
        return user

    def _audio(self) -> Iterator[Audio]:
        for place, file in enumerate(self._form.audio):
            if audio := self._sound(("audio", place), file):
                yield audio

    def _queue(self, place: int, form: QueueForm) -> QueueSettings:
        sounds = {
            field: self._sound(("queues", place, field), getattr(form, field)) for field in QUEUE_SOUNDS
        }
        messages = [
            audio
            for number, sound in enumerate(form.messages)
            if (audio := self._sound(("queues", place, "messages", number), sound))
        ]
        return with_sounds(queue_of(form, self._domains), sounds, messages)

    def _attendant(self, place: int, form: AttendantForm) -> Attendant:
        def sound_of(path: FieldPath, sound: FileForm | SpeechForm) -> Audio | None:
            return self._sound(("attendants", place, *path), sound)

        return attendant_of(form, self._domains, sound_of)

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
