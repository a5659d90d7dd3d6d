"""``/erasures``: a person's number taken out of all that is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Body
from pydantic import BaseModel, ConfigDict

from huntline.directory.problems import Problem
from huntline.directory.spellings import NotANumber, spellings_of
from huntline.organization_file.form import Text
from huntline.voicemail.erasure import erase_number as take_out
from huntline.web.access import ChangeSettings
from huntline.web.api.collection import DryRun
from huntline.web.problems import FieldsRefused
from huntline.web.routing import api_router


class ErasureForm(BaseModel):
    """Whose number: with ``+`` and the country's code. All other spellings of it are found, too."""

    model_config = ConfigDict(extra="forbid", strict=True)

    number: Text


class ErasureView(BaseModel):
    """In how many rows of what the number stood, and in all, such as ``{"calls": 3, "refused_calls": 1}``."""

    rows: dict[str, int]
    total: int


router = api_router("/erasures", tag="history")


@router.post("", response_model=ErasureView, operation_id="erase_number")
def erase_number(
    access: ChangeSettings, form: Annotated[ErasureForm, Body()], dry_run: DryRun = False
) -> Any:
    """Take a number out of the organization's history, refused calls and audit, and delete the voice messages
    that it has left; it cannot be undone.

    The calls stay, as those of somebody who withholds their number. The settings stay as they are, and so do
    calls that are up: erase again after them.
    """
    try:
        spellings = spellings_of(form.number)
    except NotANumber as error:
        raise FieldsRefused([Problem(("number",), form.number, str(error))]) from None
    erased = take_out(
        access.backstage.database,
        access.backstage.voicemail,
        spellings,
        datetime.now(UTC),
        access.actor,
        organization_id=access.organization_id,
        dry_run=dry_run,
    )
    if not dry_run:
        access.backstage.number_erased()
    return {"rows": erased.rows.get(access.organization_id, {}), "total": erased.total}
