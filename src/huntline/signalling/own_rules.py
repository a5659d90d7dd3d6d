"""Star codes by which users change where their calls go: what they dial, made into settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import OWN_VOICEMAIL, Organization, User
from huntline.directory.plan import Account, OutsideNumber, QueueTarget, UserTarget
from huntline.directory.star_codes import StarAction, StarCode
from huntline.errors import Refused
from huntline.storage.audit import Actor

_FIELDS: dict[StarAction, str] = {
    "forward-all": "forward_to",
    "forward-busy": "when_busy",
    "forward-no-answer": "when_no_answer",
}

Edit = Callable[[Organization], Organization]


class NowhereToForward(Refused):
    """What was dialled behind a star code is nothing that calls could be sent to."""

    error_id = "nowhere-to-forward"


class OwnRules:
    """``change`` puts an edit in force: (organization id, the edit, who)."""

    def __init__(
        self, settings: SettingsInForce, change: Callable[[str, Edit, Actor], Awaitable[None]]
    ) -> None:
        self._settings = settings
        self._change = change

    async def obey(self, account: Account, code: StarCode) -> None:
        """Change the user's rule as they have dialled. Raises Refused, with nothing changed."""
        is_off = code.action.endswith("-off")
        field = _FIELDS[code.action.removesuffix("-off")]  # type: ignore[index] # a StarAction again
        wish: dict[str, Any] = {field: None if is_off else self._written(account, code.dialled)}

        def edit(organization: Organization) -> Organization:
            def changed(user: User) -> User:
                return replace(user, **wish) if user.user_id == account.user_id else user

            return replace(organization, users=tuple(map(changed, organization.users)))

        await self._change(account.organization_id, edit, Actor(account.upn, "phone"))

    def _written(self, account: Account, dialled: str) -> str:
        """What was dialled as settings write it; nothing is the own mailbox."""
        if not dialled:
            return OWN_VOICEMAIL
        plan = self._settings.plan
        target = plan.target(dialled, "", account.organization_id)
        match target:
            case UserTarget(user_id) if (person := plan.account_by_id(user_id)) is not None:
                return f"sip:{person.upn}"
            case QueueTarget(queue_id) if (queue := plan.queue(queue_id)) is not None:
                return queue.primary_uri
            case OutsideNumber(number) if self._may_call(account, number) and (
                known := _international(number)
            ):
                return f"tel:{known}"
            case _:
                raise NowhereToForward(f"calls cannot be sent to {dialled}")

    def _may_call(self, account: Account, number: str) -> bool:
        plan, organization_id = self._settings.plan, account.organization_id
        number_class = plan.number_class(organization_id, number)
        return account.may_call_outside and plan.may_dial(organization_id, account.user_id).allows(
            number_class
        )


def _international(number: str) -> str | None:
    """A number with its country, without which nobody knows whose it is."""
    if number.startswith("+"):
        return number
    return f"+{number[2:]}" if number.startswith("00") else None
