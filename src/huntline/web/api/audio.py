"""``/audio``: the library of sound files for greetings and music."""

# Annotations are not postponed here: the patch form is known at run time only.
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal

from fastapi import Body, Response, UploadFile
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict

from huntline.apply import keep_content, spoken
from huntline.directory.edits import added, replaced
from huntline.directory.organization import Audio, Organization
from huntline.directory.problems import Problem
from huntline.errors import ConfigurationError, Refused
from huntline.media.g711 import SUFFIX
from huntline.media.prompts.apart import encode_apart
from huntline.media.prompts.decode import MAX_BYTES
from huntline.media.prompts.encode import measure_prompt
from huntline.media.prompts.judgement import warnings_about
from huntline.media.prompts.preview import wav_of_ulaw
from huntline.organization_file.form import Text
from huntline.organization_file.parts import Dump
from huntline.storage.blobs import Blobs
from huntline.storage.settings import SettingsRefused
from huntline.web.access import Access, ChangeQueues, ChangeSettings, ReadSettings
from huntline.web.api.collection import Collection, DryRun, NotThere, parsed, patch_of
from huntline.web.backstage import Backstage
from huntline.web.etags import IfMatch, check_if_match, etag_of
from huntline.web.language import Sentence
from huntline.web.listing import Listing, Page, Search, Sort
from huntline.web.problems import FieldsRefused
from huntline.web.routing import api_router

_MEDIA_TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".wma": "audio/x-ms-wma"}
_SOUND: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}

Key = Annotated[str, InPath(description="The file, by name in any letter case or by its SHA-256.")]

router = api_router("/audio", tag="audio")


class AudioNameTaken(Refused):
    """A file of that name is in the library, with other content."""

    error_id = "audio-name-taken"


class FileTooLarge(FieldsRefused):
    """The file is larger than any prompt may be."""

    error_id = "too-large"
    status = 413


