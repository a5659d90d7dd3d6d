"""The pages in a real Chromium: people who sign in, look and click, each in a browser window of their own."""

from __future__ import annotations

import itertools
import time
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Response,
    expect,
)

from huntline.data_folder import said_database
from huntline.directory.access import Role
from huntline.storage.accounts import Accounts, SignInAccount
from huntline.storage.audit import Actor
from huntline.storage.database import open_database
from huntline.storage.passwords import hashed
from huntline.storage.settings import Settings

from . import sounds
from .cluster import CLUSTER_HOST, SERVER
from .office import Office
from .server import Server

# What has to come comes on a busy machine, too; how soon is measured elsewhere (bench/).
expect.set_options(timeout=10_000)

PASSWORD = "correct horse battery"
DESKTOP, MOBILE = (1280, 800), (390, 844)
_CHROMIUM = "/usr/bin/chromium-headless-shell"  # without the windows around a page it needs a tenth
_AXE = Path(__file__).parents[2] / "webui/node_modules/axe-core/axe.min.js"
_FLAGS = (
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--no-first-run",
    # Nothing outside is asked for anything.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    # Microphones are for secure pages alone: those of a test's cluster are of a name that counts as such.
    f"--host-resolver-rules=MAP {CLUSTER_HOST} {SERVER}",
    "--allow-loopback-in-peer-connection",  # the server is on 127.0.0.1, and nothing else may be there
)
_numbers = itertools.count(1)
# Keeps the audio that a page receives where a story can listen to it.
LISTEN = """
const Connection = window.RTCPeerConnection;
window.heard = [];
window.RTCPeerConnection = class extends Connection {
  constructor(...options) {
    super(...options);
    this.addEventListener('track', ({ track }) => {
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      analyser.fftSize = 4096;
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      window.heard.push({ connection: this, context, analyser });
    });
  }
};
"""

# The loudest frequency in what comes in over the connections that are up; 0 is silence.
LOUDEST = """() => {
  let found = 0, most = -70;
  for (const { connection, context, analyser } of window.heard) {
    if (connection.connectionState !== 'connected') continue;
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    levels.forEach((level, bin) => {
      if (level <= most) return;
      most = level;
      found = bin * context.sampleRate / analyser.fftSize;
    });
  }
  return found;
}"""

# What fades in is pale at first; what turns for ever is no news.
_COME_TO_REST = """() => Promise.allSettled(
  document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
    .map((each) => each.finished)
)"""


