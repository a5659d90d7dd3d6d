"""The description of the API for programs, as a file: the pages' types are made from it."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from huntline.config import Config
from huntline.web.app import build_app


def main() -> None:
    """Write the description to the file that the command line names."""
    with tempfile.TemporaryDirectory() as data:
        app = build_app(Config(data=Path(data)))
        description = app.openapi()
        app.state.backstage.close()
    Path(sys.argv[1]).write_text(json.dumps(description, indent=1))


if __name__ == "__main__":
    main()
