"""Offsets, which count bytes of UTF-8, and edits."""

from .wit import types

Edit, Range, Span, Style, Scope, Emphasis = (
    types.Edit,
    types.Range,
    types.Span,
    types.Style,
    types.Scope,
    types.Emphasis,
)


def utf8_length(text: str) -> int:
    """The number of bytes of a text in UTF-8, which offsets count."""
    return len(text) if text.isascii() else len(text.encode())


def replace(start: int, end: int, text: str) -> Edit:
    """An edit that replaces these bytes by a text."""
    return Edit(Range(start, end), text)


def insert(at: int, text: str) -> Edit:
    return replace(at, at, text)


def delete(start: int, end: int) -> Edit:
    return replace(start, end, "")


def bounds(selection: types.Selection) -> tuple[int, int]:
    """The selected range, whichever end moves."""
    return min(selection.anchor, selection.head), max(selection.anchor, selection.head)


def span(text: str, scope: Scope = Scope.PLAIN) -> Span:
    """Text in one style."""
    return Span(text, Style(scope, Emphasis(0)))
