"""One process of the server, as the supervisor starts it: its role runs until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable

import uvloop

from huntline.config import Config
from huntline.errors import ConfigurationError
from huntline.logs import set_up_logging
from huntline.supervisor import CONFIG, EXIT_CONFIGURATION, READY_FD, SUPERVISOR_PID

Role = Callable[[Config, Callable[[], None]], Awaitable[None]]

_COLLECT_AFTER = 20_000  # new objects; calls make few circles, and reference counts free the rest at once
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> int:
    """Run the role that the command line names until SIGTERM cancels it.

    Returns the exit status that the supervisor understands.
    """
    if READY_FD not in os.environ or len(sys.argv) != 2:
        print("huntline: this is what the supervisor starts; use: huntline serve", file=sys.stderr)
        return 2
    name = sys.argv[1]
    _end_with_the_supervisor(int(os.environ[SUPERVISOR_PID]))
    _allow_all_open_files()
    config = Config.model_validate_json(os.environ[CONFIG])
    set_up_logging(name, config.log_level, mask_numbers=config.mask_numbers)
    try:
        role = _role(name)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run_until_told_to_end(role, config))
    except ConfigurationError as error:
        print(f"huntline: {error}", file=sys.stderr)
        return EXIT_CONFIGURATION
    return 0


def _role(name: str) -> Role:
    """The function of a role; imported only where it runs, so that no process carries another's code."""
    match name:
        case "signalling":
            from huntline.signalling.wiring import run_signalling

            return run_signalling
        case "media":
            from huntline.media.worker.process import run_media

            return run_media
        case "web":
            from huntline.web.app import run_web

            return run_web
        case "demo":
            from huntline.demo.actors import run_demo

            return run_demo
        case _:
            raise ConfigurationError(f"there is no process called {name}")


def _end_with_the_supervisor(supervisor: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:  # it died before the kernel was told
        sys.exit(1)


def _allow_all_open_files() -> None:
    """A media leg takes two sockets, a phone on TCP one: the customary 1,024 are soon used up."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def run_until_told_to_end(role: Role, config: Config) -> None:
    """Run a role until the first SIGTERM or SIGINT. Further ones change nothing: the supervisor may ask,
    and die in the same moment, and what a role does at its end must not be cut short by that."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    running, waiting = asyncio.ensure_future(role(config, _report_ready)), asyncio.ensure_future(told.wait())
    await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _report_ready() -> None:
    # What was made until now stays: the collector need not look at it again, with every call under way.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    pipe = int(os.environ[READY_FD])
    with contextlib.suppress(BrokenPipeError):
        os.write(pipe, b".")
    os.close(pipe)


if __name__ == "__main__":
    sys.exit(main())
