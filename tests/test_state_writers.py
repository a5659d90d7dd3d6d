"""Each state has one writer: found in the code itself, so that a second one is seen when it is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "huntline"


def writers(package: str, attribute: str) -> list[str]:
    """``file: function`` for each assignment to an attribute of this name."""
    found = []
    for file in sorted((PACKAGE / package).glob("*.py")):
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                found += [
                    f"{file.name}: {function.name}" for name in _assigned(function) if name == attribute
                ]
    return found


def _assigned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


@pytest.mark.parametrize(
    ("package", "attribute", "expected"),
    [
        ("engine", "state", ["floor.py: refresh", "floor.py: change_state"]),  # of an agent, of a call
        ("calls", "state", ["model.py: answer"]),
        ("calls", "connected_ring", ["model.py: connect", "model.py: disconnect"]),
        ("calls", "is_released", ["model.py: release"]),
        ("calls", "answered", ["model.py: answer", "model.py: speak_by"]),
    ],
)
def test_a_state_is_written_in_one_place(package: str, attribute: str, expected: list[str]) -> None:
    assert writers(package, attribute) == expected
