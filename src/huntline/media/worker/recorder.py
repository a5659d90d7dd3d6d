"""Recordings: what parties say, on its way into files."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from huntline.media import g711, wav
from huntline.media.interface import RecordingEnded, WhyEnded
from huntline.media.worker.media_clock import TICKS_PER_SECOND, MediaClock
from huntline.media.worker.tape import Tape

logger = logging.getLogger(__name__)

WRITTEN_EVERY = TICKS_PER_SECOND // 2
"""Ticks: no more than this is lost with the process."""


class RecordedFile:
    """The file of a recording. Its methods wait for the disk, and are called one after the other.

    It can be read at any moment: what its head tells is there.
    """

    def __init__(self, path: str) -> None:
        self.law = "PCMU"
        self.length = 0
        self._path = path
        self._file = -1

    def open(self, law: str) -> None:
        """Begin the file, or go on with it, in the law that it has then. Raises OSError."""
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self.law = self._law_on_file() or law
            self.length = max(0, os.fstat(self._file).st_size - wav.HEAD_SIZE)
            _write(self._file, wav.head(self.law, self.length), 0)
        except OSError:
            os.close(self._file)
            raise

    def _law_on_file(self) -> str | None:
        try:
            return wav.law_in(os.pread(self._file, wav.HEAD_SIZE, 0))
        except wav.NoRecording:
            return None

    def add(self, audio: bytes) -> None:
        """Add audio, and only then tell of it in the head. Raises OSError."""
        if audio:
            _write(self._file, audio, wav.HEAD_SIZE + self.length)
            self.length += len(audio)
            _write(self._file, wav.head(self.law, self.length), 0)

    def close(self, length: int | None) -> None:
        """End the file, with so many samples if that is told. Raises OSError."""
        try:
            self.length = (self.length if length is None else min(length, self.length)) & ~1
            _write(self._file, wav.head(self.law, self.length), 0)
            os.ftruncate(self._file, wav.HEAD_SIZE + self.length)
        finally:
            os.close(self._file)


class LegRecording:
    """One leg's recording, from its beginning to the word about its end."""

    def __init__(
        self, leg_id: str, path: str, *, most_s: float, silence_s: float, begun_at: float, turn: int
    ) -> None:
        """``begun_at`` is ``time.monotonic()``; it is written in the ``turn`` of each round."""
        self.leg_id, self.path = leg_id, path
        self.file = RecordedFile(path)
        self.tape: Tape | None = None  # there once the file is open
        self.is_over = False
        self.turn = turn
        self._begun_at = begun_at
        self._most, self._silence = int(most_s * g711.SAMPLE_RATE), int(silence_s * g711.SAMPLE_RATE)

    def opened(self) -> None:
        """The file is there; what comes from now on is recorded."""
        self.tape = Tape(self.file.law, self._most, self.file.length)

    def hear(self, payload: bytes, encoding: str, ssrc: int, timestamp: int) -> None:
        """Take the payload of a packet."""
        if self.tape is not None and not self.is_over:
            self.tape.hear(payload, encoding, ssrc, timestamp, self._now)

    @property
    def end_due(self) -> WhyEnded | None:
        """Why it must end now, if it must."""
        if self.tape is None:
            return None
        if self.tape.is_full or self._now >= self._most:
            return "limit"
        return "silence" if self.tape.silent_for(self._now) >= self._silence else None

    @property
    def _now(self) -> int:
        """Samples since it began."""
        return int((time.monotonic() - self._begun_at) * g711.SAMPLE_RATE)


class Recorder:
    """All recordings of a worker. Files are written by a thread, so that no stream waits for a disk."""

    def __init__(self, clock: MediaClock, on_ended: Callable[[RecordingEnded], None]) -> None:
        """``on_ended`` is told once of each recording, when its file is whole."""
        self._clock = clock
        self._on_ended = on_ended
        self._living: set[LegRecording] = set()
        self._turns = itertools.cycle(range(WRITTEN_EVERY))
        self._thread = ThreadPoolExecutor(1, "recorder")

    @property
    def count(self) -> int:
        """Recordings whose files are open."""
        return len(self._living)

    def begin(
        self, leg_id: str, path: str, law: str, *, most_s: float, silence_s: float, begun_at: float
    ) -> LegRecording:
        """Begin a recording, or go on with one that an earlier worker began at that moment."""
        recording = LegRecording(
            leg_id, path, most_s=most_s, silence_s=silence_s, begun_at=begun_at, turn=next(self._turns)
        )
        self._living.add(recording)
        self._do(partial(recording.file.open, law), recording.opened, partial(self._ended, recording, "disk"))
        return recording

    def tick(self) -> None:
        """Write what has come, of each recording once in a while."""
        turn = self._clock.count % WRITTEN_EVERY
        for recording in [each for each in self._living if each.turn == turn and not each.is_over]:
            if (why := recording.end_due) is not None:
                self.end(recording, why)
            elif recording.tape is not None and (audio := recording.tape.take()):
                on_failure = partial(self.end, recording, "disk")
                self._do(partial(recording.file.add, audio), _done, on_failure)

    def end(self, recording: LegRecording, why: WhyEnded) -> None:
        """End a recording, once; that it has ended is told when all of it is on file."""
        if recording.is_over or recording not in self._living:
            return
        recording.is_over = True
        self._do(
            partial(_finish, recording, why),
            partial(self._ended, recording, why),
            partial(self._ended, recording, "disk"),
        )

    def close(self) -> None:
        """Put all that was heard on file. Recordings that are under way go on in the next worker."""
        for recording in self._living:
            if not recording.is_over and recording.tape is not None:
                self._thread.submit(recording.file.add, recording.tape.take())
            recording.is_over = True
        self._thread.shutdown()

    def _ended(self, recording: LegRecording, why: WhyEnded) -> None:
        self._living.discard(recording)
        seconds = recording.file.length / g711.SAMPLE_RATE
        self._on_ended(RecordingEnded(recording.leg_id, recording.path, seconds, why))

    def _do(self, work: Callable[[], None], then: Callable[[], None], on_failure: Callable[[], None]) -> None:
        """Let the thread do something with a file, after all that it was asked for before."""
        loop = asyncio.get_running_loop()

        def work_and_tell() -> None:
            try:
                work()
            except OSError:
                logger.exception("a recording cannot be written")
                loop.call_soon_threadsafe(on_failure)
            else:
                loop.call_soon_threadsafe(then)

        self._thread.submit(work_and_tell)


def _done() -> None:
    """Nothing follows."""


def _finish(recording: LegRecording, why: WhyEnded) -> None:
    """To be called once nothing is put on the tape any more."""
    length = None
    try:
        if (tape := recording.tape) is not None:
            length = tape.length_of_sound if why == "silence" else None
            recording.file.add(tape.take())
    finally:
        recording.file.close(length)


def _write(file: int, data: bytes, at: int) -> None:
    """All of it: a full disk may take a part before it refuses the rest."""
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, at)
        view, at = view[written:], at + written