class Chromiums:
    """Chromium processes, one for each tone that somebody's microphone hears; shared by stories."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self._playwright, self._folder = playwright, folder
        self._by_tone: dict[int, Browser] = {}

    def hearing(self, tone: int) -> Browser:
        """The browser whose microphone hears a tone."""
        if tone not in self._by_tone:
            file = sounds.tone_file(self._folder, tone, 60, rate=48000)
            self._by_tone[tone] = self._playwright.chromium.launch(
                executable_path=_CHROMIUM, args=[*_FLAGS, f"--use-file-for-fake-audio-capture={file}"]
            )
        return self._by_tone[tone]

    def close(self) -> None:
        for browser in self._by_tone.values():
            browser.close()


class Person:
    """Somebody with a browser window of their own; what goes wrong in it fails the story."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self._waits_for_frame = False
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._look)

    def go(self, path: str) -> Page:
        """Open a page by its path."""
        self.page.goto(self.address + path)
        if self._waits_for_frame:
            self.page.locator("main").wait_for()
            self._waits_for_frame = False
        return self.page

    def sign_in(self, name: str, path: str = "/", password: str = PASSWORD) -> Page:
        """Ask for a page, and sign in when that is asked in turn."""
        page = self.go(path)
        page.locator("input[autocomplete=username]").fill(name)
        page.locator("input[autocomplete=current-password]").fill(password)
        page.locator("button[type=submit]").click()
        page.locator("#main").wait_for()
        return page

    def come_in(self, name: str) -> None:
        """Be signed in before any page is open: for stories that are about something else."""
        who = {"name": name, "password": PASSWORD}
        answer = self.context.request.post(f"{self.address}/api/v1/session", data=who)
        assert answer.status == 201, answer.text()
        self._waits_for_frame = True  # what all pages have in common comes with the first one

    def act_for(self, organization: str) -> None:
        """As one of the host, work in an organization from now on."""
        picker = self.page.get_by_label("Organization that you work in")
        # It comes with the second document: the first one has only found that none was chosen, and chose one.
        picker.wait_for()
        self.page.wait_for_load_state()
        with self.page.expect_event("load"):
            picker.select_option(label=organization)

    def assert_accessible(self) -> None:
        """Fail when axe finds anything serious in what is shown, and again a moment later: what has just come
        may still be on its way from one colour to another."""
        self.page.evaluate(_AXE.read_text())
        if self._serious():
            self.page.wait_for_timeout(500)
            serious = self._serious()
            assert not serious, "\n".join(serious)

    def _serious(self) -> list[str]:
        """What axe finds."""
        self.page.evaluate(_COME_TO_REST)
        # Fluent's focus management has elements of its own, which the focus only passes through.
        context = "{exclude: [['[data-tabster-dummy]']]}"
        # To tell of all that is right, too, would take it as long again.
        found: list[dict[str, Any]] = self.page.evaluate(
            f"axe.run({context}, {{resultTypes: ['violations']}}).then(({{violations}}) => violations)"
        )
        return [
            f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes']]}"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]

    def assert_calm(self) -> None:
        """Fail when the page has complained."""
        assert not self.complaints, "\n".join(self.complaints)

    def _listen(self, message: ConsoleMessage) -> None:
        # Refusals that a story provokes are answers, and looked at as such.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def _look(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")


def assert_hears(page: Page, tone: int, timeout: float = 8.0) -> None:
    """What the page receives is a tone, sooner or later."""
    deadline = time.monotonic() + timeout
    while abs((heard := page.evaluate(LOUDEST)) - tone) > 25:
        assert time.monotonic() < deadline, f"the page hears {heard:.0f} Hz, not {tone} Hz"
        page.wait_for_timeout(50)


@cache
def _hash() -> str:
    """That of ``PASSWORD``, made once: it is made to take its time."""
    return hashed(PASSWORD)


def account(
    server: Server,
    office: Office,
    role: Role,
    user: str | None = None,
    name: str = "",
    queues: Collection[str] = (),
) -> str:
    """A new account of the office, with the password that ``Person.sign_in`` uses; its name."""
    database = open_database(server.data, said_database(server.data))
    try:
        settings, accounts = Settings(database), Accounts(database)
        organization = next(each for each in settings.organizations() if each.name == office.name)
        owner = next((each.user_id for each in organization.users if user and each.upn == user), None)
        account = SignInAccount(
            organization_id=organization.organization_id,
            name=name or user or f"{role}{next(_numbers)}@{office.domain}",
            role=role,
            password_hash=_hash(),
            user_id=owner,
            queue_ids=tuple(each.queue_id for each in organization.queues if each.name in queues),
        )
        return accounts.add(account, Actor("the story", "test")).name
    finally:
        database.dispose()


class People:
    """The people of a story: accounts of its office, and their browser windows."""

    def __init__(self, chromiums: Chromiums, server: Server) -> None:
        self._chromiums, self._server = chromiums, server
        self._people: list[Person] = []

    def account(
        self,
        office: Office,
        role: Role,
        user: str | None = None,
        name: str = "",
        queues: Collection[str] = (),
    ) -> str:
        """A new account of the office, with the password that ``Person.sign_in`` uses; its name.

        ``queues`` are the names of those that a queue owner may change.
        """
        return account(self._server, office, role, user, name, queues)

    def arrive(
        self, *, tone: int = 0, language: str = "en", size: tuple[int, int] = DESKTOP, is_dark: bool = False
    ) -> Person:
        """Somebody opens a browser window: a microphone that hears a tone, a language, a screen."""
        context = self._chromiums.hearing(tone).new_context(
            locale={"en": "en-GB", "fr": "fr-FR"}[language],
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if is_dark else "light",
            reduced_motion="reduce",  # what is half faded in or out is no contrast to be judged
            permissions=["microphone", "notifications"],
        )
        context.set_default_timeout(10_000)
        context.add_init_script(LISTEN)
        person = Person(context, self._server.pages)
        self._people.append(person)
        return person

    def admin(self, office: Office, **window: Any) -> Person:
        """An administrator of the office, signed in; no page is open yet."""
        person = self.arrive(**window)
        person.come_in(self.account(office, Role.ADMIN))
        return person

    def agent(self, office: Office, name: str, **window: Any) -> Person:
        """An agent of the office, signed in; no page is open yet."""
        person = self.arrive(**window)
        person.come_in(self.account(office, Role.AGENT, office.upn(name)))
        return person

    def close(self) -> None:
        """Close all windows."""
        for person in self._people:
            person.context.close()

    def assert_calm(self) -> None:
        """Fail when anybody's page has complained."""
        for person in self._people:
            person.assert_calm()
