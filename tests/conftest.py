"""What holds for all tests."""

from __future__ import annotations

import os
import time

from hypothesis import HealthCheck, settings

# Tests judge what is done, not how fast: they share the machine with others. A change is judged by the same
# examples each time; to look for new ones, say `make explore`.
settings.register_profile(
    "huntline", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("huntline"), derandomize=False)
settings.load_profile("huntline")

# They start hundreds of Python processes: each would compile all our sources again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Wherever they run, clocks show the same.
os.environ["TZ"] = "UTC"
time.tzset()
