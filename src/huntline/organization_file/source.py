"""A YAML text together with the line of every value in it, so that errors can point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from huntline.directory.problems import Path, Problem
from huntline.errors import ConfigurationError

_DEEPEST = 32  # the file needs five; libyaml's composer overruns its stack at some 100,000


class YamlSource:
    """The value of a YAML document and where its parts stand. Raises ConfigurationError when it is none.

    ``problems`` are faults of the text that YAML itself would let pass: keys said twice or that are no
    text. ``name`` is what errors call the file.
    """

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        try:
            self._check_shape(text)
            loader = yaml.CSafeLoader(text)
            try:
                node = loader.get_single_node()
                self.problems = list(_key_problems(node, ()))
                self._lines = dict(_lines(node, ()))
                self.value: Any = loader.construct_document(node) if node is not None else None
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = f"{mark.line + 1}: " if mark else " "
            raise ConfigurationError(f"{name}:{line}cannot be read as YAML: {error.problem}") from None
        except (yaml.YAMLError, ValueError) as error:
            raise ConfigurationError(f"{name}: cannot be read as YAML: {error}") from None

    def describe(self, problems: Iterable[Problem]) -> str:
        """A line for each, in the order of the text: ``file:line: field: value ...: what would be right``.

        What is missing is reported at the line of what it is missing in.
        """
        return "\n".join(self._description(each) for each in sorted(problems, key=self._line))

    def _line(self, problem: Problem) -> int:
        path = problem.path
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _description(self, problem: Problem) -> str:
        value = f" value {problem.value!r}:" if problem.value is not None else ""
        field = problem.field or "file"
        return f"{self._name}:{self._line(problem)}: {field}:{value} {problem.message}"

    def _check_shape(self, text: str) -> None:
        """Refuse what could cost more than its length: deep nesting, and aliases, which multiply."""
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            where = f"{self._name}:{event.start_mark.line + 1 if event.start_mark else 1}"
            if isinstance(event, yaml.AliasEvent):
                raise ConfigurationError(f"{where}: aliases (*name) are not allowed: write it out")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEEPEST:
                raise ConfigurationError(f"{where}: is nested deeper than {_DEEPEST} levels")


def _children(node: yaml.Node, path: Path) -> Iterator[tuple[Path, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, str(key.value)), key, value
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield (*path, place), value, value


def _lines(node: yaml.Node | None, path: Path) -> Iterator[tuple[Path, int]]:
    if node is None:
        return
    for child_path, mark, value in _children(node, path):
        yield child_path, mark.start_mark.line + 1
        yield from _lines(value, child_path)


def _key_problems(node: yaml.Node | None, path: Path) -> Iterator[Problem]:
    if node is None:
        return
    seen: set[Path] = set()
    for child_path, key, value in _children(node, path):
        if isinstance(node, yaml.MappingNode) and key.tag != "tag:yaml.org,2002:str":
            yield Problem(child_path, None, "the name of a setting must be text")
        if child_path in seen:
            yield Problem(child_path, None, "is there twice; YAML would silently keep the last")
        seen.add(child_path)
        yield from _key_problems(value, child_path)
