"""On PostgreSQL whoever acts for an organization meets no row of another, whatever the statement forgets."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from tests.databases import Place
from tests.postgresql import PostgresqlServer
from tests.storage.test_copying import fill

from huntline.storage import schema
from huntline.storage.database import opened_database, reading, writing
from huntline.storage.faults import DatabaseUnavailable
from huntline.storage.settings import Settings

TABLES = tuple(schema.metadata.tables.values())


@pytest.fixture(scope="module")
def there(postgresql: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A database with rows in each table, most of them Contoso's, which no test here changes."""
    place = Place(tmp_path_factory.mktemp("rows"), postgresql.new_database())
    with opened_database(place.folder, place.elsewhere) as engine:
        fill(engine, place.folder)
    return place


@pytest.fixture
def database(there: Place) -> Iterator[Engine]:
    engine = there.open()
    yield engine
    engine.dispose()


def counts(connection: Connection) -> dict[str, int]:
    """How many rows it meets of each table, asked for all."""
    queries = {table.name: select(func.count()).select_from(table) for table in TABLES}
    return {name: connection.execute(query).scalar_one() for name, query in queries.items()}


def test_a_query_of_nobody_sees_nothing_and_stores_nothing(there: Place) -> None:
    """The owner of the tables, who does not say for whom."""
    assert there.elsewhere is not None
    with psycopg.connect(there.elsewhere.text) as connection:
        for table in TABLES:
            query = f"SELECT count(*) FROM {table.name}"  # noqa: S608 - our own words
            assert connection.execute(query.encode()).fetchall() == [(0,)], table.name
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute("INSERT INTO domains VALUES ('contoso', 'x.com', 0)")


def test_who_acts_for_one_meets_its_rows_alone(database: Engine) -> None:
    (contoso,) = Settings(database).organizations()
    with reading(database) as connection:
        everything = counts(connection)
    with reading(database, contoso.organization_id) as connection:
        own = counts(connection)
    assert 0 not in everything.values()
    assert own["users"] == everything["users"]
    assert own["audit"] == everything["audit"]
    assert (own["calls"], own["refused_calls"]) == (0, 0), "they are of organizations of other ids"
    with reading(database, "elsewhere") as connection:
        assert set(counts(connection).values()) == {0}


def test_who_acts_for_one_changes_nothing_of_another(database: Engine) -> None:
    (contoso,) = Settings(database).organizations()
    with writing(database, "elsewhere") as connection:
        assert connection.execute(delete(schema.queues)).rowcount == 0
        assert connection.execute(update(schema.users).values(display_name="x")).rowcount == 0
    assert Settings(database).organizations() == (contoso,)
    row = {"organization_id": contoso.organization_id, "domain": "x.com", "position": 9}
    with writing(database, "elsewhere") as connection, pytest.raises(DatabaseUnavailable) as refused:
        connection.execute(insert(schema.domains), row)
    assert "row-level security" in str(refused.value)


def test_the_wall_stands_until_the_end_of_the_transaction_only(database: Engine) -> None:
    with reading(database, "elsewhere") as connection:
        assert counts(connection)["users"] == 0
    with reading(database) as connection:
        assert counts(connection)["users"] == 4
