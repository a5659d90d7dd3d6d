"""Asterisk with ``app_queue``, the peer, with all that costs it time and no queue needs switched off.

It is run from a folder that is the root of a system in which it is installed (``debootstrap``, then
``apt-get install asterisk``; ``/`` is this machine's own). All that it writes is in a folder of ours within.
"""

from __future__ import annotations

import contextlib
import math
import os
import socket
import subprocess
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path

from huntline.media.g711 import encode_ulaw

from .contestants import LETTERS, MEDIA_PORTS, QUEUES, TARGET, Running, started
from .parties import AGENTS, HOST

_MODULES = (
    *("res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_pjproject", "res_timing_timerfd"),
    *("res_rtp_asterisk", "res_pjsip", "res_pjsip_session", "res_pjsip_sdp_rtp", "res_pjsip_caller_id"),
    *("res_pjsip_endpoint_identifier_ip", "res_pjsip_rfc3326", "res_pjsip_dtmf_info", "res_pjsip_pubsub"),
    *("res_pjsip_authenticator_digest", "chan_pjsip", "codec_ulaw", "format_pcm", "bridge_simple"),
    *("bridge_native_rtp", "bridge_builtin_features", "res_musiconhold", "pbx_config", "app_queue"),
)
"""What a queue of SIP phones needs, of the 300 that there are; ``native_rtp`` relays without looking."""

_DECLINED = (
    *("ast_channel_varset_type", "ast_channel_dialplan_type", "ast_channel_moh_start_type"),
    *("ast_channel_moh_stop_type", "ast_channel_chanspy_start_type", "ast_channel_chanspy_stop_type"),
    *("ast_channel_talking_start", "ast_channel_talking_stop", "ast_rtp_rtcp_sent_type"),
    *("ast_rtp_rtcp_received_type", "ast_endpoint_contact_state_type", "ast_multi_user_event_type"),
    *("queue_member_status_type", "queue_caller_join_type", "queue_caller_leave_type"),
)
"""Messages that only records and interfaces read, which are off."""

_PHONE = f"""type = endpoint
context = callers
disallow = all
allow = ulaw
direct_media = no
media_address = {HOST}
bind_rtp_to_media_address = yes
ice_support = no
rtp_symmetric = no
timers = no
100rel = no
send_pai = no
send_rpid = no
send_connected_line = no
allow_subscribe = no
t38_udptl = no"""
"""One codec, no session timers, nothing that is optional. Without the two addresses of media each leg looks
up the machine's own name, and waits for DNS."""

_QUEUE = """strategy = rrmemory
musicclass = default
ringinuse = no
timeout = 60
retry = 1
wrapuptime = 0
joinempty = yes
leavewhenempty = no
announce-frequency = 0
announce-holdtime = no
announce-position = no
periodic-announce-frequency = 0
reportholdtime = no
autopause = no
maxlen = 0"""


class Asterisk:
    """The peer that is installed below ``root``."""

    name = "peer"

    def __init__(self, root: Path) -> None:
        self._root = root

    @staticmethod
    def missing(root: Path) -> str:
        """Why the peer cannot be run from there, or an empty string."""
        if not any((root / folder / "asterisk").exists() for folder in ("usr/sbin", "sbin")):
            return f"there is no Asterisk in {root}"
        if root != Path("/") and os.geteuid() != 0:
            return f"only root may change its root to {root}"
        return ""

    def version(self) -> str:
        said = subprocess.run(self._command("-V"), capture_output=True, text=True, check=True).stdout
        return said.partition("+")[0].strip()

    @contextlib.contextmanager
    def running(self, core: int) -> Iterator[Running]:
        self._know_own_name()
        with tempfile.TemporaryDirectory(prefix="peer-bench-", dir=self._root / "tmp") as name:
            folder = Path(name)
            inside = Path("/") / folder.relative_to(self._root)
            for file, text in configuration(inside, self._modules()).items():
                (folder / file).write_text(text)
            for part in ("run", "log", "spool", "music"):
                (folder / part).mkdir()
            (folder / "music/tone.ulaw").write_bytes(tone())
            command = self._command("-f", "-C", str(inside / "asterisk.conf"))
            with started(command, core, folder / "server.log") as pid:
                yield Running(pid, folder)

    def _command(self, *words: str) -> list[str]:
        change = [] if self._root == Path("/") else ["chroot", str(self._root)]
        return [*change, "asterisk", *words]

    def _modules(self) -> Path:
        """Where its modules are, as it sees them."""
        found = next(self._root.glob("usr/lib*/**/asterisk/modules"))
        return Path("/") / found.relative_to(self._root)

    def _know_own_name(self) -> None:
        """Let the machine's own name be found without DNS, for which each leg might wait."""
        hosts = self._root / "etc/hosts"
        if not hosts.exists():
            hosts.write_text(f"{HOST} localhost {socket.gethostname()}\n")


