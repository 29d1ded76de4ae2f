"""Describes a character on request, and marks misleading characters.

[plugins.characters]
mark = true    # whether they are marked
"""

import unicodedata
from dataclasses import dataclass

from witdock_editor import (
    DocumentVersion,
    HoverText,
    Location,
    NotApplicable,
    Range,
    Scope,
    Severity,
    bounds,
    command,
    decorations,
    documents,
    extension,
    messages,
    replace,
    selections,
    span,
    utf8_length,
)

from character import describe, findings, name

# Longer texts are not marked, because the marks would be late.
LONGEST_BYTES = 1_000_000
# More marks would not help.
MOST_MARKS = 500
# The longest character in UTF-8.
CHARACTER_BYTES = 4


@dataclass
class Settings:
    """The settings."""

    mark: bool = True


@extension
class Characters:
    """The plugin."""

    Settings = Settings

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def hover(self, at: Location) -> HoverText | None:
        document = documents.by_id(at.version.document)
        character = document and _character(document, at.offset)
        if not character:
            return None
        lines = [[span(line, Scope.HEADING if index == 0 else Scope.PLAIN)] for index, line in enumerate(describe(character))]
        return HoverText(Range(at.offset, at.offset + utf8_length(character)), lines)

    @command("What is this character?", "Shows the Unicode name of the character at the cursor")
    def what(self) -> None:
        document = documents.current()
        cursor = document and selections.cursor(document.id())
        character = "" if document is None or cursor is None else _character(document, cursor)
        if not character:
            raise NotApplicable("there is no character at the cursor")
        messages.status(name(character))

    @command("Compose accents", "Combines letters and accents into single characters (NFC), in the selection or everywhere")
    def compose(self) -> None:
        document = documents.current()
        if document is None:
            raise NotApplicable("no document is open")
        found = selections.get(document.id())
        ranges = [bounds(one) for one in found.selections] if found else []
        ranges = [one for one in ranges if one[0] < one[1]] or [(0, document.length())]
        edits = []
        for start, end in ranges:
            text = document.text(Range(start, end))
            if not unicodedata.is_normalized("NFC", text):
                edits.append(replace(start, end, unicodedata.normalize("NFC", text)))
        document.apply(document.revision(), edits)
        messages.status("done" if edits else "all accents are already composed")

    def on_opened(self, version: DocumentVersion) -> None:
        self._mark(version)

    def on_idle(self, version: DocumentVersion | None) -> None:
        if version is not None:
            self._mark(version)

    def _mark(self, version: DocumentVersion) -> None:
        document = documents.by_id(version.document)
        if document is None or not self.settings.mark or document.length() > LONGEST_BYTES:
            return
        text = document.whole_text()
        marks: list[decorations.Decoration] = []
        at = counted = 0
        for finding in findings(text):
            if len(marks) == MOST_MARKS:
                break
            at += utf8_length(text[counted : finding.index])
            counted = finding.index
            severity = Severity.ERROR if finding.is_grave else Severity.WARNING
            marks.append(decorations.Decoration_Sign(decorations.GutterSign(at, severity, finding.message)))
        # If the text has changed again, another event will arrive.
        decorations.set(DocumentVersion(document.id(), document.revision()), "seeming", marks)


def _character(document: documents.Document, offset: int) -> str:
    """The character at an offset, empty at the text's end."""
    for end in range(offset + 1, min(offset + CHARACTER_BYTES, document.length()) + 1):
        try:
            return document.text(Range(offset, end))
        except Exception:  # Inside the character: it is longer.
            continue
    return ""
