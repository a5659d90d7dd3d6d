"""The copy of the settings in the data folder: whole, of one database, and never in the way."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fakes.plans import CONTOSO
from tests.organizations import organizations

from huntline.data_folder import DatabaseUrl
from huntline.directory.organization import Organization
from huntline.storage.settings_copy import FILE_NAME, SettingsCopy

HERE = DatabaseUrl.parse("postgresql://huntline:first-secret@db.example/huntline")
FABRIKAM = replace(CONTOSO, organization_id="2", name="Fabrikam")


@given(st.lists(organizations(), max_size=3, unique_by=lambda each: each.name))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_all_that_can_be_set_comes_back(tmp_path: Path, random: list[Organization]) -> None:
    wanted = [replace(each, organization_id=str(place)) for place, each in enumerate(random)]
    SettingsCopy(tmp_path, HERE).keep(wanted)
    assert SettingsCopy(tmp_path, HERE).kept() == tuple(wanted)


def test_the_last_settings_count_and_the_same_ones_are_not_written_again(tmp_path: Path) -> None:
    copy, path = SettingsCopy(tmp_path, HERE), tmp_path / FILE_NAME
    copy.keep([CONTOSO, FABRIKAM])
    written = path.stat().st_ino
    copy.keep([CONTOSO, replace(FABRIKAM)])
    assert path.stat().st_ino == written
    opted_out = replace(CONTOSO, opt_outs=frozenset({("user", "queue")}))
    copy.keep([opted_out])
    assert copy.kept() == (opted_out,)
    assert [each.name for each in tmp_path.iterdir()] == [FILE_NAME]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"first-secret" not in path.read_bytes()


def test_those_of_another_database_are_not_taken_and_another_password_does_not_matter(tmp_path: Path) -> None:
    SettingsCopy(tmp_path, HERE).keep([CONTOSO])
    elsewhere = DatabaseUrl.parse("postgresql://huntline:first-secret@other.example/huntline")
    assert SettingsCopy(tmp_path, elsewhere).kept() is None
    again = DatabaseUrl.parse("postgresql://huntline:next-secret@db.example/huntline")
    assert SettingsCopy(tmp_path, again).kept() == (CONTOSO,)


@pytest.mark.parametrize("found", [None, b"", b"settings"])
def test_where_there_is_none_or_a_broken_one_nothing_is_known(
    tmp_path: Path, found: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    if found is not None:
        (tmp_path / FILE_NAME).write_bytes(found)
    assert SettingsCopy(tmp_path, HERE).kept() is None
    assert ("cannot be read" in caplog.text) == (found is not None)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_copy_never_raises(tmp_path: Path, data: st.DataObject) -> None:
    copy, path = SettingsCopy(tmp_path, HERE), tmp_path / FILE_NAME
    copy.keep([CONTOSO])
    whole = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    copy.kept()
