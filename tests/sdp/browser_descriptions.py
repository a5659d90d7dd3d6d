"""Session descriptions of the form that browsers write, for tests."""

from __future__ import annotations

CHROME_FINGERPRINT = ":".join(f"{number:02X}" for number in range(32))
FIREFOX_FINGERPRINT = ":".join(f"{number:02X}" for number in range(32, 64))


def text(*lines: str) -> str:
    """A description of these lines."""
    return "".join(f"{line}\r\n" for line in lines)


def chrome(*, setup: str = "actpass", direction: str = "sendrecv", mid: str = "0", port: int = 9) -> str:
    """One audio line as Chrome writes it before its candidates are known; its addresses say nothing."""
    return text(
        "v=0",
        "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {mid}",
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS 0f2d",
        f"m=audio {port} UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        "a=candidate:1467250027 1 udp 2122260223 5f3a8e0c-1d5c-4c7e-9a53-0c9a1c0a7a11.local 46243 typ host"
        " generation 0 network-id 1",
        "a=candidate:435653019 1 tcp 1518214911 192.0.2.55 9 typ host tcptype active generation 0",
        "a=ice-ufrag:EsAw",
        "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
        "a=ice-options:trickle",
        f"a=fingerprint:sha-256 {CHROME_FINGERPRINT}",
        f"a=setup:{setup}",
        f"a=mid:{mid}",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
        f"a={direction}",
        "a=msid:0f2d 8b1c",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        "a=rtpmap:111 opus/48000/2",
        "a=rtcp-fb:111 transport-cc",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=rtpmap:63 red/48000/2",
        "a=fmtp:63 111/111",
        "a=rtpmap:9 G722/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:13 CN/8000",
        "a=rtpmap:110 telephone-event/48000",
        "a=rtpmap:126 telephone-event/8000",
        "a=ssrc:1570164204 cname:4TOk42mSjXCkVIa6",
        "a=ssrc:1570164204 msid:0f2d 8b1c",
    )


def firefox(*, setup: str = "actpass") -> str:
    """Audio, video and data as Firefox writes them, with the fingerprint on the session's level."""
    return text(
        "v=0",
        "o=mozilla...THIS_IS_SDPARTA-99.0 8056034521 0 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=sendrecv",
        f"a=fingerprint:sha-256 {FIREFOX_FINGERPRINT}",
        "a=group:BUNDLE 0 1 2",
        "a=ice-options:trickle",
        "a=msid-semantic:WMS *",
        "m=audio 51472 UDP/TLS/RTP/SAVPF 109 9 0 8 101",
        "c=IN IP4 192.0.2.77",
        "a=candidate:0 1 UDP 2122252543 192.0.2.77 51472 typ host",
        "a=sendrecv",
        "a=end-of-candidates",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1",
        "a=fmtp:101 0-15",
        "a=ice-pwd:fa1d2c3b4a5968778695a4b3c2d1e0ff",
        "a=ice-ufrag:1f2e3d4c",
        "a=mid:0",
        "a=msid:{c1} {t1}",
        "a=rtcp-mux",
        "a=rtpmap:109 opus/48000/2",
        "a=rtpmap:9 G722/8000/1",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000/1",
        f"a=setup:{setup}",
        "a=ssrc:2655508255 cname:{735484ea}",
        "m=video 51473 UDP/TLS/RTP/SAVPF 120",
        "c=IN IP4 192.0.2.77",
        "a=sendrecv",
        "a=ice-pwd:fa1d2c3b4a5968778695a4b3c2d1e0ff",
        "a=ice-ufrag:1f2e3d4c",
        "a=mid:1",
        "a=rtcp-mux",
        "a=rtpmap:120 VP8/90000",
        f"a=setup:{setup}",
        "m=application 51474 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 192.0.2.77",
        "a=mid:2",
        "a=sctp-port:5000",
    )
