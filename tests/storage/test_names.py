"""Names for the shell's completion are read from whatever database a server has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine
from tests.databases import Place
from tests.storage.test_settings_kept import CONTOSO

from huntline.data_folder import DATABASE_VARIABLE
from huntline.storage.audit import Actor
from huntline.storage.names import names_in, organization_of_domain
from huntline.storage.settings import Settings


@pytest.fixture(autouse=True)
def said(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the server's settings say it."""
    if place.elsewhere is not None:
        monkeypatch.setenv(DATABASE_VARIABLE, place.elsewhere.text)


def test_names_come_in_order_and_of_one_organization(place: Place, database: Engine) -> None:
    settings = Settings(database)
    contoso = settings.add(CONTOSO, Actor("an administrator", "test")).organization
    other = replace(contoso, organization_id="", name="Fabrikam", domains=("fabrikam.com",), revision=0)
    settings.add(
        replace(other, users=(), groups=(), queues=(), numbers=(), caller_id_policies=()),
        Actor("an administrator", "test"),
    )
    assert names_in(place.folder, "queues", "") == ["Help Desk", "Sales"]
    assert names_in(place.folder, "queues", "H", "contoso") == ["Help Desk"]
    assert names_in(place.folder, "queues", "", "fabrikam") == []
    assert names_in(place.folder, "organizations", "") == ["Contoso", "Fabrikam"]
    assert organization_of_domain(place.folder, "Contoso.COM") == contoso.organization_id
    assert organization_of_domain(place.folder, "nowhere.com") is None


@pytest.mark.parametrize("url", ["postgresql://u@127.0.0.1:1/d", "no URL"])
def test_there_are_none_where_nobody_answers(place: Place, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    assert names_in(place.folder, "queues", "") == []
