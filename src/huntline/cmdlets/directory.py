"""Finding users and groups by whatever scripts call them."""

from __future__ import annotations

from typing import Any

from huntline.cli.api_client import Api, ApiRefused, path_of
from huntline.cmdlets.values import CmdletRefused
from huntline.directory.problems import did_you_mean

Json = dict[str, Any]

_LONGEST_SEARCH = 200  # characters that the API takes


def find_user(api: Api, identity: str) -> Json:
    """A user by UPN, SIP address, id or display name, in any letter case.

    Raises CmdletRefused when nobody is called that, or several are.
    """
    try:
        found: Json = api.get(path_of("users", identity))
    except ApiRefused as refusal:
        if refusal.status != 404:
            raise
    else:
        return found
    name = identity.casefold()
    candidates = api.items("/users", search=identity[:_LONGEST_SEARCH])
    named = [user for user in candidates if user["display_name"].casefold() == name]
    if len(named) == 1:
        return named[0]
    if named:
        upns = ", ".join(user["upn"] for user in named)
        wanted = f"is the display name of several users; say which by its UPN: {upns}"
        raise CmdletRefused(f"-Identity: value {identity!r}: {wanted}")
    known = (name for user in api.items("/users") for name in (user["upn"], user["display_name"]) if name)
    raise CmdletRefused(
        f"-Identity: value {identity!r}: there is no user of this UPN, SIP address, id or display name"
        f"{did_you_mean(identity, known)}"
    )


def find_group(api: Api, identity: str) -> Json:
    """A group by id, or name in any letter case. Raises ApiRefused."""
    found: Json = api.get(path_of("groups", identity))
    return found
