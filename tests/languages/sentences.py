"""What the program says to people, read from its source: the sentences that must be in every language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import huntline

SOURCE = Path(huntline.__file__).parent

SPEAKING = (
    "control",
    "directory",
    "engine",
    "media/client.py",
    "media/worker_link.py",
    "media/prompts",
    "organization_file",
    "calls/b2bua.py",
    "calls/dialling.py",
    "calls/model.py",
    "sdp",
    "signalling/routing.py",
    "storage/accounts.py",
    "storage/erasure.py",
    "storage/retention.py",
    "storage/settings.py",
    "web",
)
"""Where sentences come from that the API may answer; the command line and SCIM speak English."""

SILENT = (
    "directory/finding_texts.py",  # has both languages side by side
    "directory/findings.py",  # what is not from there are keys
    "organization_file/reading.py",  # the file itself, which only commands read
    "organization_file/source.py",  # the same
    "web/app.py",
    "web/built_pages.py",
    "web/connection_limits.py",  # answers before anything is known of who asks
    "web/health.py",  # for those who watch the server; pages have words of their own
    "web/media_health.py",
    "web/metrics.py",  # for those who watch the server, whose tools show it as it is
    "web/roles.py",
    "web/scim",
)

_ENGLISH = re.compile(
    r"\b(the|is|are|was|has|have|must|may|not|no|of|to|and|or|with|for|by|from|there|this|that|needs|calls"
    r"|queue|user|already|only)\b(?!-)"
)
"""Words that every second English sentence has, and no French one."""

_LABELS = {"description", "summary", "title", "operation_id", "extra"}
"""Arguments and keys whose texts are for programmers: OpenAPI, logs."""

_WORDS = re.compile(r"[A-Za-z]+[,;:]? [a-z]+", re.ASCII)
_SDP = re.compile(r"a=(msid|candidate):")  # lines that we send, for programs


@dataclass(frozen=True)
class Said:
    """One text of the source, with ``sample`` in which something stands in each hole."""

    where: str
    literals: tuple[str, ...]
    sample: str

    @property
    def is_sentence(self) -> bool:
        """Whether it has several words, which a name or an address has not."""
        return any(map(_WORDS.search, self.literals)) and not _SDP.match(self.sample)


def english_in(text: str) -> list[str]:
    """English words in a text that should have none; those of setting names with hyphens do not count."""
    return _ENGLISH.findall(text)


def said_in_source() -> Iterator[Said]:
    """All sentences of the speaking part of the program."""
    for path in _files():
        tree = ast.parse(path.read_text())
        hidden, file = set(_hidden(tree)), str(path.relative_to(SOURCE))
        for node in ast.walk(tree):
            if node not in hidden and (said := _said(node, file)) is not None and said.is_sentence:
                yield said


def error_ids() -> Iterator[str]:
    """The stable words of refusals: of classes, and of answers made directly."""
    for path in _files():
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Assign(targets=[ast.Name(id="error_id")], value=ast.Constant(value=str(word))):
                    yield word
                case ast.Call(
                    func=ast.Name(id="problem_response" | "_failure"),
                    args=[_, ast.Constant(value=str(word)), *_],
                ):
                    yield word
                case ast.Assign(targets=[ast.Name(id="_ERROR_NAMES")], value=ast.Dict(values=words)):
                    yield from (str(word.value) for word in words if isinstance(word, ast.Constant))
                case _:
                    pass


def _files() -> Iterator[Path]:
    for name in SPEAKING:
        path = SOURCE / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if not any(file.is_relative_to(SOURCE / silent) for silent in SILENT):
                yield file


def _hidden(tree: ast.Module) -> Iterator[ast.AST]:
    """What is no sentence for people: docstrings, logs, descriptions, pieces of an f-string."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                yield node.value
            case ast.JoinedStr(values=values):
                yield from (value for value in values if isinstance(value, ast.Constant))
            case ast.keyword(arg=name, value=value) if name in _LABELS:
                yield from ast.walk(value)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value in _LABELS:
                        yield from ast.walk(value)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="log" | "_log")) | ast.Name(id="RationedWarning")
            ):
                yield from ast.walk(node)
            case ast.Call(func=ast.Attribute(attr="join", value=ast.Constant() as separator)):
                yield separator
            case _:
                pass


def _said(node: ast.AST, file: str) -> Said | None:
    match node:
        case ast.Constant(value=str(text)):
            return Said(f"{file}:{node.lineno}", (text,), text)
        case ast.JoinedStr(values=values):
            literals = tuple(str(value.value) for value in values if isinstance(value, ast.Constant))
            return Said(f"{file}:{node.lineno}", literals, "".join(map(_filled, values)))
        case _:
            return None


def _filled(part: ast.expr) -> str:
    match part:
        case ast.Constant(value=text):
            return str(text)
        case ast.FormattedValue(value=ast.Call(func=ast.Name(id="did_you_mean"))):
            return ""
        case ast.FormattedValue(conversion=conversion) if conversion > 0:
            return "'7'"
        case _:
            return "7"
