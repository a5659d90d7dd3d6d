"""Kamailio, a SIP server that nobody here wrote, as a provider: it wants a registration and a password."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from secrets import token_hex

from huntline.network.certificate_files import CertificateFiles

from . import ports

REALM = "provider.test"

_CONFIG = """\
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=1
auto_aliases=no
listen=udp:{host}:{port}
listen=tcp:{host}:{port}
{tls}
alias={realm}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
loadmodule "xlog.so"
modparam("auth", "nonce_expire", {nonce_expire})
modparam("auth", "qop", "auth")
modparam("auth", "algorithm", "{algorithm}")
modparam("registrar", "default_expires", 60)
modparam("registrar", "max_expires", {expires})
modparam("registrar", "min_expires", 1)

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
    if (has_totag()) {{
        if (loose_route() || is_method("ACK")) {{ t_relay(); exit; }}
        sl_send_reply("404", "Not Here");
        exit;
    }}
    if (is_method("OPTIONS")) {{ sl_send_reply("200", "Here"); exit; }}
    if (is_method("REGISTER")) {{
        xlog("L_WARN", "SEEN REGISTER $ai $hdr(Expires) $hdr(Authorization)\\n");
        if (!pv_www_authenticate("{realm}", "{password}", "0")) {{ www_challenge("{realm}", "1"); exit; }}
        save("location");
        exit;
    }}
    if (!is_method("INVITE")) {{ sl_send_reply("405", "Not That"); exit; }}
    record_route();
    if ($sp == {outside}) {{
        $ru = "sip:{user}@{realm}";
        if (!lookup("location")) {{ sl_send_reply("480", "Not Registered"); exit; }}
        t_relay();
        exit;
    }}
    if (!pv_proxy_authenticate("{realm}", "{password}", "0")) {{ proxy_challenge("{realm}", "1"); exit; }}
    consume_credentials();
    $du = "sip:{host}:{outside}";
    t_relay();
}}
"""


_TLS = """\
enable_tls=yes
listen=tls:{address}
loadmodule "tls.so"
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "{files.chain}")
modparam("tls", "private_key", "{files.key}")
modparam("tls", "ca_list", "{issuers}")
modparam("tls", "verify_certificate", 1)
modparam("tls", "require_certificate", 1)
"""


def _over_tls(address: str, files: CertificateFiles, issuers: Path) -> str:
    return _TLS.format(address=address, files=files, issuers=issuers)


class Kamailio:
    """One Kamailio. Who calls from the port ``outside`` is connected to whoever is registered as ``user``;
    calls of all others, once they have proven themselves, go to that port."""

    def __init__(
        self,
        folder: Path,
        outside: int,
        *,
        user: str,
        password: str,
        host: str = "127.0.0.1",
        expires: int = 4,
        algorithm: str = "",
        tls: tuple[CertificateFiles, Path] | None = None,
    ) -> None:
        """``tls`` are its certificate and the issuers by whose certificates others have to prove themselves:
        it listens for TLS at ``tls_port`` then."""
        self.host, self.port = host, ports.take(2)
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / "kamailio.log"
        self.tls_port = self.port + 1
        text = _CONFIG.format(
            tls="" if tls is None else _over_tls(f"{host}:{self.tls_port}", *tls),
            host=host,
            port=self.port,
            realm=REALM,
            outside=outside,
            user=user,
            password=password,
            expires=expires,
            algorithm=algorithm,
            nonce_expire=300,
        )
        (folder / "kamailio.cfg").write_text(text)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port

    def start(self) -> None:
        """Start, and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "kamailio", "-DD", "-E", "-m", "32", "-M", "4",
                    *("-f", str(self._folder / "kamailio.cfg")),
                    *("-Y", str(self._folder), "-P", str(self._folder / "kamailio.pid")),
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._wait_answer()

    def freeze(self) -> None:
        """It takes nothing and says nothing, but its ports are there."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """All of it, at once."""
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(5)

    def registers(self) -> list[str]:
        """The REGISTERs that it has seen, each with its Expires and its proof."""
        return [
            line for line in self._log.read_text(errors="replace").splitlines() if "SEEN REGISTER" in line
        ]

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._signal(signal.SIGCONT)
            self.kill()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def _wait_answer(self) -> None:
        deadline = time.monotonic() + 10
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.bind((self.host, 0))
            asking.settimeout(0.1)
            port = asking.getsockname()[1]
            while True:
                assert time.monotonic() < deadline, self._log.read_text(errors="replace")[-3000:]
                asking.sendto(
                    (
                        f"OPTIONS sip:{self.host}:{self.port} SIP/2.0\r\n"
                        f"Via: SIP/2.0/UDP {self.host}:{port};branch=z9hG4bK{token_hex(8)}\r\n"
                        f"From: <sip:test@{self.host}>;tag={token_hex(4)}\r\nTo: <sip:{self.host}>\r\n"
                        f"Call-ID: {token_hex(8)}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 5\r\n"
                        "Content-Length: 0\r\n\r\n"
                    ).encode(),
                    self.address,
                )
                try:
                    asking.recv(4096)
                except (TimeoutError, ConnectionError):
                    continue
                return
