"""What PowerShell knows and the subset does not: what each is called, and what to write in its place."""

from __future__ import annotations

_INSTEAD_OF_LOOPS = "go through the things: foreach ($x in ...) { ... }"
OUTSIDE = {
    "for_statement": ("for loops are", _INSTEAD_OF_LOOPS),
    "while_statement": ("while loops are", _INSTEAD_OF_LOOPS),
    "do_statement": ("do loops are", _INSTEAD_OF_LOOPS),
    "switch_statement": ("switch statements are", "use if (...) { ... } elseif (...) { ... } else { ... }"),
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
        "choose with if (...) { ... } what is done",
    ),
    "param_block": ("param blocks are", "set variables at the top of the script"),
    "named_block_list": ("begin, process and end blocks are", "write the commands out"),
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
"""By the names of the grammar's nodes."""
