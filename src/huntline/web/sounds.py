"""What a greeting or music is, by the name of a file in the library or by its text."""

from __future__ import annotations

from huntline.apply import keep_speech
from huntline.directory.organization import Audio, Organization
from huntline.directory.problems import Path, Problem, did_you_mean
from huntline.errors import ConfigurationError
from huntline.organization_file.form import FileForm, SpeechForm
from huntline.storage.blobs import Blobs
from huntline.web.problems import FieldsRefused


def sound_of(
    path: Path,
    form: FileForm | SpeechForm | None,
    organization: Organization,
    blobs: Blobs,
    old: Audio | None,
) -> Audio | None:
    """The sound that a form means; a text that ``old`` speaks already is not spoken again.

    Raises FieldsRefused for a file that the library lacks, or a text that cannot be spoken.
    """
    match form:
        case None:
            return None
        case FileForm():
            return _file(path, form.file, organization)
        case SpeechForm():
            if old is not None and (old.name, old.language) == (form.say, form.language):
                return old
            try:
                return keep_speech(form.say, form.language, blobs)
            except ConfigurationError as error:
                raise FieldsRefused([Problem((*path, "say"), form.say, str(error))]) from None


def _file(path: Path, name: str, organization: Organization) -> Audio:
    for audio in organization.audio:
        if audio.name.casefold() == name.casefold():
            return audio
    known = [audio.name for audio in organization.audio]
    wanted = f"there is no audio file {name} in the library; upload it first{did_you_mean(name, known)}"
    raise FieldsRefused([Problem((*path, "file"), name, wanted)])
