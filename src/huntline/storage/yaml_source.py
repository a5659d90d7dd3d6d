"""A YAML text together with the line of every value in it, so that errors can point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from huntline.directory.problems import Path, Problem
from huntline.errors import ConfigurationError


class YamlSource:
    """The value of a YAML document and where its parts stand. Raises ConfigurationError when it is none."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            self.repeated = list(_repeated_keys(node, ()))
            self._lines = dict(_lines(node, ()))
            self.value: Any = loader.construct_document(node) if node is not None else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = f"{mark.line + 1}: " if mark else ""
            raise ConfigurationError(f"{name}:{line}cannot be read as YAML: {error.problem}") from None
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise ConfigurationError(f"{name}: cannot be read as YAML: {error}") from None
        finally:
            loader.dispose()

    def describe(self, problem: Problem) -> str:
        """``file:line: field: value ...: what would be right``; of something missing, the line it is in."""
        path = problem.path
        while path and path not in self._lines:
            path = path[:-1]
        line = self._lines.get(path, 1)
        value = f" value {problem.value!r}:" if problem.value is not None else ""
        return f"{self._name}:{line}: {problem.field or 'file'}:{value} {problem.message}"


def _children(node: yaml.Node, path: Path) -> Iterator[tuple[Path, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, key.value if isinstance(key.value, str) else "?"), key, value
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield (*path, place), value, value


def _lines(node: yaml.Node | None, path: Path) -> Iterator[tuple[Path, int]]:
    if node is None:
        return
    for child_path, mark, value in _children(node, path):
        yield child_path, mark.start_mark.line + 1
        yield from _lines(value, child_path)


def _repeated_keys(node: yaml.Node | None, path: Path) -> Iterator[Problem]:
    if node is None:
        return
    seen: set[Path] = set()
    for child_path, _, value in _children(node, path):
        if child_path in seen:
            yield Problem(child_path, None, "is there twice; YAML would silently keep the last")
        seen.add(child_path)
        yield from _repeated_keys(value, child_path)
