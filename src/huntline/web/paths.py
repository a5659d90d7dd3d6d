"""Where the API is: known to clients without all that answers there."""

from __future__ import annotations

API_PATH = "/api/v1"
DESCRIPTION_PATH = f"{API_PATH}/openapi.json"
