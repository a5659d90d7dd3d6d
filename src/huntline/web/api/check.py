"""``/check``: what is allowed in the settings and yet unwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from huntline.config import Config
from huntline.directory.certificate_findings import certificate_unusable, findings_of_certificates
from huntline.directory.finding_texts import Severity
from huntline.directory.findings import (
    Finding,
    audio_address,
    audio_out_of_reach,
    findings_of,
    out_of_browsers,
)
from huntline.directory.problems import Problem
from huntline.errors import ConfigurationError
from huntline.network.certificates import facts_of, utc_now
from huntline.organization_file.parts import Dump
from huntline.web.access import ReadSettings
from huntline.web.language import spoken
from huntline.web.listing import Listing, Page
from huntline.web.routing import api_router

router = api_router("/check", tag="check")


class FindingView(BaseModel):
    """One thing to look at: ``id`` is a stable word, ``key`` names the thing (``queue Help Desk``).

    ``field`` is the setting, as in the organization file.
    """

    severity: Severity
    id: str
    key: str
    field: str
    text: str


def shown(finding: Finding) -> Dump:
    """``FindingView``."""
    return {
        "severity": finding.severity,
        "id": finding.id,
        "key": finding.key,
        "field": Problem(finding.path, None, finding.text).field,
        "text": finding.text,
    }


@router.get("", response_model=Listing[FindingView], operation_id="check_settings")
def check(access: ReadSettings, page: Page) -> Any:
    """Dead ends, people who cannot be rung, waits too short for the rings, what nobody uses.

    For each queue also the longest time that a caller can spend before somebody answers; and what is wrong
    with the server itself.
    """
    found = _of_server(access.backstage.config, access.organization.domains)
    return page.of([*found, *findings_of(access.organization, spoken())], shown)


def _of_server(config: Config, domains: Sequence[str]) -> list[Finding]:
    listener = config.out_of_earshot
    audio: list[Finding] = []
    if listener:
        audio = [audio_out_of_reach(str(listener), config.media_address, spoken())]
    elif config.is_for_other_machines:
        audio = [audio_address(config.media_address, str(config.networks), spoken())]
    pages = [out_of_browsers(str(each), each.port, spoken())] if (each := config.out_of_browsers) else []
    return [*audio, *pages, *_of_certificates(config, domains)]


def _of_certificates(config: Config, domains: Sequence[str]) -> list[Finding]:
    try:
        facts = [facts_of(files) for files in config.certificate]
    except ConfigurationError as error:
        return [certificate_unusable(str(error), spoken())]
    return list(findings_of_certificates(facts, domains, utc_now(), spoken()))
