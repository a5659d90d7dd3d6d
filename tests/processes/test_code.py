"""What a process is made of: its code and the settings that it reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from huntline.processes import code
from huntline.processes.code import digest_of_code
from huntline.processes.run_file import made_of


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "worker.py").write_text("one")
    (tmp_path / "clock.py").write_text("two")
    (tmp_path / "web.py").write_text("three")
    monkeypatch.setattr(code, "_PACKAGE", tmp_path)
    return tmp_path


def test_only_the_code_of_its_parts_tells(package: Path) -> None:
    parts = ("media", "clock.py")
    before, whole = digest_of_code(parts), digest_of_code()
    (package / "web.py").write_text("four")
    assert digest_of_code(parts) == before
    assert digest_of_code() != whole
    (package / "media" / "worker.py").write_text("five")
    assert digest_of_code(parts) != before


def test_a_file_that_is_moved_or_new_tells_as_well(package: Path) -> None:
    before = digest_of_code()
    (package / "web.py").rename(package / "pages.py")
    moved = digest_of_code()
    (package / "empty.py").touch()
    assert len({before, moved, digest_of_code()}) == 3


def test_settings_in_another_order_are_the_same() -> None:
    assert made_of({"a": 1, "b": "x"}, "code") == made_of({"b": "x", "a": 1}, "code")
    assert made_of({"a": 1}, "code") != made_of({"a": 2}, "code")
    assert made_of({"a": 1}, "code") != made_of({"a": 1}, "other code")
