"""``/toll-alarms``: who has come to a ceiling of international calls today."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from huntline.directory.tolls import TollCeiling
from huntline.web.access import ReadSettings
from huntline.web.routing import api_router


class TollAlarmView(BaseModel):
    """A user whose further international and premium calls are refused for the rest of the day.

    ``calls`` were placed, and so many ``minutes`` talked until now; ``at`` is when the first of the two
    ceilings was reached, ``ceiling`` which one.
    """

    user_id: str
    upn: str
    ceiling: TollCeiling
    at: datetime
    calls: int
    minutes: float


router = api_router(tag="history")


@router.get("/toll-alarms", response_model=list[TollAlarmView], operation_id="list_toll_alarms")
def list_all(access: ReadSettings) -> Any:
    """The alarms of today, by the organization's clocks; needs the running server."""
    answer = access.backstage.ask("toll-alarms", organization_id=access.organization_id)
    return [TollAlarmView.model_validate(each) for each in answer["alarms"]]
