"""Whether media workers answer and keep up, as those who run the server are told (edge)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from huntline.web.media_health import MediaHealth
from tests.fakes.media_workers import CountingWorker


async def _look(health: MediaHealth) -> tuple[str | None, str | None]:
    await health.look()
    return health.fault, health.lateness


def test_a_worker_that_is_late_is_told_of_until_it_keeps_up_again(tmp_path: Path) -> None:
    async def story() -> None:
        worker = CountingWorker(tmp_path / "media.sock", ticks=5000, skipped=4000)  # a bad day, long ago
        await worker.start()
        health = MediaHealth([tmp_path / "media.sock"])
        assert await _look(health) == (None, None)
        worker.counts = {"ticks": 5400, "ticks_skipped": 4100}
        fault, lateness = await _look(health)
        assert fault is None
        assert lateness is not None
        assert lateness.startswith("is late for 20% of what it plays")
        assert "media_workers" in lateness
        worker.counts = {"ticks": 5450, "ticks_skipped": 4100}  # too few to tell
        assert await _look(health) == (None, lateness)
        worker.counts = {"ticks": 5900, "ticks_skipped": 4110}
        assert await _look(health) == (None, None)
        await worker.close()
        assert await _look(health) == ("does not answer; it is started again", None)

    asyncio.run(story())


def test_which_of_several_workers_is_named(tmp_path: Path) -> None:
    async def story() -> None:
        workers = [CountingWorker(tmp_path / f"{number}.sock", ticks=1) for number in range(3)]
        health = MediaHealth([tmp_path / f"{number}.sock" for number in range(3)])
        assert (await _look(health))[0] == "worker 1, 2, 3 of 3 does not answer; it is started again"
        for worker in workers:
            await worker.start()
        assert await _look(health) == (None, None)
        for worker in workers[1:]:
            worker.counts = {"ticks": 200, "ticks_skipped": 40}
        workers[0].counts = {"ticks": 200, "ticks_skipped": 1}
        late = (await _look(health))[1]
        assert late is not None
        assert late.startswith("worker 2, 3 of 3 is late for 17%")
        await workers[2].close()
        workers[1].counts = {"ticks": 0, "ticks_skipped": 0}  # another process in its place
        assert (await _look(health))[0] == "worker 3 of 3 does not answer; it is started again"
        workers[1].counts = {"ticks": 150, "ticks_skipped": 0}
        assert (await _look(health))[1] is None
        for worker in workers:
            await worker.close()

    asyncio.run(story())


def test_what_is_no_answer_is_none(tmp_path: Path) -> None:
    async def story() -> None:
        worker = CountingWorker(tmp_path / "media.sock")
        worker.counts = None
        await worker.start()
        assert (await _look(MediaHealth([tmp_path / "media.sock"])))[0] is not None
        await worker.close()

    asyncio.run(story())
