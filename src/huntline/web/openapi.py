"""What the pages are made from: the description of the API, and what its numbers are and may be, as files."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from huntline.config import Config
from huntline.directory.attendants import MENU_NUMBERS
from huntline.directory.mailboxes import LONGEST_GREETING, MAILBOX_NUMBERS
from huntline.directory.may_dial import DIALLING_NUMBERS
from huntline.directory.organization import (
    ALSO_RING_NUMBERS,
    GROUP_NUMBERS,
    LIMIT_NUMBERS,
    ORGANIZATION_NUMBERS,
    QUEUE_NUMBERS,
    TRUNK_NUMBERS,
    USER_NUMBERS,
)
from huntline.directory.quota import QUOTA_NUMBERS
from huntline.directory.values import LONGEST_FILE_NAME, LONGEST_NAME
from huntline.web.app import build_app

_NUMBERS = {
    "QUEUE_NUMBERS": QUEUE_NUMBERS,
    "ORGANIZATION_NUMBERS": ORGANIZATION_NUMBERS,
    "LIMIT_NUMBERS": LIMIT_NUMBERS,
    "QUOTA_NUMBERS": QUOTA_NUMBERS,
    "DIALLING_NUMBERS": DIALLING_NUMBERS,
    "GROUP_NUMBERS": GROUP_NUMBERS,
    "TRUNK_NUMBERS": TRUNK_NUMBERS,
    "USER_NUMBERS": USER_NUMBERS,
    "ALSO_RING_NUMBERS": ALSO_RING_NUMBERS,
    "MENU_NUMBERS": MENU_NUMBERS,
    "MAILBOX_NUMBERS": MAILBOX_NUMBERS,
}
_LENGTHS = {
    "LONGEST_NAME": LONGEST_NAME,
    "LONGEST_FILE_NAME": LONGEST_FILE_NAME,
    "LONGEST_GREETING": LONGEST_GREETING,
}


def numbers_for_pages() -> str:
    """The numbers of things, their defaults and ranges, in TypeScript."""
    made = ["/** Made by huntline.web.openapi from huntline.directory, at each build. */"]
    made.append("\n".join(f"export const {name} = {length};" for name, length in _LENGTHS.items()))
    for name, numbers in _NUMBERS.items():
        facts = {
            field: {"default": number.default, **asdict(number.range)} for field, number in numbers.items()
        }
        made.append(f"export const {name} = {json.dumps(facts, indent=2)} as const;")
    return "\n\n".join(made) + "\n"


def main() -> None:
    """Write both to the files that the command line names."""
    with tempfile.TemporaryDirectory() as data:
        app = build_app(Config(data=Path(data)))
        description = app.openapi()
        app.state.backstage.close()
    description_file, numbers_file = map(Path, sys.argv[1:])
    description_file.write_text(json.dumps(description, indent=1))
    numbers_file.write_text(numbers_for_pages())


if __name__ == "__main__":
    main()
