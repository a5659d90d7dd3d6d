"""The tree that tree-sitter and its PowerShell grammar make of a script, and what is where in it.

Together with ``expressions``, ``parsing``, ``quoting`` and ``outside`` this is all that the project knows of
that grammar.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from huntline.cmdlets.outside import OUTSIDE
from huntline.cmdlets.syntax import ScriptRefused, TextPlace

_LANGUAGE = Language(tree_sitter_powershell.language())
_BREAK_BETWEEN_WORDS = re.compile(rb"[ \t]*,[ \t\r\n]*(?=[A-Za-z0-9_*?])")
_LEVELS = frozenset(
    (
        "logical_expression",
        "bitwise_expression",
        "comparison_expression",
        "additive_expression",
        "multiplicative_expression",
        "format_expression",
        "range_expression",
        "array_literal_expression",
        "unary_expression",
        "pipeline_chain",
        "string_literal",
        "integer_literal",
    )
)
"""Nodes that stand for their only child, where they have one."""

_UNPAIRED = ("'", '"', "(", ")", "{", "}", "[", "]", "@(", "$(", "@{")
"""What stands by itself in a tree where its other half is missing."""


class Unreadable(ScriptRefused):
    """No PowerShell at all, as against PowerShell beyond the subset."""


class ScriptTree:
    """The tree of one script. ``root`` is None where there is nothing but comments."""

    def __init__(self, source: bytes) -> None:
        """Raises ScriptRefused for what the grammar cannot read."""
        self._source = source
        self._line_starts = [0, *(found.end() for found in re.finditer(b"\n", source))]
        self._breaks: set[int] = set()
        root = self._tree()
        self.root = None if self._is_blank(root) else root
        if self.root is not None and root.has_error:
            raise self._unreadable(root)

    def text(self, node: Node) -> str:
        """What is written there."""
        return self.between(node.start_byte, node.end_byte)

    def between(self, start: int, end: int) -> str:
        """What is written between two places, counted in bytes."""
        return self._source[start:end].decode()

    def place(self, node: Node) -> TextPlace:
        """Where a node begins."""
        return self._place(node.start_byte)

    def words(self, node: Node) -> list[str]:
        """The words without quotes that a node holds: several where commas stand between them."""
        commas = sorted(at for at in self._breaks if node.start_byte <= at < node.end_byte)
        ends = [*commas, node.end_byte]
        starts = [node.start_byte, *(at + 1 for at in commas)]
        return [self.between(start, end).strip() for start, end in zip(starts, ends, strict=True)]

    def refusal(self, node: Node, what: str, instead: str) -> ScriptRefused:
        """The refusal of something, with what to write in its place."""
        return ScriptRefused(self.place(node), f"{what} not supported here; {instead}")

    def outside(self, node: Node) -> ScriptRefused:
        """The refusal of a kind of node that the subset does not have."""
        plain = (f"{node.type.replace('_', ' ')} is", "see Get-Help for what is")
        return self.refusal(node, *OUTSIDE.get(node.type, plain))

    def _tree(self) -> Node:
        """The tree of the script; commas between words without quotes, which the grammar does not know,
        are hidden from it and noted, and so are tabs."""
        seen = bytearray(self._source.replace(b"\t", b" "))
        parser = Parser(_LANGUAGE)
        while True:
            root = parser.parse(bytes(seen)).root_node
            found = [
                (start, end, comma)
                for start, end, comma in self._commas_after_words(root)
                if comma not in self._breaks
            ]
            if not found:
                return root
            for start, end, comma in found:
                seen[start:end] = b"_" * (end - start)
                self._breaks.add(comma)

    def _commas_after_words(self, root: Node) -> Iterator[tuple[int, int, int]]:
        for node in all_nodes(root):
            if node.type != "generic_token":
                continue
            text = self._source[node.start_byte : node.end_byte]
            after = _BREAK_BETWEEN_WORDS.match(self._source, node.end_byte)
            if after and not text.startswith(b","):
                yield after.start(), after.end(), self._source.index(b",", after.start())

    def _is_blank(self, root: Node) -> bool:
        """Whether there is nothing but comments, which the grammar does not take for a script."""
        rest = bytearray(self._source)
        for node in all_nodes(root):
            if node.type == "comment":
                rest[node.start_byte : node.end_byte] = b" " * (node.end_byte - node.start_byte)
        return not rest.strip()

    def _unreadable(self, root: Node) -> ScriptRefused:
        at = self._where_reading_ends(root)
        lost = self._source[at:].lstrip()
        at = len(self._source) - len(lost)
        if not lost:
            return Unreadable(self._place(at), "the script ends too early; something is left open")
        shown = lost.splitlines()[0].decode(errors="replace")[:40]
        wanted = "is a quote, bracket or brace left open, or one too many?"
        return Unreadable(self._place(at), f"cannot be read from here on: {shown} ({wanted})")

    def _where_reading_ends(self, root: Node) -> int:
        for node in all_nodes(root):
            if node.is_missing:
                return node.start_byte
            if not node.is_error:
                continue
            end = node.start_byte
            for child in node.children:
                if child.type in _UNPAIRED:
                    return child.start_byte
                if self._source[end : child.start_byte].strip():
                    return end
                if child.has_error:
                    break
                end = child.end_byte
            else:
                return end if end < node.end_byte or end == len(self._source) else node.start_byte
        return root.start_byte

    def _place(self, position: int) -> TextPlace:
        line = bisect_right(self._line_starts, position)
        before = self._source[self._line_starts[line - 1] : position]
        return TextPlace(line, len(before.decode(errors="replace")) + 1)


def all_nodes(root: Node) -> Iterator[Node]:
    """All nodes in the order of the text; without recursion, because texts may nest as deep as they like."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def only(node: Node) -> Node:
    """What a node stands for when it only passes through a level of the grammar."""
    while node.type in _LEVELS and len(inner := parts(node)) == 1 and len(node.children) == 1:
        node = inner[0]
    return node


def parts(node: Node) -> list[Node]:
    """What a node consists of, without comments and signs."""
    return [child for child in node.named_children if child.type != "comment"]
