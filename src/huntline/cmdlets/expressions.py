"""From the tree of a script to its expressions: values, and what is made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tree_sitter import Node

from huntline.cmdlets import quoting
from huntline.cmdlets.script_tree import ScriptTree, only, parts
from huntline.cmdlets.syntax import (
    BareWord,
    Block,
    CommandCall,
    Element,
    Enclosed,
    Expression,
    HashLiteral,
    Items,
    Not,
    NumberLiteral,
    Operation,
    ParameterName,
    Pipeline,
    Property,
    Splat,
    Statement,
    Variable,
)

_ORDERING = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
OPERATORS = _ORDERING | {"like", "notlike", "match", "notmatch"} | {"contains", "notcontains", "in", "notin"}
"""Comparisons, without their hyphen."""

_DEEPEST = 100
_NEEDS_QUOTES = re.compile("[`$(){}\"'\u201c\u201d\u2018\u2019]")
_FILE = re.compile(r"\[(?:System\.)?IO\.File\]", re.IGNORECASE)
_GET_CONTENT = {
    "readallbytes": (("Encoding", "Byte"),),
    "readalltext": (("Raw", None),),
    "readalllines": (),
}
"""How Get-Content does what scripts of 2018 did by a type of .NET: the parameters, with their values."""


class ExpressionReader:
    """Reads the expressions of one script; ``statements`` and ``statement`` read what some of them hold."""

    def __init__(
        self,
        tree: ScriptTree,
        statements: Callable[[Node], tuple[Statement, ...]],
        statement: Callable[[Node], Statement],
    ) -> None:
        self._tree = tree
        self._statements = statements
        self._statement = statement
        self._depth = 0

    def read(self, node: Node) -> Expression:
        """The expression that a node is. Raises ScriptRefused for what is outside the subset."""
        with self.deeper(node):
            node = only(node)
            read = self._READERS.get(node.type)
            if read is None:
                raise self._tree.outside(node)
            return read(self, node)

    @contextmanager
    def deeper(self, node: Node) -> Iterator[None]:
        """One level further in. Raises ScriptRefused where that is one too many."""
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                wanted = "use variables in between"
                raise self._tree.refusal(node, f"nesting deeper than {_DEEPEST} is", wanted)
            yield
        finally:
            self._depth -= 1

    def variable(self, node: Node) -> Variable:
        """``$name``."""
        return Variable(self._name(node, "$"))

    def argument(self, node: Node) -> Expression | Splat:
        """What a command is given: an expression, or ``@name``."""
        inner = only(node)
        if inner.type == "variable" and self._tree.text(inner).startswith("@"):
            return Splat(self._name(inner, "@"), self._tree.place(inner))
        return self.read(node)

    def _name(self, node: Node, sign: str) -> str:
        written = self._tree.text(node)
        name = written.removeprefix(sign).removeprefix("{").removesuffix("}").lower()
        if written.startswith("@") and sign != "@":
            raise self._tree.refusal(node, f"{written} within a value is", f"say ${name[1:]}")
        if not re.fullmatch(r"\w+", name):
            raise self._tree.refusal(node, f"the variable {written} is", "use plain names such as $x")
        return name

    def _items(self, node: Node) -> Expression:
        return Items(tuple(self.read(child) for child in parts(node)))

    def _operation(self, node: Node) -> Expression:
        left, right = (child for child in parts(node) if child.type != "comparison_operator")
        operator = next(child for child in node.children if child not in (left, right))
        name = self._tree.text(operator).lower().removeprefix("-")
        if name.removeprefix("i") in OPERATORS and name not in OPERATORS:
            name = name.removeprefix("i")
        if name not in OPERATORS and name not in ("and", "or"):
            known = ", ".join(f"-{each}" for each in sorted(OPERATORS))
            raise self._tree.refusal(
                operator, f"the operator -{name} is", f"use one of {known}, -and, -or, -not"
            )
        return Operation(name, self.read(left), self.read(right))

    def _unary(self, node: Node) -> Expression:
        operator, operand = node.children[0], node.named_children[-1]
        sign = self._tree.text(operator).lower()
        if operand.type == "cast_expression":
            raise self._tree.outside(operand)
        if sign in ("-not", "!"):
            return Not(self.read(operand))
        value = self.read(operand)
        if sign in ("-", "+") and isinstance(value, NumberLiteral):
            number = -value.value if sign == "-" else value.value
            return NumberLiteral(number, f"{sign}{value.written}")
        raise self._tree.refusal(operator, f"{sign} before a value is", "write the value out")

    def _property(self, node: Node) -> Expression:
        target, name = parts(node)
        dot = next(child for child in node.children if not child.is_named)
        if self._tree.text(dot) != ".":
            wanted = "read properties with a dot: $x.Name"
            raise self._tree.refusal(dot, f"{self._tree.text(dot)} is", wanted)
        inner = name.named_children[0] if name.type == "member_name" else name
        return Property(self.read(target), self._key(inner))

    def _key(self, node: Node) -> Expression:
        """The name of a property or an entry: a word, or whatever makes one."""
        inner = only(node)
        return BareWord(self._tree.text(inner)) if inner.type == "simple_name" else self.read(inner)

    def _table(self, node: Node) -> Expression:
        bodies = [child for child in parts(node) if child.type == "hash_literal_body"]
        entries = [self._entry(entry) for body in bodies for entry in parts(body)]
        return HashLiteral(tuple(entries), self._tree.place(node))

    def _entry(self, node: Node) -> tuple[Expression, Statement]:
        key, value = parts(node)
        return self._key(parts(key)[0]), self._statement(value)

    def _static_call(self, node: Node) -> Expression:
        """``[System.IO.File]::ReadAllBytes(path)`` and its kin; there are no other calls."""
        of, method, *arguments = parts(node)
        wanted = _GET_CONTENT.get(self._tree.text(method).lower())
        paths = [each for argument in arguments for each in _arguments(argument)]
        if not _FILE.fullmatch(self._tree.text(of)) or wanted is None or len(paths) != 1:
            raise self._tree.outside(node)
        place = self._tree.place(node)
        elements: list[ParameterName | Expression] = [
            ParameterName("Path", False, place),
            self.read(paths[0]),
        ]
        for name, value in wanted:
            elements.append(ParameterName(name, False, place))
            if value is not None:
                elements.append(BareWord(value))
        return Enclosed((Pipeline((CommandCall("Get-Content", tuple(elements), place),), place),))

    def _element(self, node: Node) -> Expression:
        target, index = parts(node)
        return Element(self.read(target), self.read(index))

    def _enclosed(self, node: Node) -> Expression:
        inner = [child for child in node.named_children if child.type != "comment"]
        if node.type == "parenthesized_expression":
            return Enclosed((self._statement(inner[0]),))
        return Enclosed(self._statements(node), is_array=node.type == "array_expression")

    def _block(self, node: Node) -> Expression:
        source = self._tree.between(node.start_byte + 1, node.end_byte - 1)
        return Block(self._statements(node), source)

    def _number(self, node: Node) -> Expression:
        written = self._tree.text(node)
        try:
            value = int(written, 16 if written.lower().startswith("0x") else 10)
        except ValueError:
            instead = "write up to 18 plain digits, or quote it"
            raise self._tree.refusal(node, f"the number {written} is", instead) from None
        if len(written) > 18:
            raise self._tree.refusal(node, "a number this long is", "quote it")
        return NumberLiteral(value, written)

    def _real(self, node: Node) -> Expression:
        written = self._tree.text(node)
        try:
            value = float(written)
        except ValueError:
            raise self._tree.refusal(
                node, f"the number {written} is", "write plain digits, or quote it"
            ) from None
        return NumberLiteral(value, written)

    def _word(self, node: Node) -> Expression:
        text = self._tree.text(node)
        if (wrong := _NEEDS_QUOTES.search(text)) is not None:
            raise self._tree.refusal(
                node, f"{wrong[0]} within a word is", f'put it in plain quotes: "{text}"'
            )
        words = self._tree.words(node)
        return BareWord(text) if len(words) == 1 else Items(tuple(map(BareWord, words)))

    def _verbatim(self, node: Node) -> Expression:
        return quoting.verbatim(self._tree, node)

    def _verbatim_here(self, node: Node) -> Expression:
        return quoting.verbatim_here(self._tree, node)

    def _expandable(self, node: Node) -> Expression:
        return quoting.expandable(self._tree, node, self.read)

    def _expandable_here(self, node: Node) -> Expression:
        return quoting.expandable_here(self._tree, node, self.read)

    _READERS: dict[str, Callable[[ExpressionReader, Node], Expression]] = {  # noqa: RUF012 - never changed
        "array_literal_expression": _items,
        "logical_expression": _operation,
        "comparison_expression": _operation,
        "expression_with_unary_operator": _unary,
        "member_access": _property,
        "invokation_expression": _static_call,
        "element_access": _element,
        "parenthesized_expression": _enclosed,
        "sub_expression": _enclosed,
        "array_expression": _enclosed,
        "hash_literal_expression": _table,
        "script_block_expression": _block,
        "decimal_integer_literal": _number,
        "hexadecimal_integer_literal": _number,
        "real_literal": _real,
        "variable": variable,
        "generic_token": _word,
        "verbatim_string_characters": _verbatim,
        "verbatim_here_string_characters": _verbatim_here,
        "expandable_string_literal": _expandable,
        "expandable_here_string_literal": _expandable_here,
    }


def _arguments(node: Node) -> list[Node]:
    """What stands between the parentheses of a call."""
    while len(inner := parts(node)) == 1 and "argument" in node.type:
        node = inner[0]
    return inner if "argument" in node.type else [node]
