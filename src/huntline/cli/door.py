"""Which server a command is about: the data folder of one here, or one that is reached over HTTP by a key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huntline.cli.completion import organization_names
from huntline.cli.options import config_of, local_user
from huntline.errors import ConfigurationError

if TYPE_CHECKING:
    from huntline.api_client import Api

KEY_VARIABLE = "HUNTLINE_KEY"

ServerOption = Annotated[
    str | None,
    typer.Option("--server", help="A server elsewhere, in place of --data.", metavar="URL"),
]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="The API key for --server; better in the environment.",
        metavar="KEY",
        envvar=KEY_VARIABLE,
    ),
]
OrganizationOption = Annotated[
    str | None,
    typer.Option(
        "--organization",
        help="Which one, on a server with several.",
        metavar="NAME",
        autocompletion=organization_names,
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Check and show everything, change nothing.")]


@dataclass(frozen=True, slots=True)
class Door:
    """What was said about where the settings are; ``name`` is the door's own, for the audit."""

    data: Path | None = None
    server: str | None = None
    key: str | None = None
    organization: str | None = None
    name: str = "cli"

    @contextmanager
    def api(self) -> Iterator[Api]:
        """The API there. Raises ConfigurationError for options that do not go together."""
        # Imported here: the API is half a second that help and completion should not wait.
        from huntline.api_client import local_api, remote_api

        if self.server is None:
            config = config_of(self.data)
            if not config.data.is_dir():
                begin = f"begin with: huntline apply FILE --data {config.data}"
                raise ConfigurationError(f"--data: there is no folder {config.data}; {begin}")
            with local_api(config, local_user(), self.name, self.organization) as api:
                yield api
            return
        if self.data is not None:
            raise ConfigurationError("--server: say either this or --data, they are two servers")
        if not self.key:
            raise ConfigurationError(f"--key: is needed with --server; say it here or in {KEY_VARIABLE}")
        if not self.server.startswith(("http://", "https://")):
            wanted = "must be a URL such as http://127.0.0.1:8080"
            raise ConfigurationError(f"--server: value {self.server!r}: {wanted}")
        with remote_api(self.server, self.key, self.name, self.organization) as api:
            yield api
