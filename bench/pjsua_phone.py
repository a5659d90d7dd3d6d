"""One account in PJSUA's library, steered by lines: a process of its own, for it has threads of its own.

Reads commands (``dial URI``, ``answer``, ``hang-up``, ``quit``) and writes events (``registered``,
``ringing``, ``up``, ``down``) as JSON. It speaks one sound file, and writes what it hears into others.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import pjsua2 as pj  # type: ignore[import-untyped]

_SUITES_REQUIRED, _TLS_REQUIRED = 2, 1
said = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # the library itself prints, too


def tell(event: str, **facts: Any) -> None:
    """Write an event."""
    said.write(json.dumps({"event": event, **facts}) + "\n")


class Call(pj.Call):  # type: ignore[misc]
    """The one call that there is."""

    def __init__(self, account: Account, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(account, call_id)
        self.account = account
        self.recorder: pj.AudioMediaRecorder | None = None
        self.is_over = False

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        """The dialog is another."""
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            tell("up")
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.is_over = True

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        """There is audio, or other audio."""
        audio = self.getAudioMedia(-1)
        self.account.player.startTransmit(audio)
        if self.recorder is None:
            self.account.count += 1
            self.recorder = pj.AudioMediaRecorder()
            self.recorder.createRecorder(f"{self.account.heard}-{self.account.count}.wav")
        audio.startTransmit(self.recorder)


class Account(pj.Account):  # type: ignore[misc]
    """Whoever is registered."""

    def __init__(self, tone: str, heard: str) -> None:
        super().__init__()
        self.heard, self.count = heard, 0
        self.player = pj.AudioMediaPlayer()
        self.player.createPlayer(tone)
        self.call: Call | None = None

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        """The registrar has answered."""
        tell(
            "registered" if prm.code == 200 and self.getInfo().regIsActive else "unregistered",
            status=prm.code,
        )

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        """Somebody calls."""
        self.call = Call(self, prm.callId)
        self.take(180)
        tell("ringing")

    def forget(self) -> None:
        """Let go of a call that is over, and with it of what it has recorded: not from within the library."""
        if self.call is not None and self.call.is_over:
            self.call = None
            tell("down")

    def take(self, status: int) -> None:
        """Answer the call."""
        assert self.call is not None
        answer = pj.CallOpParam()
        answer.statusCode = status
        self.call.answer(answer)

    def dial(self, uri: str) -> None:
        """Call somebody."""
        self.call = Call(self)
        self.call.makeCall(uri, pj.CallOpParam(True))

    def hang_up(self) -> None:
        """End the call."""
        if self.call is not None:
            self.call.hangup(pj.CallOpParam())


def endpoint(trusted: str) -> pj.Endpoint:
    """The library, with TLS that checks whom it speaks to, and no sound card."""
    made = pj.Endpoint()
    made.libCreate()
    settings = pj.EpConfig()
    settings.logConfig.level = settings.logConfig.consoleLevel = 3
    settings.uaConfig.threadCnt, settings.uaConfig.mainThreadOnly = 0, True
    settings.medConfig.clockRate = settings.medConfig.sndClockRate = 8000
    made.libInit(settings)
    transport = pj.TransportConfig()
    transport.tlsConfig.CaListFile, transport.tlsConfig.verifyServer = trusted, True
    made.transportCreate(pj.PJSIP_TRANSPORT_TLS, transport)
    made.libStart()
    made.audDevManager().setNullDev()
    for codec in made.codecEnum2():
        made.codecSetPriority(codec.codecId, 200 if codec.codecId.startswith("PCMU") else 0)
    return made


def account_settings(user: str, domain: str, server: str) -> pj.AccountConfig:
    """Registration by the proxy, audio as RTP/SAVP or not at all."""
    settings = pj.AccountConfig()
    settings.idUri = f"sip:{user}@{domain}"
    settings.regConfig.registrarUri = f"sip:{domain};transport=tls"
    settings.sipConfig.proxies.append(f"sip:{server};transport=tls;lr")
    settings.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, "secret"))
    settings.mediaConfig.srtpUse, settings.mediaConfig.srtpSecureSignaling = _SUITES_REQUIRED, _TLS_REQUIRED
    return settings


def main(user: str, domain: str, server: str, trusted: str, tone: str, heard: str) -> None:
    """Run until told to quit."""
    library = endpoint(trusted)
    account = Account(tone, heard)
    account.create(account_settings(user, domain, server))
    os.set_blocking(0, False)
    waiting = b""
    while True:
        library.libHandleEvents(20)
        account.forget()
        try:
            waiting += os.read(0, 4096)
        except BlockingIOError:
            continue
        *lines, waiting = waiting.split(b"\n")
        for line in lines:
            command, _, about = line.decode().partition(" ")
            match command:
                case "dial":
                    account.dial(about)
                case "answer":
                    account.take(200)
                case "hang-up":
                    account.hang_up()
                case _:
                    os._exit(0)  # its threads are not waited for


if __name__ == "__main__":
    main(*sys.argv[1:])
