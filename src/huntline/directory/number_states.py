"""Numbers that are not in use yet, ordered or being ported in, which nobody can have; and their countries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from huntline.directory.names import line_uri_number
from huntline.directory.organization import NumberState, Organization, ServiceNumber
from huntline.directory.problems import Path, Problem, Problems


def check_states(organization: Organization) -> Problems:
    """A problem for each thing that has a number which is not active."""
    waiting = {held.number: held for held in organization.numbers if held.state is not NumberState.ACTIVE}
    if not waiting:
        return
    for path, written, number in _assigned(organization):
        yield from _check(path, written, number, waiting)


def check_countries(organization: Organization) -> Problems:
    """A problem for each number whose country is none, or has other numbers; and for the organization's."""
    country = organization.dialling.country
    if country is not None and country not in _calling_codes():
        wanted = "must be a country in two capital letters (ISO 3166-1), such as US, or null"
        yield Problem(("dialling", "country"), country, wanted)
    for place, held in enumerate(organization.numbers):
        if held.country is None:
            continue
        codes = _calling_codes()
        mine = [country for country, code in codes.items() if held.number.startswith(f"+{code}")]
        if held.country in (mine or codes):
            continue
        wanted = "must be a country in two capital letters (ISO 3166-1), such as US, or null"
        if held.country in codes:
            wanted = f"must be a country of {held.number}: {', '.join(sorted(mine))}; or null"
        yield Problem(("numbers", place, "country"), held.country, wanted)


@cache
def _calling_codes() -> Mapping[str, int]:
    """The calling code of each country."""
    # Imported here: most organizations need it never, and it takes a tenth of a second.
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return {
        country: code
        for code, countries in COUNTRY_CODE_TO_REGION_CODE.items()
        for country in countries
        if country.isalpha()
    }


def _check(path: Path, written: str, number: str, waiting: Mapping[str, ServiceNumber]) -> Problems:
    if number in waiting:
        state = waiting[number].state
        wanted = f"{number} is not active yet but {state}; make its state active before anybody has it"
        yield Problem(path, written, wanted)


def _assigned(organization: Organization) -> Iterator[tuple[Path, str, str]]:
    """Where a number is assigned, how it is written there, and the number."""
    for collection in ("users", "queues"):
        for place, holder in enumerate(getattr(organization, collection)):
            if holder.line_uri and (number := line_uri_number(holder.line_uri)):
                yield (collection, place, "line_uri"), holder.line_uri, number
    for place, attendant in enumerate(organization.attendants):
        for position, line_uri in enumerate(attendant.line_uris):
            if number := line_uri_number(line_uri):
                yield ("attendants", place, "line_uris", position), line_uri, number
    for place, policy in enumerate(organization.caller_id_policies):
        if number := policy.service_number:
            yield ("caller_id_policies", place, "service_number"), number, number
