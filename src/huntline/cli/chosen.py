"""Which organization of a data folder a command is about."""

from __future__ import annotations

from huntline.directory.organization import Organization
from huntline.directory.problems import did_you_mean
from huntline.errors import ConfigurationError


def chosen(organizations: tuple[Organization, ...], name: str | None) -> Organization:
    """The one of that name, or the only one. Raises ConfigurationError, saying which there are."""
    names = {each.name.casefold(): each for each in organizations}
    if name is not None and name.casefold() in names:
        return names[name.casefold()]
    if name is None and len(organizations) == 1:
        return organizations[0]
    known = ", ".join(each.name for each in organizations) or "none at all"
    if name is None:
        raise ConfigurationError(f"--organization: say which one; there are: {known}")
    close = did_you_mean(name, (each.name for each in organizations))
    raise ConfigurationError(f"--organization: there is no organization {name!r}; there are: {known}{close}")
