"""The drawing of who imports whom, in docs/architecture.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_drawing_in_the_document_is_of_the_code_as_it_is() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "import_graph")]
    drawn = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert drawn in (ROOT / "docs" / "architecture.md").read_text(), "run: scripts/import_graph --write"


def test_few_files_stand_at_the_top_of_the_package() -> None:
    assert len(list((ROOT / "src" / "huntline").glob("*.py"))) <= 12
