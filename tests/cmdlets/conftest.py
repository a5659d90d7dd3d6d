from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cmdlets.rig import Shell, shell_on


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with shell_on(tmp_path / "data") as running:
        yield running
