"""From the text of a script to its syntax, by tree-sitter and its PowerShell grammar.

All that this project knows about that grammar is here. What the grammar knows and the subset does not is
refused by name and position, and so is what it cannot read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from huntline.cmdlets.syntax import (
    Assignment,
    BareWord,
    Block,
    CommandCall,
    Element,
    Enclosed,
    Expression,
    Items,
    Not,
    NumberLiteral,
    Operation,
    ParameterName,
    Pipeline,
    Place,
    Property,
    Quoted,
    ScriptRefused,
    Statement,
    Variable,
)
from huntline.cmdlets.typography import plain

_ORDERING = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
OPERATORS = _ORDERING | {"like", "notlike", "match", "notmatch"} | {"contains", "notcontains", "in", "notin"}
"""Comparisons, without their hyphen."""

_ENDS = ('"', "'", ")", "}", "1}", ")}", "})", '\n"@', "\n'@", "\n#>")
"""What may be all that an unfinished script lacks; the grammar knows no empty blocks."""

_LANGUAGE = Language(tree_sitter_powershell.language())
_DEEPEST = 60
_LONGEST = 1_000_000  # bytes
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_BREAK_BETWEEN_WORDS = re.compile(rb"[ \t]*,[ \t\r\n]*(?=[A-Za-z0-9_*?])")
_NEEDS_QUOTES = re.compile("[`$(){}\"'\u201c\u201d\u2018\u2019]")
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

_FILE = re.compile(r"\[(?:System\.)?IO\.File\]", re.IGNORECASE)
_GET_CONTENT = {
    "readallbytes": (("Encoding", "Byte"),),
    "readalltext": (("Raw", None),),
    "readalllines": (),
}
"""How Get-Content does what scripts of 2018 did by a type of .NET: the parameters, with their values."""
_INSTEAD_OF_LOOPS = "send the things to ForEach-Object { ... } through a pipeline"
_INSTEAD_OF_CHOICES = "choose things with Where-Object { ... } in a pipeline"
_OUTSIDE = {
    "foreach_statement": ("foreach loops are", _INSTEAD_OF_LOOPS),
    "for_statement": ("for loops are", _INSTEAD_OF_LOOPS),
    "while_statement": ("while loops are", _INSTEAD_OF_LOOPS),
    "do_statement": ("do loops are", _INSTEAD_OF_LOOPS),
    "if_statement": ("if statements are", _INSTEAD_OF_CHOICES),
    "switch_statement": ("switch statements are", _INSTEAD_OF_CHOICES),
    "function_statement": ("functions are", "write the commands out"),
    "class_statement": ("classes are", "use the objects that cmdlets return"),
    "enum_statement": ("enumerations are", "write the words out"),
    "try_statement": ("try statements are", "use -ErrorAction Stop, Continue or SilentlyContinue"),
    "trap_statement": ("trap statements are", "use -ErrorAction Stop, Continue or SilentlyContinue"),
    "data_statement": ("data sections are", "use variables"),
    "inlinescript_statement": ("workflows are", "write the commands one after the other"),
    "parallel_statement": ("workflows are", "write the commands one after the other"),
    "sequence_statement": ("workflows are", "write the commands one after the other"),
    "flow_control_statement": (
        "return, exit, throw, break and continue are",
        "let the script run to its end",
    ),
    "param_block": ("param blocks are", "set variables at the top of the script"),
    "named_block_list": ("begin, process and end blocks are", "write the commands out"),
    "hash_literal_expression": ("hashtables are", "write parameters and properties out"),
    "cast_expression": ("type casts are", "leave the type out; parameters convert what they are given"),
    "type_literal": ("types are", "leave the type out; files are read by Get-Content"),
    "invokation_expression": (
        "method calls are",
        "use a cmdlet such as Where-Object, or Get-Content for files",
    ),
    "format_expression": ("the -f operator is", 'put variables into text: "$x and $($y.Name)"'),
    "range_expression": ("ranges are", "write the numbers out: 1, 2, 3"),
    "additive_expression": ("arithmetic is", 'write the number out; put texts together in quotes: "$a$b"'),
    "multiplicative_expression": ("arithmetic is", "write the number out"),
    "bitwise_expression": ("bitwise operators are", "use -and, -or and -not"),
    "redirection": ("redirections are", "use Out-Null, or the shell around huntline pwsh"),
    "stop_parsing": ("--% is", "quote what needs it"),
    "pipeline_chain_tail": ("&& and || are", "use a new line, and -ErrorAction Stop"),
    "command_invokation_operator": ("the call operators & and . are", "write the cmdlet's name by itself"),
    "post_increment_expression": ("++ is", "set the variable"),
    "post_decrement_expression": ("-- is", "set the variable"),
    "pre_increment_expression": ("++ is", "set the variable"),
    "pre_decrement_expression": ("-- is", "set the variable"),
}


def parse(text: str) -> tuple[Statement, ...]:
    """The statements of a script. Raises ScriptRefused, and nothing else, for any text."""
    if (wrong := _NOT_TEXT.search(text)) is not None:
        raise ScriptRefused(_place_in_text(text, wrong.start()), "NUL and half characters are no text")
    source = plain(text).encode()
    if len(source) > _LONGEST:
        raise ScriptRefused(Place(1, 1), f"the script is longer than {_LONGEST:,} bytes; split it")
    return _Reading(source).script()


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
        return not isinstance(refusal, _Unreadable)
    return True


class _Unreadable(ScriptRefused):
    """No PowerShell at all, as against PowerShell beyond the subset."""


def _place_in_text(text: str, position: int) -> Place:
    before = text[:position]
    return Place(before.count("\n") + 1, position - before.rfind("\n"))


class _Reading:
    """One script being read."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._line_starts = [0, *(found.end() for found in re.finditer(b"\n", source))]
        self._breaks: set[int] = set()
        self._depth = 0

    def script(self) -> tuple[Statement, ...]:
        root = self._tree()
        if self._is_blank(root):
            return ()
        if root.has_error:
            raise self._unreadable(root)
        return self._statements(root)

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
        for node in _all(root):
            if node.type != "generic_token":
                continue
            text = self._source[node.start_byte : node.end_byte]
            after = _BREAK_BETWEEN_WORDS.match(self._source, node.end_byte)
            if after and not text.startswith(b","):
                yield after.start(), after.end(), self._source.index(b",", after.start())

    def _is_blank(self, root: Node) -> bool:
        """Whether there is nothing but comments, which the grammar does not take for a script."""
        rest = bytearray(self._source)
        for node in _all(root):
            if node.type == "comment":
                rest[node.start_byte : node.end_byte] = b" " * (node.end_byte - node.start_byte)
        return not rest.strip()

    def _unreadable(self, root: Node) -> ScriptRefused:
        at = self._where_reading_ends(root)
        lost = self._source[at:].lstrip()
        at = len(self._source) - len(lost)
        if not lost:
            return _Unreadable(self._place(at), "the script ends too early; something is left open")
        shown = lost.splitlines()[0].decode(errors="replace")[:40]
        wanted = "is a quote, bracket or brace left open, or one too many?"
        return _Unreadable(self._place(at), f"cannot be read from here on: {shown} ({wanted})")

    def _where_reading_ends(self, root: Node) -> int:
        for node in _all(root):
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

    def _place(self, position: int) -> Place:
        line = bisect_right(self._line_starts, position)
        before = self._source[self._line_starts[line - 1] : position]
        return Place(line, len(before.decode(errors="replace")) + 1)

    def _text(self, node: Node) -> str:
        return self._source[node.start_byte : node.end_byte].decode()

    def _refusal(self, node: Node, what: str, instead: str) -> ScriptRefused:
        return ScriptRefused(self._place(node.start_byte), f"{what} not supported here; {instead}")

    def _outside(self, node: Node) -> ScriptRefused:
        plain = (f"{node.type.replace('_', ' ')} is", "see Get-Help for what is")
        return self._refusal(node, *_OUTSIDE.get(node.type, plain))

    def _statements(self, parent: Node | None) -> tuple[Statement, ...]:
        """The statements somewhere below a node that only holds some."""
        found: list[Statement] = []
        for node in parent.named_children if parent is not None else ():
            match node.type:
                case "comment" | "empty_statement":
                    pass
                case "statement_list" | "script_block_body" | "script_block":
                    found.extend(self._statements(node))
                case "pipeline":
                    found.append(self._statement(node))
                case _:
                    raise self._outside(node)
        return tuple(found)

    def _statement(self, node: Node) -> Statement:
        first = node.named_children[0]
        if first.type == "assignment_expression":
            return self._assignment(first)
        return self._pipeline(node)

    def _assignment(self, node: Node) -> Assignment:
        target, operator, value = (child for child in node.named_children if child.type != "comment")
        variable = _only(target.named_children[0])
        if self._text(operator) != "=":
            instead = "set the variable with = as a whole"
            raise self._refusal(operator, f"{self._text(operator)} is", instead)
        for inner in _all(variable):
            if inner.type == "cast_expression":
                raise self._outside(inner)
        if variable.type != "variable":
            instead = "only $name = ... sets something; change things with their Set- cmdlet"
            raise self._refusal(variable, "setting this is", instead)
        if _only(value).type == "assignment_expression" or value.named_children[0].type != "pipeline_chain":
            raise self._refusal(value, "setting several variables at once is", "set one after the other")
        return Assignment(self._variable(variable).name, self._pipeline(value))

    def _pipeline(self, node: Node) -> Pipeline:
        chains = [child for child in node.named_children if child.type != "comment"]
        for chain in chains:
            if chain.type != "pipeline_chain":
                raise self._outside(chain)
        stages = [child for child in chains[0].named_children if child.type != "comment"]
        return Pipeline(tuple(self._stage(stage) for stage in stages))

    def _stage(self, node: Node) -> CommandCall | Expression:
        return self._command(node) if node.type == "command" else self._expression(node)

    def _command(self, node: Node) -> CommandCall:
        first = node.named_children[0]
        if first.type != "command_name":
            raise self._outside(first)
        elements: list[ParameterName | Expression] = []
        for group in node.named_children[1:]:
            if group.type == "comment":
                continue
            if group.type != "command_elements":
                raise self._outside(group)
            elements.extend(self._elements(group))
        return CommandCall(self._text(first), tuple(elements), self._place(first.start_byte))

    def _elements(self, group: Node) -> Iterator[ParameterName | Expression]:
        children = [child for child in group.named_children if child.type != "comment"]
        for child, following in zip(children, [*children[1:], None], strict=True):
            match child.type:
                case "command_argument_sep":
                    pass
                case "command_parameter":
                    has_value = following is not None and self._text(following).startswith(":")
                    name = self._text(child).removeprefix("-")
                    yield ParameterName(name, has_value, self._place(child.start_byte))
                case _:
                    yield self._expression(child)

    def _expression(self, node: Node) -> Expression:
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise self._refusal(node, f"nesting deeper than {_DEEPEST} is", "use variables in between")
            node = _only(node)
            read = self._READERS.get(node.type)
            if read is None:
                raise self._outside(node)
            return read(self, node)
        finally:
            self._depth -= 1

    def _items(self, node: Node) -> Expression:
        return Items(tuple(self._expression(child) for child in _parts(node)))

    def _operation(self, node: Node) -> Expression:
        left, right = (child for child in _parts(node) if child.type != "comparison_operator")
        operator = next(child for child in node.children if child not in (left, right))
        name = self._text(operator).lower().removeprefix("-")
        if name.removeprefix("i") in OPERATORS and name not in OPERATORS:
            name = name.removeprefix("i")
        if name not in OPERATORS and name not in ("and", "or"):
            known = ", ".join(f"-{each}" for each in sorted(OPERATORS))
            raise self._refusal(operator, f"the operator -{name} is", f"use one of {known}, -and, -or, -not")
        return Operation(name, self._expression(left), self._expression(right))

    def _unary(self, node: Node) -> Expression:
        operator, operand = node.children[0], node.named_children[-1]
        sign = self._text(operator).lower()
        if operand.type == "cast_expression":
            raise self._outside(operand)
        if sign in ("-not", "!"):
            return Not(self._expression(operand))
        value = self._expression(operand)
        if sign in ("-", "+") and isinstance(value, NumberLiteral):
            number = -value.value if sign == "-" else value.value
            return NumberLiteral(number, f"{sign}{value.written}")
        raise self._refusal(operator, f"{sign} before a value is", "write the value out")

    def _property(self, node: Node) -> Expression:
        target, name = _parts(node)
        dot = next(child for child in node.children if not child.is_named)
        inner = name.named_children[0] if name.type == "member_name" else name
        if self._text(dot) != ".":
            raise self._refusal(dot, f"{self._text(dot)} is", "read properties with a dot: $x.Name")
        if inner.type != "simple_name":
            raise self._refusal(inner, "a property's name other than a word is", "write it: $x.Name")
        return Property(self._expression(target), self._text(inner))

    def _static_call(self, node: Node) -> Expression:
        """``[System.IO.File]::ReadAllBytes(path)`` and its kin; there are no other calls."""
        of, method, *arguments = _parts(node)
        wanted = _GET_CONTENT.get(self._text(method).lower())
        paths = [each for argument in arguments for each in _arguments(argument)]
        if not _FILE.fullmatch(self._text(of)) or wanted is None or len(paths) != 1:
            raise self._outside(node)
        place = self._place(node.start_byte)
        elements: list[ParameterName | Expression] = [
            ParameterName("Path", False, place),
            self._expression(paths[0]),
        ]
        for name, value in wanted:
            elements.append(ParameterName(name, False, place))
            if value is not None:
                elements.append(BareWord(value))
        return Enclosed((Pipeline((CommandCall("Get-Content", tuple(elements), place),)),))

    def _element(self, node: Node) -> Expression:
        target, index = _parts(node)
        return Element(self._expression(target), self._expression(index))

    def _enclosed(self, node: Node) -> Expression:
        inner = [child for child in node.named_children if child.type != "comment"]
        if node.type == "parenthesized_expression":
            return Enclosed((self._statement(inner[0]),))
        return Enclosed(self._statements(node), is_array=node.type == "array_expression")

    def _block(self, node: Node) -> Expression:
        source = self._source[node.start_byte + 1 : node.end_byte - 1].decode()
        return Block(self._statements(node), source)

    def _number(self, node: Node) -> Expression:
        written = self._text(node)
        try:
            value = int(written, 16 if written.lower().startswith("0x") else 10)
        except ValueError:
            instead = "write up to 18 plain digits, or quote it"
            raise self._refusal(node, f"the number {written} is", instead) from None
        if len(written) > 18:
            raise self._refusal(node, "a number this long is", "quote it")
        return NumberLiteral(value, written)

    def _real(self, node: Node) -> Expression:
        written = self._text(node)
        try:
            value = float(written)
        except ValueError:
            raise self._refusal(node, f"the number {written} is", "write plain digits, or quote it") from None
        return NumberLiteral(value, written)

    def _variable(self, node: Node) -> Variable:
        name = self._text(node).removeprefix("$").removeprefix("{").removesuffix("}").lower()
        if not re.fullmatch(r"\w+", name):
            raise self._refusal(node, f"the variable {self._text(node)} is", "use plain names such as $x")
        return Variable(name)

    def _word(self, node: Node) -> Expression:
        text = self._text(node)
        if (wrong := _NEEDS_QUOTES.search(text)) is not None:
            raise self._refusal(node, f"{wrong[0]} within a word is", f'put it in plain quotes: "{text}"')
        commas = sorted(at for at in self._breaks if node.start_byte <= at < node.end_byte)
        if not commas:
            return BareWord(text)
        ends = [*commas, node.end_byte]
        starts = [node.start_byte, *(at + 1 for at in commas)]
        words = (self._source[start:end].decode().strip() for start, end in zip(starts, ends, strict=True))
        return Items(tuple(BareWord(word) for word in words))

    def _verbatim(self, node: Node) -> Expression:
        return Quoted((self._text(node)[1:-1].replace("''", "'"),))

    def _verbatim_here(self, node: Node) -> Expression:
        return Quoted((_within_here_string(self._text(node)),))

    def _expandable(self, node: Node) -> Expression:
        return Quoted(tuple(self._pieces(node, node.start_byte + 1, node.end_byte - 1, _ESCAPE)))

    def _expandable_here(self, node: Node) -> Expression:
        text = self._text(node)
        inner = _within_here_string(text)
        start = node.start_byte + len(text[: text.index("\n") + 1].encode())
        end = start + len(inner.encode())
        return Quoted(tuple(self._pieces(node, start, end, _ESCAPE_IN_HERE_STRING)))

    def _pieces(
        self, node: Node, start: int, end: int, escape: re.Pattern[str]
    ) -> Iterator[str | Expression]:
        for child in node.named_children:
            if child.type not in ("variable", "sub_expression"):
                continue
            if start < child.start_byte:
                yield escape.sub(_unescaped, self._source[start : child.start_byte].decode())
            yield self._expression(child)
            start = child.end_byte
        if start < end:
            yield escape.sub(_unescaped, self._source[start:end].decode())

    _READERS: dict[str, Callable[[_Reading, Node], Expression]] = {  # noqa: RUF012 - never changed
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
        "script_block_expression": _block,
        "decimal_integer_literal": _number,
        "hexadecimal_integer_literal": _number,
        "real_literal": _real,
        "variable": _variable,
        "generic_token": _word,
        "verbatim_string_characters": _verbatim,
        "verbatim_here_string_characters": _verbatim_here,
        "expandable_string_literal": _expandable,
        "expandable_here_string_literal": _expandable_here,
    }


def _all(root: Node) -> Iterator[Node]:
    """All nodes in the order of the text; without recursion, because texts may nest as deep as they like."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def _only(node: Node) -> Node:
    """What a node stands for when it only passes through a level of the grammar."""
    while node.type in _LEVELS and len(parts := _parts(node)) == 1 and len(node.children) == 1:
        node = parts[0]
    return node


def _parts(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _arguments(node: Node) -> list[Node]:
    """What stands between the parentheses of a call."""
    while len(parts := _parts(node)) == 1 and "argument" in node.type:
        node = parts[0]
    return parts if "argument" in node.type else [node]


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
