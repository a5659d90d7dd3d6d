"""Texts in quotes: what stands in them, with escapes undone and variables apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from huntline.cmdlets.script_tree import ScriptTree
from huntline.cmdlets.syntax import Expression, Quoted

Reader = Callable[[Node], Expression]

_ESCAPE = re.compile(r'`u\{([0-9A-Fa-f]{1,6})\}|`\r?\n|`(.)|""', re.DOTALL)
_ESCAPE_IN_HERE_STRING = re.compile(r"`u\{([0-9A-Fa-f]{1,6})\}|`\r?\n|`(.)", re.DOTALL)
_CONTROL = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "e": "\x1b",
}


def verbatim(tree: ScriptTree, node: Node) -> Quoted:
    """``'text'``."""
    return Quoted((tree.text(node)[1:-1].replace("''", "'"),))


def verbatim_here(tree: ScriptTree, node: Node) -> Quoted:
    """A here-string in single quotes."""
    return Quoted((_within_here_string(tree.text(node)),))


def expandable(tree: ScriptTree, node: Node, read: Reader) -> Quoted:
    """``"text with $x"``; ``read`` reads what is to be put into it."""
    return Quoted(tuple(_pieces(tree, node, node.start_byte + 1, node.end_byte - 1, _ESCAPE, read)))


def expandable_here(tree: ScriptTree, node: Node, read: Reader) -> Quoted:
    """A here-string in double quotes."""
    text = tree.text(node)
    inner = _within_here_string(text)
    start = node.start_byte + len(text[: text.index("\n") + 1].encode())
    end = start + len(inner.encode())
    return Quoted(tuple(_pieces(tree, node, start, end, _ESCAPE_IN_HERE_STRING, read)))


def _pieces(
    tree: ScriptTree, node: Node, start: int, end: int, escape: re.Pattern[str], read: Reader
) -> Iterator[str | Expression]:
    for child in node.named_children:
        if child.type not in ("variable", "sub_expression"):
            continue
        if start < child.start_byte:
            yield escape.sub(_unescaped, tree.between(start, child.start_byte))
        yield read(child)
        start = child.end_byte
    if start < end:
        yield escape.sub(_unescaped, tree.between(start, end))


def _within_here_string(text: str) -> str:
    """Between the line of the opening quote and that of the closing one."""
    body = text[text.index("\n") + 1 : -2]
    return body.removesuffix("\n").removesuffix("\r")


def _unescaped(escape: re.Match[str]) -> str:
    if escape[1] is not None:
        code = int(escape[1], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\N{REPLACEMENT CHARACTER}"
    if escape[2] is not None:
        return _CONTROL.get(escape[2], escape[2])
    return '"' if escape[0] == '""' else ""
