"""Each kind of phone calls a queue where each kind of phone answers: who hears whom.

bench/office_network.sh .venv/bin/python bench/phones_table.py [--only plain baresip]

A server is started for it, with TLS and a certificate of its own issuer; whoever encrypts is a user of whom
encryption is required. Printed is a table in Markdown, by caller and agent; ends with 1 if a cell is not as
it should be. Kinds that cannot run here are named with the cause.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import sync_playwright
from softphones import OfBaresip, OfChromium, OfFirefox, OfLinphone, OfPjsua, Plain, Softphone
from tests.fakes.certificates import Authority
from tests.scenarios import tones
from tests.scenarios.commands import Commands
from tests.scenarios.office import Office
from tests.scenarios.pages import Chromiums, People
from tests.scenarios.reactor import Reactor
from tests.scenarios.server import Server

Making = Callable[[str, int], Softphone]
ENCRYPTED = ("baresip", "pjsua", "linphone")
KINDS = {
    "plain": "plain RTP, UDP",
    "baresip": "baresip, TLS, SRTP",
    "pjsua": "pjsua, TLS, SRTP",
    "linphone": "Linphone, TLS, SRTP",
    "chromium": "page in Chromium",
    "firefox": "page in Firefox",
}


def versions() -> str:
    """Those of the programs, as far as they are there."""
    names = ("baresip-core", "linphone-cli", "chromium-headless-shell", "firefox-esr")
    told = ["dpkg-query", "--show", "--showformat", "${Package} ${Version}, ", *names]
    packages = subprocess.run(told, capture_output=True, text=True, check=False).stdout
    try:
        return f"{packages}pjsua2-python {version('pjsua2-python')}"
    except PackageNotFoundError:
        return packages.rstrip(", ")


class House:
    """The server, its organization with a caller and an agent of each kind, and their phones."""

    def __init__(self, stack: contextlib.ExitStack, kinds: list[str]) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        authority = Authority(folder)
        certificate = authority.issue("127.0.0.1", "localhost")
        reactor = stack.enter_context(Reactor())
        server = Server(folder / "data", stack.enter_context(Commands()), certificate=certificate)
        stack.callback(server.stop)
        server.start()
        self.office = Office(server, reactor, folder)
        stack.callback(self.office.close)
        self.numbers = {}
        for kind in kinds:
            encryption = {"encryption": "required"} if kind in ENCRYPTED else {}
            self.office.user(f"{kind}-calls", **encryption)
            self.office.user(f"{kind}-answers", **encryption)
            self.numbers[kind] = self.office.queue(f"{kind}-answers", name=f"Desk of {kind}")
        self.office.user("refused", encryption="required")
        self.office.open()
        chromiums = Chromiums(stack.enter_context(sync_playwright()), folder)
        stack.callback(chromiums.close)
        people = People(chromiums, server)
        stack.callback(people.close)
        made: dict[str, Making] = {
            "plain": lambda user, tone: Plain(self.office, user, tone),
            "baresip": lambda user, tone: OfBaresip(self.office, folder, user, tone, authority.file),
            "pjsua": lambda user, tone: OfPjsua(self.office, folder, user, tone, authority.file),
            "linphone": lambda user, tone: OfLinphone(self.office, folder, user, tone, authority.file),
            "chromium": lambda user, tone: OfChromium(people, self.office, user, tone),
            "firefox": lambda user, tone: OfFirefox(self.office, folder, user, tone),
        }
        self.callers, self.agents = dict[str, Softphone](), dict[str, Softphone]()
        self.absent = dict[str, str]()
        for kind in kinds:
            try:
                for phones, does, tone in (
                    (self.callers, "calls", tones.CALLER),
                    (self.agents, "answers", tones.AGENT),
                ):
                    phones[kind] = made[kind](f"{kind}-{does}", tone)
                    stack.callback(phones[kind].close)
            except Exception as error:  # whatever keeps a program of others from running is the answer
                self.absent[kind] = f"{type(error).__name__}: {error}".splitlines()[0]

    def talk(self, caller: str, agent: str) -> str:
        """One call through the queue; what came of it in a word."""
        one, other = self.callers[caller], self.agents[agent]
        try:
            one.dial(self.numbers[agent], f"Desk of {agent}")
            other.answer()
            one.listen(other.tone)
            other.listen(one.tone)
            one.hang_up()
            heard = one.has_heard(other.tone), other.has_heard(one.tone)
        except Exception as error:
            traceback.print_exc()
            for phone in (one, other):
                with contextlib.suppress(Exception):
                    phone.hang_up()
            return str(error).splitlines()[0][:60] or type(error).__name__
        return {(True, True): "yes", (True, False): "caller only", (False, True): "agent only"}.get(
            heard, "silence"
        )

    def refusal(self) -> int:
        """What plain RTP of a user is answered of whom encryption is required."""
        phone = self.office.agent("refused")
        (kind, *_) = self.numbers
        return phone.dial(f"sip:{self.numbers[kind]}@{self.office.domain}").wait_refused()


def main(kinds: list[str]) -> int:
    """Print the table; the status."""
    with contextlib.ExitStack() as stack:
        house = House(stack, kinds)
        there = [kind for kind in kinds if kind not in house.absent]
        print(f"{datetime.now(UTC):%Y-%m-%d}, {versions()}: do both hear each other?\n")
        print(f"| caller, agent | {' | '.join(KINDS[kind] for kind in there)} |\n|---|{'---|' * len(there)}")
        cells = []
        for caller in there:
            row = [house.talk(caller, agent) for agent in there]
            cells += row
            print(f"| {KINDS[caller]} | {' | '.join(row)} |", flush=True)
        refused = house.refusal()
        print(f"\nPlain RTP of a user of whom encryption is required: {refused}.")
        for kind, why in house.absent.items():
            print(f"Not there: {kind} ({why})")
        is_right = set(cells) == {"yes"} and refused == 488 and not house.absent
    return 0 if is_right else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=list(KINDS), default=list(KINDS), help="these kinds")
    raise SystemExit(main(parser.parse_args().only))
