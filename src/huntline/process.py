"""The processes of the server: each is a fork of the nursery, and runs its role until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence

import uvloop

from huntline.config import Config
from huntline.data_folder import media_worker_of
from huntline.errors import ConfigurationError, Refused
from huntline.logs import set_up_logging
from huntline.processes import forking
from huntline.processes.lifeline import Ready, say_ready
from huntline.processes.words import (
    CONFIG,
    ENDS_WITH_PARENT,
    EXIT_CONFIGURATION,
    HAND_OVER,
    HANDED_OVER,
)

Role = Callable[[Config, Ready], Awaitable[None]]

_COLLECT_AFTER = 20_000  # new objects; calls make few circles, and reference counts free the rest at once
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> int:
    """Be the nursery, whose socket and roles the command line names, or what becomes of its forks.

    Returns the exit status that the supervisor understands.
    """
    if len(sys.argv) < 3 or not sys.argv[1].isdigit():
        print("huntline: this is what the supervisor starts; use: huntline serve", file=sys.stderr)
        return 2
    connection = socket.socket(fileno=int(sys.argv[1]))
    role = forking.tend(connection, sys.argv[2:], _loaded)
    return role() if role is not None else 0


def _loaded(name: str) -> Callable[[], int]:
    """What a process of this name does, with the code for it loaded."""
    return functools.partial(_run, name, _role(name))


def _run(name: str, role: Role) -> int:
    if ENDS_WITH_PARENT in os.environ:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    _allow_all_open_files()
    config = Config.model_validate_json(os.environ[CONFIG])
    set_up_logging(name, config.log_level, mask_numbers=config.mask_numbers)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run_until_told_to_end(role, config))
    except ConfigurationError as error:
        print(f"huntline: {error}", file=sys.stderr)
        return EXIT_CONFIGURATION
    except Refused as error:  # another time it may do: such as when its database is there again
        print(f"huntline: {error}", file=sys.stderr)
        return 1
    return 0


def _role(name: str) -> Role:
    """The function of a role; several workers have one, see ``media_name``."""
    match name.partition("-")[0]:
        case "signalling":
            import sqlalchemy.dialects.sqlite  # noqa: F401 - else each fork would load it at its start

            from huntline.signalling.wiring import run_signalling

            return run_signalling
        case "media":
            from huntline.media.worker.process import run_media

            return functools.partial(run_media, worker=media_worker_of(name))
        case "web":
            from huntline.web.app import run_web

            return run_web
        case "cluster":
            from huntline.cluster.process import run_cluster

            return run_cluster
        case "demo":
            from huntline.demo.actors import run_demo

            return run_demo
        case _:
            raise ConfigurationError(f"there is no process called {name}")


def _allow_all_open_files() -> None:
    """A media leg takes two sockets, a phone on TCP one: the customary 1,024 are soon used up."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def run_until_told_to_end(role: Role, config: Config) -> None:
    """Run a role until the first SIGTERM or SIGINT, or ``HAND_OVER``, which cancels it with ``HANDED_OVER``.
    Further ones change nothing: what a role does at its end must not be cut short by that."""
    told: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()

    def tell(message: str | None) -> None:
        if not told.done():
            told.set_result(message)

    for number, message in ((signal.SIGTERM, None), (signal.SIGINT, None), (HAND_OVER, HANDED_OVER)):
        loop.add_signal_handler(number, tell, message)
    running = asyncio.ensure_future(role(config, _report_ready))
    await asyncio.wait((running, told), return_when=asyncio.FIRST_COMPLETED)
    running.cancel(told.result() if told.done() else None)
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _report_ready(listening: Sequence[socket.socket] = ()) -> None:
    # What was made until now stays: the collector need not look at it again, with every call under way.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    say_ready(listening)


if __name__ == "__main__":
    sys.exit(main())
