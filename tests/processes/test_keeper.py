"""A keeper and a nursery whose answers come late (edge)."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterable, Mapping
from typing import cast

from huntline.processes.keeper import Child, Keeper
from huntline.processes.living import LivingProcess
from huntline.processes.nursery import Nursery


class SlowNursery:
    """Its child is ready before it says that that is born."""

    def __init__(self) -> None:
        self.child = subprocess.Popen(("sleep", "60"))

    async def fork(
        self, name: str, environment: Mapping[str, str], lifeline: int, left: Iterable[int] = ()
    ) -> LivingProcess:
        """Waits until what the child says has been read."""
        os.write(lifeline, b"r")
        await asyncio.sleep(0.05)
        process = LivingProcess(self.child.pid, os.pidfd_open(self.child.pid))
        process.hear_status(None)
        return process


def test_who_waits_until_a_process_is_ready_finds_it_on_record() -> None:
    async def story() -> None:
        nursery, records = SlowNursery(), list[bool | None]()

        def note() -> None:
            record = keeper.record
            records.append(record.is_ready if record is not None else None)

        keeper = Keeper(Child("media"), cast(Nursery, nursery), note)
        keeping = asyncio.create_task(keeper.keep())
        async with asyncio.timeout(5):
            await keeper.was_ready.wait()
        assert keeper.record is not None
        assert keeper.record.is_ready
        assert records == [False, True]
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await keeper.end()
        nursery.child.wait(5)

    asyncio.run(story())
