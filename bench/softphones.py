"""Softphones and browsers that nobody here wrote, each as one kind of phone in calls of the phones table."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import re
import subprocess
import sys
import time
import wave
from abc import ABC, abstractmethod
from array import array
from pathlib import Path

import av
from tests.scenarios import sounds, tones
from tests.scenarios.baresip import Baresip
from tests.scenarios.firefox import Firefox
from tests.scenarios.leg import Leg
from tests.scenarios.office import Office
from tests.scenarios.pages import LISTEN, PASSWORD, People, account, assert_hears

from huntline.directory.access import Role

_RINGS_WITHIN = 15.0
_ENOUGH = 25  # frames of 20 ms


class Softphone(ABC):
    """One phone of a user, which is registered; ``tone`` is what it speaks."""

    def __init__(self, tone: int) -> None:
        self.tone = tone

    @abstractmethod
    def dial(self, number: str, queue: str) -> None:
        """Call a queue."""

    @abstractmethod
    def answer(self) -> None:
        """Wait until it rings, and answer."""

    @abstractmethod
    def hang_up(self) -> None:
        """End the call."""

    def listen(self, tone: int) -> None:
        """Hear the other side while the call is up: wait for the tone where it can be heard at once."""
        time.sleep(1.5)

    @abstractmethod
    def has_heard(self, tone: int) -> bool:
        """Whether the tone was in the call, which is over."""

    def close(self) -> None:
        """End it, where that is not done by whoever made it."""
        return


class Plain(Softphone):
    """The phone of the tests: SIP and RTP as they are, over UDP."""

    def __init__(self, office: Office, user: str, tone: int) -> None:
        super().__init__(tone)
        self._phone = office.agent(user, tone=tone)
        self._leg: Leg | None = None

    def dial(self, number: str, queue: str) -> None:
        self._leg = self._phone.dial(f"sip:{number}@{self._phone.domain}")

    def answer(self) -> None:
        self._leg = self._phone.wait_call(_RINGS_WITHIN)
        self._leg.answer()

    def hang_up(self) -> None:
        if self._leg is not None and not self._leg.is_ended:
            self._leg.hang_up()

    def listen(self, tone: int) -> None:
        assert self._leg is not None
        self._leg.sound.wait_for(tone, 8, since=time.time())
        self._leg.sound.wait_packets(2 * _ENOUGH)

    def has_heard(self, tone: int) -> bool:
        assert self._leg is not None
        return [packet.tone for packet in self._leg.sound.heard].count(tone) > _ENOUGH


class OfBaresip(Softphone):
    """baresip over TLS, with SDES or not at all."""

    def __init__(self, office: Office, folder: Path, user: str, tone: int, trusted: Path) -> None:
        super().__init__(tone)
        assert office.server.tls_port is not None
        self._domain = office.domain
        self._phone = Baresip(
            folder / user,
            user,
            office.domain,
            (office.server.host, office.server.tls_port),
            tone=tone,
            transport="tls",
            trusted=trusted,
            outbound=True,
            encryption="srtp-mand",
        )

    def dial(self, number: str, queue: str) -> None:
        self._phone.dial(f"sip:{number}@{self._domain}")

    def answer(self) -> None:
        self._phone.wait("CALL_INCOMING", _RINGS_WITHIN)
        self._phone.answer()

    def hang_up(self) -> None:
        self._phone.hang_up()

    def has_heard(self, tone: int) -> bool:
        self._phone.wait("CALL_CLOSED", 10)
        return [heard for _, heard in self._phone.heard()].count(tone) > _ENOUGH

    def close(self) -> None:
        self._phone.close()


class Steered(Softphone):
    """A program that takes commands by its input, and writes what happens."""

    def __init__(self, tone: int, folder: Path, command: list[str]) -> None:
        super().__init__(tone)
        self._log = folder / "said.log"
        self._recordings = folder
        self._errors = folder / "errors.log"
        with self._log.open("wb") as log, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=errors,
                env=os.environ | {"HOME": str(folder)},
            )
        self._read_to = 0

    def _tell(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(command.encode() + b"\n")
        self._process.stdin.flush()

    def _wait(self, pattern: str, timeout: float = _RINGS_WITHIN) -> None:
        """Wait until it says something that it has not said before."""
        deadline = time.monotonic() + timeout
        while True:
            text = self._log.read_text(errors="replace")
            if found := re.compile(pattern).search(text, self._read_to):
                self._read_to = found.end()
                return
            assert time.monotonic() < deadline, f"no {pattern}: {text[-300:]}"
            assert self._process.poll() is None, f"it has ended: {self._errors.read_text()[-300:]}"
            time.sleep(0.05)

    def has_heard(self, tone: int) -> bool:
        newest = max(self._recordings.glob("heard-*.wav"), key=lambda file: file.stat().st_mtime)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:  # it writes the file to its end when the call is over already
            with contextlib.suppress(wave.Error, EOFError):
                if [heard for _, heard in sounds.tones_in_recording(newest)].count(tone) > _ENOUGH:
                    return True
            time.sleep(0.1)
        return False

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(5)


class OfPjsua(Steered):
    """PJSUA's library over TLS, with SDES or not at all."""

    def __init__(self, office: Office, folder: Path, user: str, tone: int, trusted: Path) -> None:
        folder = folder / user
        folder.mkdir()
        file = sounds.tone_file(folder, tone, 60)
        self._domain = office.domain
        arguments = [user, office.domain, f"localhost:{office.server.tls_port}", str(trusted), str(file)]
        script = str(Path(__file__).with_name("pjsua_phone.py"))
        super().__init__(tone, folder, [sys.executable, script, *arguments, str(folder / "heard")])
        self._wait('"registered"')

    def dial(self, number: str, queue: str) -> None:
        self._tell(f"dial sip:{number}@{self._domain}")

    def answer(self) -> None:
        self._wait('"ringing"')
        self._tell("answer")

    def hang_up(self) -> None:
        self._tell("hang-up")

    def has_heard(self, tone: int) -> bool:
        self._wait('"down"')
        return super().has_heard(tone)


