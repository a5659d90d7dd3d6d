"""``/metrics``: what Prometheus and its kin collect."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import Response

from huntline.processes.run_file import read_run
from huntline.storage.accounts import HOST
from huntline.web.access import Access, OrganizationName, ReadLiveOfServer, organization_id_for
from huntline.web.health import Health, HealthPart
from huntline.web.routing import api_router

if TYPE_CHECKING:
    # The library behind it takes 70 ms to load: nobody waits for that, or has it in memory, who never asks.
    from huntline.web.metrics import Measured, ProcessUse

router = api_router(tag="live")

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_USER_TIME = 11  # proc_pid_stat(5): field 14, counted from behind the name; system time is the next one
_MEMORY = 21  # field 24, in pages


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    operation_id="read_metrics",
)
async def read(request: Request, access: ReadLiveOfServer, name: OrganizationName = None) -> Response:
    """Queues, agents, calls and trunks as they are now, with counts since signalling was started; for the
    host, who names no organization, of all of them and of the server itself. In the text form of Prometheus,
    or as OpenMetrics where that is asked for."""
    from huntline.web.metrics import exposition

    health: Health = request.app.state.health
    whose = access.principal.organization_id
    if name is not None:
        whose = await asyncio.to_thread(organization_id_for, access.backstage, access.principal, name)
    measured = await asyncio.to_thread(_measured, access, whose)
    if whose == HOST:
        wrong = {fault.part for fault in await health.faults()}
        parts = {str(part): part not in wrong for part in HealthPart}
        processes = tuple(_processes(access.backstage.config.data))
        measured = replace(measured, parts=parts, processes=processes)
    text, media_type = exposition(measured, request.headers.get("accept", ""))
    return Response(text, media_type=None, headers={"content-type": media_type})


def _measured(access: Access, whose: str) -> Measured:
    """What whoever asks may see of an organization, or (HOST) of all."""
    from huntline.web.metrics import Measured

    backstage = access.backstage
    status, counts = backstage.ask("status"), backstage.ask("call-counts")
    may_see = access.principal.may_touch_queue
    names = {
        each.organization_id: each.name
        for each in backstage.settings.organizations()
        if whose in (HOST, each.organization_id)
    }

    def in_view(items: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return [each for each in items if whose in (HOST, each["organization_id"])]

    queues = [each for each in in_view(status["queues"]) if may_see(each["id"])]
    agents = [each for each in in_view(status["agents"]) if any(map(may_see, each["queue_ids"]))]
    in_status = {"queues": queues, "agents": agents, "trunks": in_view(status["trunks"])}
    return Measured(
        {**in_status, "resources": status["resources"]},
        {**counts, "ended": in_view(counts["ended"]), "refused": in_view(counts["refused"])},
        names,
    )


def _processes(data: Path) -> Iterator[ProcessUse]:
    """The processes of the server that are there."""
    from huntline.web.metrics import ProcessUse

    run = read_run(data)
    if run is None:
        return
    pids = {"supervisor": run.supervisor_pid, **{name: each.pid for name, each in run.children.items()}}
    for name, pid in pids.items():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        cpu_s = (int(fields[_USER_TIME]) + int(fields[_USER_TIME + 1])) / _TICKS
        yield ProcessUse(name, cpu_s, int(fields[_MEMORY]) * _PAGE)
