"""Where the API is, and what else is for programs: known to clients without all that answers there."""

from __future__ import annotations

import re

API_PATH = "/api/v1"
OWNER_HEADER = "Huntline-Owner"
"""Who asks, for the audit, where it is the owner of the data folder: percent-encoded as in a URL."""
DESCRIPTION_PATH = f"{API_PATH}/openapi.json"
PROVISION_PATH = "/provision"
"""Where phones fetch their settings: behind it stands a secret."""

_SECRET = re.compile(rf"(?<=^{PROVISION_PATH}/)[^/]+")


def loggable(path: str) -> str:
    """A path without what nobody may read in a log."""
    return _SECRET.sub("***", path)