_LINPHONERC = """\
[sip]
default_proxy=0
root_ca={trusted}
media_encryption=srtp
media_encryption_mandatory=1
sip_port=-1
sip_tcp_port=-1
sip_tls_port=-1
use_ipv6=0
[rtp]
audio_rtp_port=-1
[sound]
remote_ring=
local_ring=
[proxy_0]
reg_proxy=<sip:{server};transport=tls>
reg_route=<sip:{server};transport=tls;lr>
reg_identity=sip:{user}@{domain}
reg_expires=300
reg_sendregister=1
[auth_info_0]
username={user}
userid={user}
passwd=secret
realm={domain}
domain={domain}
"""


class OfLinphone(Steered):
    """linphonec over TLS, with SDES or not at all. It sends nothing on a machine that has loopback only."""

    def __init__(self, office: Office, folder: Path, user: str, tone: int, trusted: Path) -> None:
        folder = folder / user
        (folder / ".local/share/linphone").mkdir(parents=True)
        server = f"localhost:{office.server.tls_port}"  # its TLS knows no certificates for addresses
        settings = folder / "linphonerc"
        settings.write_text(
            _LINPHONERC.format(trusted=trusted, server=server, user=user, domain=office.domain)
        )
        self._file = sounds.tone_file(folder, tone, 60)
        self._domain, self._count = office.domain, 0
        log = str(folder / "linphone.log")
        super().__init__(tone, folder, ["linphonec", "-c", str(settings), "-d", "6", "-l", log])
        self._wait("linphonec>")
        self._tell("soundcard use files")
        self._tell(f"play {self._file}")
        deadline = time.monotonic() + _RINGS_WITHIN
        while True:
            self._tell("status register")
            with contextlib.suppress(AssertionError):
                self._wait("registered, identity", 0.5)
                break
            assert time.monotonic() < deadline, f"linphonec is not registered: {log}"
        self._record()

    def dial(self, number: str, queue: str) -> None:
        self._tell(f"call sip:{number}@{self._domain}")

    def answer(self) -> None:
        self._wait("Receiving new incoming call")
        self._tell("answer")

    def _record(self) -> None:
        """What the next call hears goes into a file of its own; while one rings it may not be said."""
        self._count += 1
        self._tell(f"record {self._recordings}/heard-{self._count}.wav")

    def hang_up(self) -> None:
        self._tell("terminate")

    def has_heard(self, tone: int) -> bool:
        self._wait("ended|terminated|Call .* error", 10)
        has_heard = super().has_heard(tone)
        self._record()
        return has_heard


