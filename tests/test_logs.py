from __future__ import annotations

import logging

import pytest

from huntline.logs import FieldFormatter, mask_number


def formatted(message: str, *, mask_numbers: bool = False, **fields: object) -> str:
    record = logging.makeLogRecord(
        {"name": "huntline.signalling.runner", "levelname": "INFO", "msg": message, "created": 0.0, **fields}
    )
    return FieldFormatter("signalling", mask_numbers=mask_numbers).format(record)


def test_a_line_is_a_message_and_its_fields() -> None:
    assert formatted("call ended", call_id="c17", reason="the agent hung up") == (
        "1970-01-01T00:00:00.000Z INFO signalling huntline.signalling.runner: call ended"
        ' call_id=c17 reason="the agent hung up"'
    )


def test_numbers_are_masked_only_when_asked() -> None:
    assert "caller=+14255550123" in formatted("call arrived", caller="+14255550123")
    assert "caller=+*********23" in formatted("call arrived", caller="+14255550123", mask_numbers=True)


def test_secrets_are_never_written() -> None:
    assert formatted("registered", password="tiger").endswith("password=***")


def test_what_a_peer_sends_cannot_begin_a_new_line() -> None:
    line = formatted("call arrived", caller="x\r\n1970-01-01 ERROR forged")
    assert "\n" not in line
    assert r"x\r\n1970" in line


def test_what_a_peer_sends_cannot_fill_the_disk() -> None:
    assert len(formatted("call arrived", caller="x" * 100_000)) < 1_200


@pytest.mark.parametrize(
    ("number", "masked"), [("+14255550123", "+*********23"), ("1", "1"), ("anna", "a***"), ("", "")]
)
def test_masking_leaves_enough_to_tell_callers_apart(number: str, masked: str) -> None:
    assert mask_number(number) == masked
