"""From the text of a script to its statements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from huntline.cmdlets.expressions import ExpressionReader
from huntline.cmdlets.script_tree import ScriptTree, Unreadable, all_nodes, parts
from huntline.cmdlets.syntax import (
    Assignment,
    CommandCall,
    Element,
    Expression,
    Foreach,
    If,
    ParameterName,
    Pipeline,
    Property,
    ScriptRefused,
    Splat,
    Statement,
    TextPlace,
    Variable,
)
from huntline.cmdlets.typography import plain

_ENDS = ('"', "'", ")", "}", "1}", ")}", "})", '\n"@', "\n'@", "\n#>", "{}", "){}")
"""What may be all that an unfinished script lacks; the grammar knows no empty blocks."""

_LONGEST = 1_000_000  # bytes
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def parse(text: str) -> tuple[Statement, ...]:
    """The statements of a script. Raises ScriptRefused, and nothing else, for any text."""
    if (wrong := _NOT_TEXT.search(text)) is not None:
        raise ScriptRefused(_place_in_text(text, wrong.start()), "NUL and half characters are no text")
    source = plain(text).encode()
    if len(source) > _LONGEST:
        raise ScriptRefused(TextPlace(1, 1), f"the script is longer than {_LONGEST:,} bytes; split it")
    tree = ScriptTree(source)
    return () if tree.root is None else _StatementReader(tree).statements(tree.root)


def is_unfinished(text: str) -> bool:
    """Whether more lines could make a script of what cannot be read as one yet."""
    if _reads(text):
        return False
    if text.rstrip(" \t").endswith(("`", "|", ",", "=")):
        return True
    return any(_reads(text + end) for end in _ENDS)


def _reads(text: str) -> bool:
    try:
        parse(text)
    except ScriptRefused as refusal:
        return not isinstance(refusal, Unreadable)
    return True


def _place_in_text(text: str, position: int) -> TextPlace:
    before = text[:position]
    return TextPlace(before.count("\n") + 1, position - before.rfind("\n"))


class _StatementReader:
    """Reads the statements of one script."""

    def __init__(self, tree: ScriptTree) -> None:
        self._tree = tree
        self._expressions = ExpressionReader(tree, self.statements, self._statement)

    def statements(self, parent: Node) -> tuple[Statement, ...]:
        """The statements somewhere below a node that only holds some."""
        found: list[Statement] = []
        for node in parts(parent):
            match node.type:
                case "empty_statement":
                    pass
                case "statement_list" | "script_block_body" | "script_block":
                    found.extend(self.statements(node))
                case _:
                    found.append(self._statement(node))
        return tuple(found)

    def _statement(self, node: Node) -> Statement:
        with self._expressions.deeper(node):
            match node.type:
                case "pipeline":
                    first = node.named_children[0]
                    return (
                        self._assignment(first)
                        if first.type == "assignment_expression"
                        else self._pipeline(node)
                    )
                case "foreach_statement":
                    return self._foreach(node)
                case "if_statement":
                    return self._if(node)
                case _:
                    raise self._tree.outside(node)

    def _foreach(self, node: Node) -> Foreach:
        match parts(node):
            case [Node(type="variable") as variable, Node(type="pipeline") as things, body]:
                name = self._expressions.variable(variable).name
                return Foreach(name, self._pipeline(things), self.statements(body), self._tree.place(node))
            case [option, *_]:
                wanted = "write foreach ($x in $things) { ... }"
                raise self._tree.refusal(option, f"{self._tree.text(option)} with foreach is", wanted)
            case _:
                raise self._tree.outside(node)

    def _if(self, node: Node) -> If:
        condition, then, *others = parts(node)
        branches = [(self._pipeline(condition), self.statements(then))]
        otherwise: tuple[Statement, ...] = ()
        for clause in others:
            if clause.type == "else_clause":
                otherwise = self.statements(parts(clause)[0])
                continue
            for each in parts(clause):
                condition, then = parts(each)
                branches.append((self._pipeline(condition), self.statements(then)))
        return If(tuple(branches), otherwise, self._tree.place(node))

    def _assignment(self, node: Node) -> Assignment:
        target, operator, value = parts(node)
        written = self._tree.text(operator)
        if written != "=":
            raise self._tree.refusal(operator, f"{written} is", "set the variable with = as a whole")
        for inner in all_nodes(target):
            if inner.type == "cast_expression":
                raise self._tree.outside(inner)
        if value.type == "pipeline" and parts(value)[0].type == "assignment_expression":
            raise self._tree.refusal(value, "setting several variables at once is", "set one after the other")
        return Assignment(self._target(target), self._statement(value), self._tree.place(node))

    def _target(self, node: Node) -> Variable | Property | Element:
        read = self._expressions.read(parts(node)[0])
        if isinstance(read, Variable | Property | Element):
            return read
        wanted = "only $name = ..., $table.Name = ... and $table['Name'] = ... set something"
        raise self._tree.refusal(node, "setting this is", wanted)

    def _pipeline(self, node: Node) -> Pipeline:
        for chain in (chains := parts(node)):
            if chain.type != "pipeline_chain":
                raise self._tree.outside(chain)
        return Pipeline(tuple(self._stage(stage) for stage in parts(chains[0])), self._tree.place(node))

    def _stage(self, node: Node) -> CommandCall | Expression:
        return self._command(node) if node.type == "command" else self._expressions.read(node)

    def _command(self, node: Node) -> CommandCall:
        first, *groups = parts(node)
        if first.type != "command_name":
            raise self._tree.outside(first)
        elements: list[ParameterName | Expression | Splat] = []
        for group in groups:
            if group.type != "command_elements":
                raise self._tree.outside(group)
            elements.extend(self._elements(group))
        return CommandCall(self._tree.text(first), tuple(elements), self._tree.place(first))

    def _elements(self, group: Node) -> Iterator[ParameterName | Expression | Splat]:
        children = parts(group)
        for child, following in zip(children, [*children[1:], None], strict=True):
            match child.type:
                case "command_argument_sep":
                    pass
                case "command_parameter":
                    has_value = following is not None and self._tree.text(following).startswith(":")
                    name = self._tree.text(child).removeprefix("-")
                    yield ParameterName(name, has_value, self._tree.place(child))
                case _:
                    yield self._expressions.argument(child)
