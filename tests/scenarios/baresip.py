"""baresip, a softphone nobody here wrote, steered over its ctrl_tcp module (netstrings of JSON)."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import ports, sounds, tones

_MODULES = (
    ("module", "g711.so"),
    ("module", "g722.so"),
    ("module", "opus.so"),
    ("module", "srtp.so"),
    ("module", "aufile.so"),
    ("module", "aubridge.so"),
    ("module", "sndfile.so"),
    ("module_tmp", "uuid.so"),
    ("module_tmp", "account.so"),
    ("module_app", "menu.so"),
    ("module_app", "mwi.so"),
    ("module_app", "ctrl_tcp.so"),
)
Event = dict[str, Any]


class Baresip:
    """One baresip process with one account, sending one tone and recording what it hears."""

    def __init__(
        self,
        folder: Path,
        user: str,
        domain: str,
        server: tuple[str, int],
        *,
        tone: int,
        registers: bool = True,
        transport: str = "udp",
        codec: str = "pcmu",
        address: str = "127.0.0.1",
        network: str | None = None,
        trusted: Path | None = None,
        outbound: bool = False,
        control: str | None = None,
        encryption: str | None = None,
        watched: str = "",
        rate: int = tones.RATE,
        signs_in: tuple[str, str] | None = None,
        port: int | None = None,
        is_proxied: bool = True,
    ) -> None:
        """``network`` is the network namespace where it has its address, ``trusted`` the issuers that it
        believes over TLS; ``outbound``: it registers as RFC 5626 has it. ``control`` is the address where
        it is steered, where that is another one. ``encryption`` as baresip calls it: ``srtp`` (keys beside
        RTP/AVP), ``srtp-mand`` (RTP/SAVP). ``watched`` is an address whose presence it subscribes to.
        ``rate`` is that of its sound card: one that resamples for its first codec goes on to do so for the
        next, whether that is right or not. ``signs_in`` are user name and password, where they are not those
        of the user. ``port`` is where it listens, by default any. Unless it ``is_proxied`` it sends each
        request where that itself says."""
        self.folder, self.recordings = folder, folder / "heard"
        self.recordings.mkdir(parents=True)
        self._control = control or address
        self._port = port or ports.take(2)
        self._address, self._trusted, self._outbound = address, trusted, outbound
        self._is_proxied = is_proxied
        self._signs_in = signs_in or (user, "secret")
        self.user, self.tone, self._control_port = user, tone, ports.take(2)
        self.events: list[Event] = []
        tone_file = sounds.tone_file(folder, tone, 60, rate=rate)
        config = self._config(tone_file, rate)
        if watched:
            (folder / "contacts").write_text(f'"Watched" <{watched}>;presence=p2p\n')
            config += "module_app contact.so\nmodule_app presence.so\n"
        (folder / "config").write_text(config)
        (folder / "accounts").touch()
        self._log = (folder / "baresip.log").open("w")
        self._process = subprocess.Popen(
            [*(("ip", "netns", "exec", network) if network else ()), "baresip", "-f", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._buffer = b""
        self._socket = socket.socket()
        try:
            self._connect()
            # An account from the file would register before anybody could listen to its events.
            account = self._account(domain, server, transport, codec, registers=registers)
            self._command("uanew", account + (f";mediaenc={encryption}" if encryption else ""))
            if registers:
                self.wait("REGISTER_OK")
        except BaseException:
            self.close()
            raise

    def dial(self, uri: str) -> None:
        self._command("dial", uri)

    def answer(self) -> None:
        self._command("accept")

    def hang_up(self) -> None:
        self._command("hangup")

    def hold(self) -> None:
        self._command("hold")

    def resume(self) -> None:
        self._command("resume")

    def transfer(self, uri: str) -> None:
        """Transfer the current call blindly."""
        self._command("transfer", uri)

    def contacts(self) -> str:
        """Whom it knows, and what it shows of their presence."""
        return str(self._command("contacts").get("data", ""))

    def wait(self, kind: str, timeout: float = 5.0) -> Event:
        """Wait for an event such as CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED; each counts once."""
        return self._wait(lambda event: event.get("type") == kind, kind, timeout)

    def heard(self) -> list[tuple[float, int | None]]:
        """(second, tone) of the newest recording of what was heard; complete when the call is closed."""
        files = sorted(self.recordings.glob("*-dec.wav"), key=lambda file: file.stat().st_mtime)
        assert files, f"baresip recorded nothing in {self.recordings}"
        return sounds.tones_in_recording(files[-1])

    def tones_heard(self) -> list[int | None]:
        """The tones of all recordings: after a hold there is one more."""
        files = self.recordings.glob("*-dec.wav")
        return [tone for file in files for _, tone in sounds.tones_in_recording(file)]

    def listen(self, seconds: float) -> None:
        """Let it hear for so long; what it hears it says nowhere before the call is over."""
        time.sleep(seconds)

    def codecs(self) -> list[str]:
        """The codecs that it has decoded, in order."""
        return re.findall(r"Set audio decoder: (\S+) ", (self.folder / "baresip.log").read_text())

    def wait_codec(self, codec: str, timeout: float = 5.0) -> None:
        """Wait until it decodes this one."""
        deadline = time.monotonic() + timeout
        while self.codecs()[-1:] != [codec]:
            assert time.monotonic() < deadline, f"{self.user} decodes {self.codecs()}, not {codec}"
            time.sleep(0.05)  # it is only in its log

    def close(self) -> None:
        """Sign out and end; by force if it must be."""
        with contextlib.suppress(OSError):
            self._send("quit")
        self._socket.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._log.close()

    def _account(
        self, domain: str, server: tuple[str, int], transport: str, codec: str, *, registers: bool
    ) -> str:
        outbound = ";sipnat=outbound" if self._outbound else ""
        proxy = f';outbound="sip:{server[0]}:{server[1]};transport={transport}"' if self._is_proxied else ""
        username, password = self._signs_in
        return (
            f"<sip:{self.user}@{domain};transport={transport}>;auth_user={username};auth_pass={password}"
            f"{proxy};answermode=manual"
            f";regint={60 if registers else 0};audio_codecs={codec}{outbound}"
        )

    def _config(self, tone_file: Path, rate: int) -> str:
        first = ports.take(8)
        lines = [
            f"net_interface {self._address}",
            f"sip_listen {self._address}:{self._port}",
            f"rtp_ports {first}-{first + 7}",
            f"audio_source aufile,{tone_file}",
            "audio_player aubridge,sink",
            "audio_alert aubridge,nil",
            f"ausrc_srate {rate}",
            f"auplay_srate {rate}",
            "ausrc_channels 1",
            "auplay_channels 1",
            "module_path /usr/lib/baresip/modules",
            f"ctrl_tcp_listen {self._control}:{self._control_port}",
            f"snd_path {self.recordings}",
        ]
        if self._trusted is not None:
            lines += [f"sip_cafile {self._trusted}", "sip_verify_server yes"]
        return "\n".join([*lines, *(f"{kind} {name}" for kind, name in _MODULES)]) + "\n"

    def _connect(self) -> None:
        deadline = time.monotonic() + 5
        while self._socket.connect_ex((self._control, self._control_port)):
            alive = self._process.poll() is None and time.monotonic() < deadline
            assert alive, f"baresip does not run: {(self.folder / 'baresip.log').read_text()}"
            time.sleep(0.05)  # it opens the control port when its modules are loaded, and says so nowhere
            self._socket.close()
            self._socket = socket.socket()

    def _command(self, command: str, parameters: str = "") -> Event:
        self._send(command, parameters)
        answer = self._wait(lambda event: "response" in event, f"an answer to {command}", 5)
        assert answer.get("ok"), f"baresip {command} {parameters}: {answer}"
        return answer

    def _send(self, command: str, parameters: str = "") -> None:
        text = json.dumps({"command": command, "params": parameters}).encode()
        self._socket.sendall(b"%d:%s," % (len(text), text))

    def _wait(self, wanted: Callable[[Event], bool], what: str, timeout: float) -> Event:
        deadline = time.monotonic() + timeout
        while True:
            for event in self.events:
                if wanted(event):
                    self.events.remove(event)
                    return event
            remaining = deadline - time.monotonic()
            assert remaining > 0, (
                f"baresip {self.user}: no {what} within {timeout:g} s; events: {self.events}"
            )
            self._socket.settimeout(remaining)
            with contextlib.suppress(TimeoutError):
                self._read()

    def _read(self) -> None:
        data = self._socket.recv(65536)
        assert data, f"baresip {self.user} is gone: {(self.folder / 'baresip.log').read_text()[-2000:]}"
        self._buffer += data
        while b":" in self._buffer:
            digits, _, rest = self._buffer.partition(b":")
            length = int(digits)
            if len(rest) <= length:
                return
            self.events.append(json.loads(rest[:length]))
            self._buffer = rest[length + 1 :]
