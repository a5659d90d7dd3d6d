"""The settings in force, which change while calls go on."""

from __future__ import annotations

from huntline.directory.elsewhere import NOTHING_ELSEWHERE, Elsewhere
from huntline.directory.plan import ServerPlan


class SettingsInForce:
    """One for the whole process: ask it each time and keep no plan, then new settings count at once."""

    def __init__(self, plan: ServerPlan, elsewhere: Elsewhere = NOTHING_ELSEWHERE) -> None:
        self._plan, self._elsewhere = plan, elsewhere

    @property
    def plan(self) -> ServerPlan:
        """The plan that counts now."""
        return self._plan

    @property
    def elsewhere(self) -> Elsewhere:
        """What other servers on the database have."""
        return self._elsewhere

    def put_in_force(self, plan: ServerPlan, elsewhere: Elsewhere = NOTHING_ELSEWHERE) -> None:
        """Let another plan count from now on. Only who loads the settings does this."""
        self._plan, self._elsewhere = plan, elsewhere