class AudioForm(BaseModel):
    """What can be set of a sound file: its name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Text


class SpokenForm(AudioForm):
    """A text to speak into a file of a name that ends in ``.wav``."""

    say: Text
    language: Literal["en", "fr"] = "en"


class PreviewForm(BaseModel):
    """A text to speak, for ears at a desk."""

    model_config = ConfigDict(extra="forbid", strict=True)

    say: Text
    language: Literal["en", "fr"] = "en"


class AudioView(AudioForm):
    """A sound file: ``duration`` in seconds, ``loudness`` (RMS) in dB of full scale."""

    sha256: str
    duration: float
    loudness: float | None


class AudioDetails(AudioView):
    """A sound file as callers hear it.

    ``peak`` is in dB of full scale, ``clipped_share`` (0 to 1) is how much of it is at the loudest step;
    both are null when the content is missing from the server. ``warnings`` say what callers will mind.
    """

    peak: float | None
    clipped_share: float | None
    warnings: list[Sentence]


AudioPatch = patch_of(AudioForm, AudioDetails)


def find(organization: Organization, key: str) -> Audio | None:
    """A sound file by name in any letter case, or by its SHA-256."""
    name = key.casefold()
    return next(
        (audio for audio in organization.audio if name in (audio.name.casefold(), audio.sha256)), None
    )


def build(form: AudioForm, organization: Organization, old: Audio | None, backstage: Backstage) -> Audio:
    """The file under another name, which says the same of its format."""
    assert old is not None, "a file is made of its content"
    kind = PurePath(old.name).suffix.lower()
    if _base_name(form.name) != form.name or PurePath(form.name).suffix.lower() != kind:
        wanted = f"must be a file name that ends in {kind}, as the content is"
        raise FieldsRefused([Problem(("name",), form.name, wanted)])
    return replace(old, name=form.name)


AUDIO: Collection[Audio] = Collection(
    attribute="audio",
    noun="audio file",
    form=AudioForm,
    view=AudioView,
    find=find,
    build=build,
    dump=lambda audio: {"name": audio.name},
    deriving=lambda organization: (
        lambda audio: {
            "sha256": audio.sha256,
            "duration": audio.duration,
            "loudness": audio.loudness,
        }
    ),
    names=lambda audio: (audio.name,),
)


def details(audio: Audio, organization: Organization, blobs: Blobs) -> Dump:
    """``AudioDetails``."""
    shown = AUDIO.shown(audio, organization)
    try:
        prompt = measure_prompt(audio.sha256, blobs.folder)
    except FileNotFoundError:
        missing = "its content is missing from the server: upload the same file again"
        return shown | {"peak": None, "clipped_share": None, "warnings": [missing]}
    return shown | {
        "peak": round(prompt.peak_dbfs, 1),
        "clipped_share": round(prompt.clipped_share, 4),
        "warnings": list(warnings_about(prompt)),
    }


@router.get("", response_model=Listing[AudioView], operation_id="list_audio_files")
def list_all(access: ReadSettings, page: Page, search: Search = "", sort: Sort = "") -> Any:
    """All sound files of the library."""
    organization = access.organization
    found = AUDIO.listed(organization, search, sort)
    return page.of(found, lambda audio: AUDIO.shown(audio, organization))


@router.post(
    "",
    response_model=AudioDetails,
    status_code=201,
    operation_id="create_audio_file",
    responses={200: {"model": AudioDetails, "description": "This very file is there already"}},
)
def upload(access: ChangeSettings, file: UploadFile, response: Response, dry_run: DryRun = False) -> Any:
    """Upload a .wav (PCM), .mp3 or .wma file of up to 5 MB and an hour: it is decoded at once, or refused.

    The same file sent twice is there once. Content that no name leads to any more stays in the data
    folder, under its SHA-256.
    """
    name = _base_name(file.filename or "")
    return _add(access, "file", name, content_of(file), response, dry_run)


@router.post(
    "/speech",
    response_model=AudioDetails,
    status_code=201,
    operation_id="create_audio_file_of_speech",
    responses={200: {"model": AudioDetails, "description": "This very file is there already"}},
)
def speak(access: ChangeSettings, form: SpokenForm, response: Response, dry_run: DryRun = False) -> Any:
    """Speak a text into a file of the library, to listen to it or to play it as music on hold."""
    if not form.name.lower().endswith(".wav") or _base_name(form.name) != form.name:
        raise FieldsRefused([Problem(("name",), form.name, "must be a file name that ends in .wav")])
    return _add(access, "name", form.name, _speech_of(form), response, dry_run)


@router.post(
    "/speech/preview",
    response_class=Response,
    operation_id="preview_speech",
    responses={200: {"content": {"audio/wav": _SOUND}, "description": "A .wav file"}},
)
def preview_speech(access: ChangeQueues, form: PreviewForm) -> Response:
    """A text as callers would hear it spoken, as a .wav file (8 kHz, mono, 16 bit); nothing is kept."""
    content = _speech_of(form)
    with tempfile.TemporaryDirectory(prefix="huntline-") as folder:
        prompt = encode_apart(Path("spoken.wav"), content, Path(folder))
        ulaw = Path(prompt.source + SUFFIX["PCMU"]).read_bytes()
    return Response(wav_of_ulaw(ulaw), media_type="audio/wav")


@router.get("/{key}", response_model=AudioDetails, operation_id="read_audio_file")
def read(access: ReadSettings, key: Key, response: Response) -> Any:
    """One sound file, measured as callers hear it."""
    organization = access.organization
    return _answer(AUDIO.get(organization, key), organization, access, response)


@router.patch("/{key}", response_model=AudioDetails, operation_id="change_audio_file")
def rename(
    access: ChangeSettings,
    key: Key,
    patch: Annotated[AudioPatch, Body()],  # type: ignore[valid-type]
    response: Response,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> Any:
    """Give a file another name; queues go on playing it."""
    wanted = patch.model_dump(exclude_unset=True)  # type: ignore[attr-defined]

    def form_of(current: Audio) -> BaseModel:
        return parsed(AudioForm, AUDIO.dump(current) | wanted)

    return _answer(*AUDIO.put(access, key, form_of, if_match, dry_run), access, response)


@router.delete("/{key}", response_model=AudioDetails, operation_id="remove_audio_file")
def remove(access: ChangeSettings, key: Key, if_match: IfMatch = None, dry_run: DryRun = False) -> Any:
    """Take a file that no queue plays out of the library; its content stays in the data folder."""
    organization = access.organization
    removed = AUDIO.remove(access, key, if_match, dry_run)
    return details(removed, organization, access.backstage.blobs)


@router.get(
    "/{key}/content",
    response_class=FileResponse,
    operation_id="read_audio_content",
    responses={200: {"content": dict.fromkeys(_MEDIA_TYPES.values(), _SOUND), "description": "The file"}},
)
def read_content(access: ReadSettings, key: Key) -> FileResponse:
    """The file as it was uploaded."""
    audio = AUDIO.get(access.organization, key)
    path = _existing(access.backstage.blobs.path(audio.sha256), audio)
    media_type = _MEDIA_TYPES[PurePath(audio.name).suffix.lower()]
    return FileResponse(path, media_type=media_type, filename=audio.name)


@router.put("/{key}/content", response_model=AudioDetails, operation_id="replace_audio_content")
def replace_content(
    access: ChangeSettings,
    key: Key,
    file: UploadFile,
    response: Response,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> Any:
    """Give a file of the library another content of the same kind: queues play that from now on.

    It keeps its name, whatever the file that is sent is called.
    """
    name = AUDIO.get(access.organization, key).name
    with _blobs_for(access.backstage, dry_run) as blobs:
        audio = _kept("file", name, content_of(file), blobs)

        def edit(organization: Organization) -> Organization:
            current = AUDIO.get(organization, name)
            check_if_match(if_match, AUDIO.dump(current))
            return replaced(organization, "audio", current, replace(audio, name=current.name))

        try:
            organization = access.change(edit, dry_run=dry_run).organization
        except SettingsRefused as refusal:
            raise refusal.about("file") from None
        response.headers["ETag"] = etag_of(AUDIO.dump(audio))
        return details(AUDIO.get(organization, name), organization, blobs)


@router.get(
    "/{key}/preview",
    response_class=Response,
    operation_id="read_audio_preview",
    responses={200: {"content": {"audio/wav": _SOUND}, "description": "A .wav file"}},
)
def read_preview(access: ReadSettings, key: Key) -> Response:
    """The sound as callers hear it: through G.711, as a .wav file (8 kHz, mono, 16 bit)."""
    audio = AUDIO.get(access.organization, key)
    path = access.backstage.blobs.path(audio.sha256 + SUFFIX["PCMU"])
    return Response(wav_of_ulaw(_existing(path, audio).read_bytes()), media_type="audio/wav")


def _answer(audio: Audio, organization: Organization, access: Access, response: Response) -> Dump:
    response.headers["ETag"] = etag_of(AUDIO.dump(audio))
    return details(audio, organization, access.backstage.blobs)


def _add(access: Access, field: str, name: str, content: bytes, response: Response, dry_run: bool) -> Dump:
    """Put a file into the library unless it is there; ``field`` is what a refusal blames."""
    with _blobs_for(access.backstage, dry_run) as blobs:
        audio = _kept(field, name, content, blobs)
        known: Audio | None = None

        def edit(organization: Organization) -> Organization:
            nonlocal known
            known = find(organization, name)
            if known is None:
                return added(organization, "audio", audio)
            if known.sha256 != audio.sha256:
                raise AudioNameTaken(
                    f"there is a file {known.name} with other content; give this one another name"
                )
            return organization

        try:
            organization = access.change(edit, dry_run=dry_run).organization
        except SettingsRefused as refusal:
            raise refusal.about(field) from None
        if known is not None or dry_run:
            response.status_code = 200
        shown = AUDIO.get(organization, name)
        response.headers["ETag"] = etag_of(AUDIO.dump(shown))
        return details(shown, organization, blobs)


def content_of(file: UploadFile) -> bytes:
    """What was sent, unless it is too much. Raises FileTooLarge."""
    content = file.file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise FileTooLarge([Problem(("file",), _base_name(file.filename or ""), "must be up to 5 MB")])
    return content


def _speech_of(form: SpokenForm | PreviewForm) -> bytes:
    """The text of a form as a .wav file. Raises FieldsRefused."""
    try:
        return spoken(form.say, form.language)
    except ConfigurationError as error:
        raise FieldsRefused([Problem(("say",), form.say, str(error))]) from None


def _kept(field: str, name: str, content: bytes, blobs: Blobs) -> Audio:
    """A sound of a content that is kept. Raises FieldsRefused, which blames ``field``."""
    try:
        return keep_content(name, content, blobs)
    except ConfigurationError as error:
        raise FieldsRefused([Problem((field,), name, str(error))]) from None


@contextmanager
def _blobs_for(backstage: Backstage, dry_run: bool) -> Iterator[Blobs]:
    if not dry_run:
        yield backstage.blobs
        return
    with tempfile.TemporaryDirectory(prefix="huntline-") as folder:
        yield Blobs(Path(folder))


def _base_name(name: str) -> str:
    """The last part of a path of any system: some clients send the whole of it."""
    return PurePath(name.replace("\\", "/")).name


def _existing(path: Path, audio: Audio) -> Path:
    if not path.exists():
        raise NotThere(f"the content of {audio.name} is missing from the server; upload the file again")
    return path
