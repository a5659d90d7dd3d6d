"""Where the API is: known to clients without all that answers there."""

from __future__ import annotations

API_PATH = "/api/v1"
OWNER_HEADER = "Huntline-Owner"
"""Who asks, for the audit, where it is the owner of the data folder: percent-encoded as in a URL."""
DESCRIPTION_PATH = f"{API_PATH}/openapi.json"
