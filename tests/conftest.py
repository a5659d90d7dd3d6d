"""What holds for all tests."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

from huntline.data_folder import DATABASE_VARIABLE, DatabaseUrl
from tests.databases import EMPTY_ALL, Place
from tests.postgresql import PostgresqlServer, postgresql_server

# Tests judge what is done, not how fast: they share the machine with others. A change is judged by the same
# examples each time; to look for new ones, say `make explore`.
settings.register_profile(
    "huntline", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("huntline"), derandomize=False)
settings.load_profile("huntline")

# They start hundreds of Python processes: each would compile all our sources again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Wherever they run, clocks show the same.
os.environ["TZ"] = "UTC"
time.tzset()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """One server for all tests of a worker."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_place(postgresql: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A database on it with our tables, which tests have one after the other."""
    place = Place(tmp_path_factory.mktemp("postgresql"), postgresql.new_database())
    place.open().dispose()
    return place


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where there is no table yet, of each kind of database."""
    if request.param == "sqlite":
        return Place(tmp_path)
    return Place(tmp_path, request.getfixturevalue("postgresql").new_database())


@pytest.fixture
def empty(postgresql: PostgresqlServer, postgresql_place: Place) -> DatabaseUrl:
    """A database on it with our tables and no rows."""
    assert postgresql_place.elsewhere is not None
    postgresql.tell(EMPTY_ALL, postgresql_place.elsewhere.name)
    return postgresql_place.elsewhere


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where a new database is, of each kind."""
    return Place(tmp_path, request.getfixturevalue("empty") if request.param == "postgresql" else None)


@pytest.fixture
def database(place: Place) -> Iterator[Engine]:
    """A new database of each kind."""
    engine = place.open()
    yield engine
    engine.dispose()


@pytest.fixture
def on_both_databases(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers of the test have a database of each kind."""
    if place.elsewhere is not None:
        monkeypatch.setenv(DATABASE_VARIABLE, place.elsewhere.text)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """A new database in a file."""
    engine = Place(tmp_path).open()
    yield engine
    engine.dispose()
