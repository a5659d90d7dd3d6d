"""The page that says what tests which rule names tests that are there."""

from __future__ import annotations

import ast
from pathlib import Path

TREE = Path(__file__).parents[2]
PAGE = TREE / "docs" / "rules-and-tests.md"


def functions_in(*files: Path) -> set[str]:
    return {
        part.name
        for file in files
        for part in ast.walk(ast.parse(file.read_text()))
        if isinstance(part, ast.FunctionDef) and part.name.startswith("test_")
    }


def names_in(cell: str) -> set[str]:
    return {name.strip(" `") for name in cell.split(",")}


def test_every_rule_has_a_test_through_the_api_and_one_through_the_cmdlets() -> None:
    by_api = functions_in(TREE / "tests/web/test_rules.py")
    by_cmdlets = functions_in(*(TREE / "tests/cmdlets").glob("test_*.py"))
    rows = [
        line.split("|")[1:4]
        for line in PAGE.read_text().splitlines()
        if line.startswith("| ") and "`test_" in line
    ]
    assert len(rows) >= 40
    for row, api, cmdlets in rows:
        assert names_in(api) <= by_api, row
        assert names_in(cmdlets) <= by_cmdlets, row
    assert by_api == set().union(*(names_in(api) for _, api, _ in rows))
