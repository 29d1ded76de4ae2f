"""Plugins of witdock-edit in Python: a class with commands, and methods for events, formatting, completion and hovering.

The editor's interfaces are the modules `documents`, `selections`, `viewport`, `workspace`, `messages`, `status_line`, `panels`,
`decorations`, `prompts`, `clipboard`, `settings`, `timers` and `jobs`, and `log`.
"""

from .component import command, extension
from .errors import Failed, NotApplicable, SettingsError, SyntaxProblem, WrongArgument
from .text import Edit, Emphasis, Range, Scope, Span, Style, bounds, delete, insert, replace, span, utf8_length
from .wit import plugin as _plugin
from .wit import types as _types

Change, ChangeOrigin = _plugin.Change, _plugin.ChangeOrigin
Completion, CompletionKind, HoverText = _plugin.Completion, _plugin.CompletionKind, _plugin.HoverText
DocumentVersion, Location, Severity = _types.DocumentVersion, _types.Location, _types.Severity
Invocation, Selection, SelectionSet = _types.Invocation, _types.Selection, _types.SelectionSet

__all__ = [
    "Change",
    "ChangeOrigin",
    "Completion",
    "CompletionKind",
    "DocumentVersion",
    "Edit",
    "Emphasis",
    "Failed",
    "HoverText",
    "Invocation",
    "Location",
    "NotApplicable",
    "Range",
    "Scope",
    "Selection",
    "SelectionSet",
    "SettingsError",
    "Severity",
    "Span",
    "Style",
    "SyntaxProblem",
    "WrongArgument",
    "bounds",
    "command",
    "delete",
    "extension",
    "insert",
    "replace",
    "span",
    "utf8_length",
]
