"""All cmdlets as docs/cmdlets.md lists them; ``python -m huntline.cmdlets.reference`` prints it."""

from __future__ import annotations

from collections.abc import Iterator

from huntline.cmdlets.catalogue import CMDLETS
from huntline.cmdlets.guide import facts_of
from huntline.cmdlets.parameters import FOR_CHANGES, Parameter
from huntline.cmdlets.session import Cmdlet


def reference() -> str:
    """All cmdlets in Markdown."""
    return "\n".join(line for cmdlet in CMDLETS for line in _section(cmdlet)) + "\n"


def _section(cmdlet: Cmdlet) -> Iterator[str]:
    yield f"### {cmdlet.name}"
    yield ""
    yield f"{cmdlet.synopsis} {cmdlet.description}".strip()
    yield ""
    own = [each for each in cmdlet.own if not each.is_ignored]
    if own:
        yield "| parameter | takes | required | default | pipeline | what |"
        yield "|---|---|---|---|---|---|"
        yield from map(_row, own)
        yield ""
    ignored = ", ".join(f"`-{each.name}`" for each in cmdlet.own if each.is_ignored)
    if ignored:
        yield from (f"Accepted without effect: {ignored}.", "")
    if cmdlet.changes:
        yield from (f"Also {', '.join(f'`-{each.name}`' for each in FOR_CHANGES)}.", "")
    for example in cmdlet.examples:
        yield from (example.text, "", "```powershell", example.script, "```", "")


def _row(parameter: Parameter) -> str:
    facts = facts_of(parameter)
    takes = parameter.kind.shown.strip("<>").replace("|", "\\|") or "switch"
    place = "" if parameter.position is None else f" (position {parameter.position})"
    cells = (
        f"`-{parameter.name}`{place}",
        takes,
        facts["Required?"],
        facts["Default value"],
        facts["From the pipeline?"],
        parameter.help.replace("|", "\\|"),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(reference(), end="")
