"""``/server``: what somebody needs to know of the machine who sets up a phone."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import Request
from pydantic import BaseModel

from huntline.web.access import ReadSettings
from huntline.web.page_addresses import phone_addresses
from huntline.web.routing import api_router

router = api_router("/server", tag="organization")


class PhoneAddress(BaseModel):
    """Where phones register: ``address`` is a host with its port."""

    transport: Literal["udp", "tcp", "tls"]
    address: str


class ServerView(BaseModel):
    """Where phones on desks reach the server; phones in pages ask ``POST /me/phone``."""

    phones: list[PhoneAddress]


@router.get("", response_model=ServerView, operation_id="read_server")
def read(request: Request, access: ReadSettings) -> Any:
    """The addresses to set up phones with; one that stands for all of the machine is told as the host by
    which the API was asked."""
    addresses = phone_addresses(access.backstage.config, request.url.hostname or "")
    phones = [{"transport": each, "address": str(address)} for each, address in addresses]
    return {"phones": phones}
