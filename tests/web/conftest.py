from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.rig import ServerRig, server_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[ServerRig]:
    with server_rig(tmp_path / "data") as running:
        yield running
