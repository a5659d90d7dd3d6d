"""``huntline audio``: the library of sound files for greetings and music."""

from __future__ import annotations

from inspect import Parameter
from pathlib import Path
from typing import Annotated

import typer

from huntline.cli.completion import audio_names, words
from huntline.cli.door import Door
from huntline.cli.refusals import in_options
from huntline.cli.settings import TextOption, upload
from huntline.cli.verbs import (
    DRY_RUN,
    Thing,
    add_list,
    add_remove,
    add_set,
    add_show,
    add_verb,
    answer_with,
    keyword,
)

AUDIO = Thing(
    noun="audio file",
    help="Sound files for greetings and music.",
    path="audio",
    key="name",
    metavar="NAME",
    settings=(),
    columns={
        "file": lambda audio: audio["name"],
        "seconds": lambda audio: audio["duration"],
        "loudness (dB)": lambda audio: audio["loudness"],
    },
    complete=audio_names,
    rename=TextOption(field="name", help="Another name; queues go on playing it", metavar="NAME"),
)

_File = Annotated[
    Path,
    typer.Argument(help="A .wav (PCM), .mp3 or .wma file of up to 5 MB.", metavar="FILE", show_default=False),
]
_Say = Annotated[str | None, typer.Option(help="Speak this into a new FILE (.wav).", metavar="TEXT")]
_Language = Annotated[
    str, typer.Option(help="What --say is spoken in.", metavar="en|fr", autocompletion=words(("en", "fr")))
]


def _create(door: Door, as_json: bool, file: Path, say: str | None, language: str, dry_run: bool) -> None:
    flags = {"file": "FILE", "name": "FILE", "say": "--say", "language": "--language"}
    with door.api() as api, in_options(flags):
        if say is None:
            made = upload(file, api, dry_run=dry_run)
        else:
            speech = {"name": file.name, "say": say, "language": language}
            made = api.post("/audio/speech", speech, dry_run=dry_run or None)
    answer_with(made, [f"{'Would keep' if dry_run else 'Kept'} {made['name']}."], as_json)


audio = typer.Typer(no_args_is_help=True, help=AUDIO.help)
add_list(audio, AUDIO)
add_show(audio, AUDIO)
add_verb(
    audio,
    "create",
    "Put a file into the library, once it has been decoded and measured.",
    [
        keyword("file", _File, Parameter.empty),
        keyword("say", _Say),
        keyword("language", _Language, "en"),
        DRY_RUN,
    ],
    _create,
)
add_set(audio, AUDIO)
add_remove(audio, AUDIO)
