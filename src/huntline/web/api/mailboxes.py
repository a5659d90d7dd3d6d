"""``/mailboxes``: whose boxes there are and how they are set; what is in them is their owners' alone."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, UploadFile
from fastapi.responses import FileResponse

from huntline.voicemail.boxes import Counts
from huntline.web import mailboxes
from huntline.web.access import ChangeSettings, ReadSettings
from huntline.web.listing import Listing, Page, Search
from huntline.web.mailboxes import MailboxForm, MailboxSettingsView, MailboxView, PinForm
from huntline.web.routing import api_router

Box = Annotated[str, Path(description="A box's id, the name of a queue or group, or a user's UPN.")]

UnsentMail = Annotated[bool, Query(description="Only boxes about whose messages mails could not be sent.")]

router = api_router("/mailboxes", tag="mailboxes")


@router.get("", response_model=Listing[MailboxView], operation_id="list_mailboxes")
def list_all(access: ReadSettings, page: Page, search: Search = "", unsent_mail: UnsentMail = False) -> Any:
    """All boxes: of users, groups and queues."""
    voicemail, organization_id = access.backstage.voicemail, access.organization_id
    wanted, unsent = search.casefold(), voicemail.unsent_mails(organization_id)
    owners = [
        owner
        for owner in mailboxes.owners_in(access.organization)
        if wanted in owner.name.casefold() and (owner.box_id in unsent or not unsent_mail)
    ]
    on_page = [owner.box_id for owner in owners[page.offset : page.offset + page.limit]]
    counts = voicemail.counts(organization_id, on_page)
    return page.of(
        owners,
        lambda owner: mailboxes.shown(owner, counts.get(owner.box_id, Counts()), unsent.get(owner.box_id)),
    )


@router.get("/{box}", response_model=MailboxSettingsView, operation_id="read_mailbox")
def read(access: ReadSettings, box: Box) -> Any:
    """How a box is set."""
    return mailboxes.settings_shown(access, mailboxes.owner_in(access.organization, box))


@router.patch("/{box}", response_model=MailboxSettingsView, operation_id="change_mailbox")
def patch(access: ChangeSettings, box: Box, form: MailboxForm) -> Any:
    """Set a box; what is left out stays as it is."""
    return mailboxes.change(access, mailboxes.owner_in(access.organization, box), form)


@router.put("/{box}/pin", response_model=MailboxSettingsView, operation_id="set_mailbox_pin")
def put_pin(access: ChangeSettings, box: Box, form: PinForm) -> Any:
    """Give a box another PIN; it is no longer locked then."""
    return mailboxes.change_pin(access, mailboxes.owner_in(access.organization, box), form)


@router.get(
    "/{box}/greeting",
    response_class=FileResponse,
    operation_id="read_mailbox_greeting",
    responses=mailboxes.GREETING_SOUND,
)
def read_greeting(access: ReadSettings, box: Box) -> FileResponse:
    """The greeting that was recorded or uploaded, as callers hear it."""
    return mailboxes.greeting_of(access, mailboxes.owner_in(access.organization, box))


@router.put("/{box}/greeting", response_model=MailboxSettingsView, operation_id="set_mailbox_greeting")
def put_greeting(access: ChangeSettings, box: Box, file: UploadFile) -> Any:
    """Upload a greeting: .wav (PCM), .mp3 or .wma, up to 5 MB."""
    return mailboxes.change_greeting(access, mailboxes.owner_in(access.organization, box), file)


@router.delete("/{box}/greeting", response_model=MailboxSettingsView, operation_id="remove_mailbox_greeting")
def delete_greeting(access: ChangeSettings, box: Box) -> Any:
    """Go back to the sentence of ours."""
    return mailboxes.change_greeting(access, mailboxes.owner_in(access.organization, box), None)