class OfChromium(Softphone):
    """The agent's page in Chromium."""

    def __init__(self, people: People, office: Office, user: str, tone: int) -> None:
        super().__init__(tone)
        person = people.agent(office, user, tone=tone)
        self._page = person.go("/agent")
        self._page.get_by_text("Connected").wait_for(timeout=30_000)
        self._has_heard = False

    def dial(self, number: str, queue: str) -> None:
        self._page.get_by_role("combobox", name="Name or number").fill(queue)
        self._page.get_by_role("option", name=re.compile(queue)).click()
        self._page.get_by_role("button", name="Call", exact=True).click()

    def answer(self) -> None:
        self._page.get_by_role("button", name="Accept").click(timeout=20_000)

    def hang_up(self) -> None:
        self._page.get_by_role("button", name="Hang up").click()

    def listen(self, tone: int) -> None:
        self._has_heard = False
        assert_hears(self._page, tone, 15)
        self._has_heard = True

    def has_heard(self, tone: int) -> bool:
        return self._has_heard


# Without a sound card Firefox runs no AudioContext, but it records what comes in.
_RECORD = """
window.recorded = null;
const up = window.heard.find(({ connection }) => connection.connectionState === 'connected');
if (up === undefined) return false;
const { connection } = up;
const recorder = new MediaRecorder(new MediaStream([connection.getReceivers()[0].track]));
recorder.ondataavailable = ({ data }) => {
  const reader = new FileReader();
  reader.onload = () => { window.recorded = reader.result; };
  reader.readAsDataURL(data);
};
recorder.start();
setTimeout(() => recorder.stop(), 1500);
return true;
"""


def _tones_in(sound: bytes) -> list[int | None]:
    """The tones of a recording in whatever form PyAV knows."""
    samples, narrow = array("h"), av.AudioResampler("s16", "mono", tones.RATE)
    with av.open(io.BytesIO(sound), "r") as container:
        for frame in container.decode(audio=0):
            for part in narrow.resample(frame):
                samples.frombytes(bytes(part.planes[0])[: 2 * part.samples])
    return [tone for _, tone in tones.tones_of_recording(samples)]


class OfFirefox(Softphone):
    """The agent's page in Firefox."""

    def __init__(self, office: Office, folder: Path, user: str, tone: int) -> None:
        super().__init__(tone)
        self._browser = Firefox(folder / user, {"media.navigator.audio.fake_frequency": tone})
        self._has_heard = False
        name = account(office.server, office, Role.AGENT, office.upn(user))
        self._browser.navigate(f"http://127.0.0.1:{office.server.http_port}/agent")
        self._browser.fill("input[autocomplete=username]", name)
        self._browser.fill("input[autocomplete=current-password]", PASSWORD)
        self._browser.click("//button[@type='submit']")
        self._browser.find("css selector", "#main")
        self._browser.run(LISTEN)
        self._browser.find("xpath", "//*[normalize-space()='Connected']")

    def dial(self, number: str, queue: str) -> None:
        self._browser.fill("main input[role=combobox]", queue)
        self._browser.click(f"//*[@role='option'][contains(., '{queue}')]")
        self._browser.click("//button[normalize-space()='Call']")

    def answer(self) -> None:
        self._browser.click("//button[normalize-space()='Accept']")

    def hang_up(self) -> None:
        self._browser.click("//button[normalize-space()='Hang up']")

    def listen(self, tone: int) -> None:
        self._has_heard = False
        deadline = time.monotonic() + _RINGS_WITHIN
        while (heard := self._recorded()).count(tone) <= _ENOUGH:
            assert time.monotonic() < deadline, f"Firefox hears {set(heard)} Hz, not {tone} Hz"
        self._has_heard = True

    def _recorded(self) -> list[int | None]:
        deadline = time.monotonic() + _RINGS_WITHIN
        while not self._browser.run(_RECORD):
            assert time.monotonic() < deadline, "Firefox has no connection"
            time.sleep(0.2)
        while (said := self._browser.run("return window.recorded")) is None:
            assert time.monotonic() < deadline, "Firefox records nothing"
            time.sleep(0.2)
        return _tones_in(base64.b64decode(said.partition(",")[2]))

    def has_heard(self, tone: int) -> bool:
        return self._has_heard

    def close(self) -> None:
        self._browser.close()
