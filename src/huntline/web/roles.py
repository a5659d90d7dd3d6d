"""The table of routes and roles for people, made of what the routes themselves ask for.

``python -m huntline.web.roles FILE`` writes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import FastAPI

from huntline.config import Config
from huntline.directory.access import PERMISSIONS, Permission, Role
from huntline.web.access import route_access
from huntline.web.app import build_app

_LIMITED: dict[tuple[Role, Permission], str] = {
    (Role.QUEUE_OWNER, Permission.CHANGE_QUEUES): "own",
    (Role.QUEUE_OWNER, Permission.READ_LIVE): "own",
    (Role.QUEUE_OWNER, Permission.READ_HISTORY): "own",
}

_HEAD = """# Who may do what

Made by `python -m huntline.web.roles docs/roles.md`; one test compares it with the program, another sends
every request in every role.

An empty cell is refused with 403, and everything with 401 without a valid key or session; what has `yes`
under *nobody* anybody may ask. `own`: of the queues that the account names. Whatever a route is about, it is
always of the account's own organization; the host names one with `?organization=`. All of SCIM (`/scim/v2`)
takes the permission `change-settings`. The pages themselves anybody may load: they know only what these
routes answer.

"""


def roles_table(app: FastAPI) -> str:
    """The page, as Markdown."""
    return _HEAD + "\n".join(_lines(app)) + "\n"


def _lines(app: FastAPI) -> Iterator[str]:
    titles = ["route", "permission", *Role, "nobody"]
    yield f"| {' | '.join(titles)} |"
    yield "|---" * len(titles) + "|"
    for route in route_access(app):
        cells = [_cell(role, route.permission) for role in Role]
        permission = route.permission or ""
        anybody = "yes" if route.permission is None else ""
        row = [f"`{route.method} {route.path}`", permission, *cells, anybody]
        yield f"| {' | '.join(row)} |"


def _cell(role: Role, permission: Permission | None) -> str:
    if permission is None:
        return "yes"
    may = permission in PERMISSIONS[role]
    return _LIMITED.get((role, permission), "yes") if may else ""


def main() -> None:
    """Write the page to the file that the command line names."""
    with TemporaryDirectory() as folder:
        app = build_app(Config(data=Path(folder)))
        Path(sys.argv[1]).write_text(roles_table(app))
        app.state.backstage.close()


if __name__ == "__main__":
    main()
