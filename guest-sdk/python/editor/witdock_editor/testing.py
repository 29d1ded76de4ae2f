"""Runs a plugin natively, for its tests, in an in-memory editor with one document:

    editor = open_editor(Capitals, "one two")
    editor.select(0, 3)
    editor.run("capitals")
    assert editor.text == "ONE two"

Offsets are bytes of UTF-8, as in a component, and what the editor refuses is refused here too.
"""

import json
from typing import Any

from . import component, native
from .wit import plugin, types


def open_editor(
    cls: type,
    text: str = "",
    *,
    path: str = "file.txt",
    language: str = "text",
    settings: dict[str, Any] | None = None,
    files: dict[str, str] | None = None,
) -> "Editor":
    """Starts a plugin in an editor with this text, these settings of the plugin, and these files to read."""
    editor = Editor(native.Document(text, path, language), files or {}, json.dumps(settings or {}))
    native.editor = editor
    # The tests may define other plugins; this class is the one to use.
    component._registered[:] = [cls]
    editor.registration = editor.plugin.activate(editor.settings)
    return editor


class Editor(native.Editor):
    registration: plugin.Registration

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.plugin = component.Plugin()
        self.state = component.State()

    @property
    def text(self) -> str:
        return self.document.whole_text()

    @property
    def version(self) -> types.DocumentVersion:
        return self.document.version()

    def select(self, anchor: int, head: int | None = None) -> None:
        """Selects one range; without `head` it is a cursor."""
        self.document.selections = [(anchor, anchor if head is None else head)]

    def run(self, name: str, argument: str | None = None) -> None:
        """Runs a command of the plugin. If it raises, text and selections do not change."""
        known = [command.name for command in self.registration.commands]
        if name not in known:
            raise ValueError(f"the plugin has registered no command `{name}`, only {', '.join(known)}")
        before = self.document.saved()
        try:
            self.plugin.run_command(name, argument)
        except Exception:
            self.document.take_back(before)
            raise

    def tell(self, event: plugin.Event) -> None:
        """Tells of an event."""
        self.plugin.on_event(event)

    def type(self, text: str) -> None:
        """Types text at the cursor and sends the event."""
        at, before = self.document.selections[0][1], self.document.revision()
        edits = [types.Edit(types.Range(at, at), text)]
        self.document.apply(before, edits)
        self.tell(plugin.Event_Changed(plugin.Change(self.version, before, edits, plugin.ChangeOrigin.TYPED)))

    def format(self) -> None:
        """Formats the document, as saving does."""
        self.document.apply(self.document.revision(), self.plugin.format(self.version))

    def complete(self, offset: int | None = None) -> list[plugin.Completion]:
        return self.plugin.complete(self._location(offset))

    def hover(self, offset: int | None = None) -> plugin.HoverText | None:
        return self.plugin.hover(self._location(offset))

    def answer(self, answer: plugin.Answer) -> None:
        """Answers the oldest question."""
        ticket = min(self.questions)
        del self.questions[ticket]
        self.tell(plugin.Event_Answered(plugin.Answered(ticket, answer)))

    def _location(self, offset: int | None) -> types.Location:
        at = self.document.selections[0][1] if offset is None else offset
        return types.Location(self.version, at)
