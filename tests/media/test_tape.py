"""The tape of a recording: everything at its time, what is lost is silence, and no more than there may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from huntline.media import g711
from huntline.media.worker.tape import Tape

LOUD, SILENT = b"\x10" * 160, b"\xff" * 160
MANY = 8000 * 60


def _spoken(tape: Tape, payloads: dict[int, bytes], *, first: int = 0) -> bytes:
    """Packets come at their times, by their number."""
    for number, payload in payloads.items():
        tape.hear(payload, "PCMU", 7, 1_000_000 + number * 160, (number - first + 1) * 160)
    return tape.take()


def test_packets_lie_one_after_the_other() -> None:
    pieces = {number: bytes([number]) * 160 for number in range(5)}
    assert _spoken(Tape("PCMU", MANY), pieces) == b"".join(pieces.values())


def test_a_lost_packet_is_silence_of_its_length() -> None:
    assert _spoken(Tape("PCMU", MANY), {0: LOUD, 3: LOUD}) == LOUD + SILENT * 2 + LOUD


def test_packets_out_of_order_are_put_in_order_and_one_that_comes_twice_counts_once() -> None:
    tape = Tape("PCMU", MANY)
    for number, now in ((0, 160), (2, 480), (1, 490), (1, 490), (3, 640)):
        tape.hear(bytes([number]) * 160, "PCMU", 7, number * 160, now)
    assert tape.take() == b"".join(bytes([number]) * 160 for number in range(4))


def test_what_comes_too_late_for_its_place_on_file_is_lost() -> None:
    tape = Tape("PCMU", MANY)
    tape.hear(LOUD, "PCMU", 7, 0, 160)
    tape.hear(LOUD, "PCMU", 7, 320, 480)
    assert len(tape.take()) == 480
    tape.hear(LOUD, "PCMU", 7, 160, 490)
    assert tape.take() == b""


def test_a_new_stream_goes_on_at_the_time_of_our_clock() -> None:
    tape = Tape("PCMU", MANY)
    tape.hear(LOUD, "PCMU", 7, 5, 160)
    tape.hear(LOUD, "PCMU", 8, 4_000_000_000, 640)
    assert tape.take() == LOUD + SILENT * 2 + LOUD


def test_a_timestamp_that_leaps_makes_no_hours_of_silence() -> None:
    tape = Tape("PCMU", MANY)
    tape.hear(LOUD, "PCMU", 7, 0, 160)
    tape.hear(LOUD, "PCMU", 7, 2**31, 320)
    assert tape.take() == LOUD + LOUD


def test_timestamps_go_around_without_a_seam() -> None:
    tape = Tape("PCMU", MANY)
    tape.hear(LOUD, "PCMU", 7, 2**32 - 160, 160)
    tape.hear(LOUD, "PCMU", 7, 0, 320)
    assert tape.take() == LOUD + LOUD


def test_the_other_law_is_translated() -> None:
    tape = Tape("PCMA", MANY)
    tape.hear(LOUD, "PCMU", 7, 0, 160)
    assert tape.take() == LOUD.translate(g711.ULAW_TO_ALAW)


def test_it_goes_on_where_an_earlier_one_ended_by_the_time_that_has_passed() -> None:
    tape = Tape("PCMU", MANY, begins_at=800)
    tape.hear(LOUD, "PCMU", 7, 77, 1280)
    assert tape.take() == SILENT * 2 + LOUD
    assert tape.length == 1280


def test_silence_is_counted_from_the_last_sound_and_noise_of_a_line_is_silence() -> None:
    tape = Tape("PCMU", MANY)
    noise = bytes(g711.ULAW_LEVELS.index(level) for level in (120, -120)) * 80
    _spoken(tape, {0: LOUD, 1: noise, 2: SILENT})
    assert tape.silent_for(480) == 320
    assert tape.length_of_sound == 480  # a quarter of a second more, but there is not so much


def test_without_any_sound_there_is_nothing_to_keep() -> None:
    tape = Tape("PCMU", MANY)
    _spoken(tape, {0: SILENT, 1: SILENT})
    assert tape.length_of_sound == 0


def test_no_more_is_kept_than_there_may_be() -> None:
    tape = Tape("PCMU", 200)
    assert _spoken(tape, {0: LOUD, 1: LOUD, 2: LOUD}) == (LOUD * 2)[:200]
    assert tape.is_full


@given(
    st.lists(
        st.tuples(
            st.binary(max_size=400),
            st.sampled_from(["PCMU", "PCMA"]),
            st.integers(0, 1),
            st.integers(0, 2**32 - 1),
            st.integers(0, 4000),
            st.booleans(),
        )
    )
)
def test_whatever_comes_the_tape_never_leaves_the_present(
    packets: list[tuple[bytes, str, int, int, int, bool]],
) -> None:
    tape, now, taken = Tape("PCMU", 40_000), 0, 0
    longest = max((len(payload) for payload, *_ in packets), default=0)
    for payload, encoding, ssrc, timestamp, pause, is_written in packets:
        now += pause
        tape.hear(payload, encoding, ssrc, timestamp, now)
        if is_written:
            taken += len(tape.take())
        assert tape.length <= min(40_000, now + 8000 + len(packets) * longest)
        assert tape.length_of_sound <= tape.length
    assert taken + len(tape.take()) == tape.length
