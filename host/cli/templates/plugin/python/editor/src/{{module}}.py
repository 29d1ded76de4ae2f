"""{{name}}: turns the selection into capitals, or the whole text if nothing is selected.

In the editor's config.toml:

[plugins.{{name}}]
key = "alt-u"
"""

from dataclasses import dataclass

from witdock_editor import NotApplicable, Range, bounds, command, documents, extension, messages, replace, selections


@dataclass
class Settings:
    """The user's settings."""

    key: str = "alt-u"

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError('`key` is empty; set a key, for example "alt-u"')


@extension
class {{type}}:
    """The plugin. Its attributes are kept between calls."""

    Settings = Settings

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    # All edits of a command are one undo step. If it raises, none of them is applied.
    @command("Capitals", "Turns the selection into capitals", keys=lambda self: [self.settings.key])
    def capitals(self) -> None:
        document = documents.current()
        if document is None:
            raise NotApplicable("no document is open")
        edits = []
        for start, end in selected(document):
            text = document.text(Range(start, end))
            if text != text.upper():
                edits.append(replace(start, end, text.upper()))
        document.apply(document.revision(), edits)
        places = "one place" if len(edits) == 1 else f"{len(edits)} places"
        messages.status(f"changed in {places}" if edits else "nothing to change")


def selected(document: documents.Document) -> list[tuple[int, int]]:
    """The byte ranges of the selections, or of the whole text if nothing is selected."""
    found = selections.get(document.id())
    ranges = [bounds(selection) for selection in found.selections] if found else []
    ranges = [(start, end) for start, end in ranges if start < end]
    return ranges or [(0, document.length())]
