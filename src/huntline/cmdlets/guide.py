"""``Get-Command`` and ``Get-Help``: what there is, from the tables of the cmdlets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill, indent

from huntline.cmdlets.kinds import SwitchKind, TextKind, Texts
from huntline.cmdlets.parameters import Parameter
from huntline.cmdlets.session import Cmdlet, CmdletCall, CmdletSession, Example
from huntline.cmdlets.values import CmdletRefused, PrintedLine, Record, Value, has_wildcards, is_like
from huntline.directory.problems import did_you_mean

_WIDTH = 100  # characters


def _get_command(call: CmdletCall) -> Iterator[Value]:
    patterns = call.get("Name", ["*"])
    found = [
        cmdlet
        for cmdlet in call.session.cmdlets
        if any(is_like(cmdlet.name, pattern) for pattern in patterns)
    ]
    for pattern in patterns:
        if not has_wildcards(pattern) and not any(is_like(each.name, pattern) for each in found):
            raise _unknown(pattern, call.session)
    for cmdlet in sorted(found, key=lambda each: each.name):
        yield Record({"CommandType": "Cmdlet", "Name": cmdlet.name, "Synopsis": cmdlet.synopsis})


def _unknown(name: str, session: CmdletSession) -> CmdletRefused:
    close = did_you_mean(name, (each.name for each in session.cmdlets))
    return CmdletRefused(f"-Name: value {name!r}: there is no such cmdlet{close or '; see Get-Command'}")


def _get_help(call: CmdletCall) -> Iterator[Value]:
    if "Name" not in call:
        yield PrintedLine(_overview(call.session.cmdlets))
        return
    cmdlet = call.session.cmdlet(call["Name"])
    if cmdlet is None:
        raise _unknown(call["Name"], call.session)
    if "Parameter" in call:
        yield PrintedLine("\n".join(_parameters(cmdlet, call["Parameter"])))
        return
    parts = ["", "NAME", f"    {cmdlet.name}", "", "SYNOPSIS", indent(cmdlet.synopsis, "    "), ""]
    if not call.get("Examples"):
        parts += ["SYNTAX", *_syntax(cmdlet), ""]
        if cmdlet.description:
            parts += ["DESCRIPTION", _paragraph(cmdlet.description), ""]
    if call.get("Full"):
        parts += ["PARAMETERS", *_parameters(cmdlet, "*")]
    if call.get("Examples") or call.get("Full"):
        parts += ["EXAMPLES", *_examples(cmdlet)]
    yield PrintedLine("\n".join(parts))


def _overview(cmdlets: Sequence[Cmdlet]) -> str:
    width = max(len(cmdlet.name) for cmdlet in cmdlets)
    lines = (f"{cmdlet.name:<{width}}  {cmdlet.synopsis}" for cmdlet in cmdlets)
    return "\n".join([*lines, "", "More: Get-Help NAME, with -Examples, -Full or -Parameter NAME."])


def _paragraph(text: str) -> str:
    return fill(text, _WIDTH, initial_indent="    ", subsequent_indent="    ")


def _syntax(cmdlet: Cmdlet) -> Iterator[str]:
    words = []
    for each in cmdlet.parameters:
        if each.is_ignored:
            continue
        name = f"[-{each.name}]" if each.position is not None else f"-{each.name}"
        word = f"{name} {each.kind.shown}".rstrip()
        words.append(word if each.mandatory else f"[{word}]")
    # Words stay whole: blanks within them are put back after the text is filled.
    joined = " ".join(word.replace(" ", "\0") for word in (cmdlet.name, *words))
    yield _paragraph(joined).replace("\0", " ")


def _parameters(cmdlet: Cmdlet, pattern: str) -> Iterator[str]:
    chosen = [each for each in cmdlet.parameters if is_like(each.name, pattern)]
    if not chosen:
        close = did_you_mean(pattern, (each.name for each in cmdlet.parameters))
        raise CmdletRefused(f"-Parameter: value {pattern!r}: {cmdlet.name} has no such parameter{close}")
    for each in chosen:
        yield f"    -{each.name} {each.kind.shown}".rstrip()
        yield indent(_paragraph(each.help), "    ")
        yield from (f"        {name:<23}{value}" for name, value in facts_of(each).items())
        yield ""


def facts_of(parameter: Parameter) -> dict[str, str]:
    """What there is to know of a parameter besides its help."""
    piped = [
        *(["by value"] if parameter.takes_piped else []),
        *(["by property name"] if parameter.properties else []),
    ]
    return {
        "Required?": "yes" if parameter.mandatory else "no",
        "Position?": "by name" if parameter.position is None else str(parameter.position),
        "Default value": parameter.default or "none",
        "From the pipeline?": " and ".join(piped) or "no",
    }


def _examples(cmdlet: Cmdlet) -> Iterator[str]:
    for place, example in enumerate(cmdlet.examples, 1):
        yield f"    Example {place}: {example.text}"
        yield ""
        yield indent(example.script, "    PS> ")
        yield ""


GET_COMMAND = Cmdlet(
    name="Get-Command",
    synopsis="Lists the cmdlets.",
    own=(
        Parameter(
            name="Name",
            kind=Texts(),
            position=0,
            takes_piped=True,
            help="Names with wildcards.",
            names="cmdlets",
        ),
    ),
    each=_get_command,
    aliases=("gcm",),
    examples=(Example("Get-Command *-CsHuntGroup", "Those for call queues."),),
)
GET_HELP = Cmdlet(
    name="Get-Help",
    synopsis="Explains a cmdlet.",
    own=(
        Parameter(
            name="Name", kind=TextKind(), position=0, takes_piped=True, help="The cmdlet.", names="cmdlets"
        ),
        Parameter(name="Examples", kind=SwitchKind(), help="Examples."),
        Parameter(name="Full", kind=SwitchKind(), help="Everything."),
        Parameter(name="Detailed", kind=SwitchKind(), help="Accepted without effect.", is_ignored=True),
        Parameter(name="Parameter", kind=TextKind(), help="One parameter, or several by wildcards."),
    ),
    each=_get_help,
    aliases=("help", "man"),
    examples=(
        Example("Get-Help New-CsHuntGroup -Examples", "How it is used."),
        Example("Get-Help Set-CsHuntGroup -Parameter *Threshold", "Some of its parameters."),
    ),
)

GUIDE_CMDLETS = (GET_COMMAND, GET_HELP)