def configuration(folder: Path, modules: Path) -> dict[str, str]:
    """Its files by name; ``folder`` is where they and all that it writes are."""
    return {
        "acl.conf": "",
        **{f"{name}.conf": "[general]\n" for name in ("ccss", "features", "udptl")},
        **{f"{name}.conf": "[general]\nenable = no\n" for name in ("cdr", "cel")},
        **{f"{name}.conf": "[general]\nenabled = no\n" for name in ("http", "manager")},
        "asterisk.conf": _main(folder, modules),
        "logger.conf": "[general]\nqueue_log = no\n[logfiles]\nmessages.log => warning,error\n",
        "modules.conf": "[modules]\nautoload = no\n" + "".join(f"load = {name}.so\n" for name in _MODULES),
        "stasis.conf": "[declined_message_types]\n" + "".join(f"decline = {name}\n" for name in _DECLINED),
        "indications.conf": "[general]\ncountry = us\n[us]\ndescription = US\nringcadence = 2000,4000\n"
        "dial = 350+440\nbusy = 480+620/500,0/500\nring = 440+480/2000,0/4000\n",
        "pjproject.conf": "[startup]\nlog_level = 0\n",
        # Files mode with a raw file of the codec that is spoken: waiting callers cost no transcoding.
        "musiconhold.conf": f"[default]\nmode = files\ndirectory = {folder}/music\nsort = alpha\n",
        "rtp.conf": f"[general]\nrtpstart = {MEDIA_PORTS[0]}\nrtpend = {MEDIA_PORTS[1]}\nicesupport = no\n",
        "extensions.conf": _dialplan(),
        "queues.conf": _queues(),
        "pjsip.conf": _phones(),
    }


def _main(folder: Path, modules: Path) -> str:
    places = {
        "astetcdir": folder,
        "astmoddir": modules,
        "astvarlibdir": "/var/lib/asterisk",
        "astdatadir": "/usr/share/asterisk",
        "astkeydir": folder,
        "astdbdir": folder,
        "astspooldir": folder / "spool",
        "astrundir": folder / "run",
        "astlogdir": folder / "log",
    }
    lines = [f"{name} => {place}" for name, place in places.items()]
    options = "[options]\nverbose = 0\ndebug = 0\nmaxfiles = 65536\ntransmit_silence = no\n"
    return "\n".join(("[directories]", *lines, options))


def _dialplan() -> str:
    """The caller is answered first, as ours are: Queue alone would give early media."""
    numbers = "".join(
        f"exten => {number},1,Answer()\n same => n,Queue(q{number})\n same => n,Hangup()\n"
        for number in QUEUES
    )
    return f"[general]\nstatic = yes\nwriteprotect = yes\n[callers]\n{numbers}"


def _queues() -> str:
    general = "[general]\npersistentmembers = no\nautofill = yes\nshared_lastcall = no\n"
    found = [general]
    for number in QUEUES:
        members = [f"member => PJSIP/{name},0,{name},PJSIP/{name}\n" for name in _agents(number)]
        found.append(f"[q{number}]\n{_QUEUE}\n{''.join(members)}")
    return "".join(found)


def _phones() -> str:
    """Each agent is an endpoint with a device state of its own; callers are known by their address."""
    # Only the SIP stack's own backlog makes it refuse calls, not slow readers of events.
    head = "[global]\ntype = global\nendpoint_identifier_order = ip\ndebug = no\n"
    head += "taskprocessor_overload_trigger = pjsip_only\n"
    head += "[system]\ntype = system\nthreadpool_initial_size = 4\nthreadpool_auto_increment = 2\n"
    head += "threadpool_idle_timeout = 60\nthreadpool_max_size = 20\n"
    head += f"[udp]\ntype = transport\nprotocol = udp\nbind = {TARGET}\n"
    head += f"[callers]\n{_PHONE}\n[callers]\ntype = identify\nendpoint = callers\nmatch = {HOST}\n"
    agents = [
        f"[{name}]\n{_PHONE}\ndevice_state_busy_at = 1\naors = {name}\n"
        f"[{name}]\ntype = aor\ncontact = sip:{name}@{AGENTS}\nqualify_frequency = 0\n"
        for number in QUEUES
        for name in _agents(number)
    ]
    return head + "".join(agents)


def _agents(number: str) -> list[str]:
    return [f"{LETTERS[number]}{n}" for n in range(QUEUES[number])]


def tone(seconds: int = 60) -> bytes:
    """A tone of 440 Hz in G.711u."""
    one = array("h", (round(8000 * math.sin(2 * math.pi * 440 * n / 8000)) for n in range(8000)))
    return encode_ulaw(one) * seconds
