"""An in-memory editor with one document, which plugins use in native tests. Tests use it through `testing`."""

import importlib
from typing import Any


class Document:
    """Implements `documents.Document` of the interface, with the same refusals."""

    def __init__(self, text: str, path: str, language: str) -> None:
        self._text = text.encode()
        self._revision = 1
        self._path, self._language = path, language
        self.selections = [(0, 0)]

    def saved(self) -> tuple[bytes, list[tuple[int, int]]]:
        return self._text, self.selections

    def take_back(self, saved: tuple[bytes, list[tuple[int, int]]]) -> None:
        """Undoes the changes since then. Revisions are never reused."""
        self._revision += self._text is not saved[0]
        self._text, self.selections = saved

    def version(self) -> Any:
        return _types().DocumentVersion(self.id(), self._revision)

    def id(self) -> int:
        return 1

    def revision(self) -> int:
        return self._revision

    def info(self) -> Any:
        return _types().DocumentInfo(self.version(), self._path, self._language, self._revision > 1)

    def read_only(self) -> bool:
        return False

    def indentation(self) -> Any:
        return _types().Indentation_Spaces(4)

    def line_ending(self) -> str:
        return "\r\n" if b"\r\n" in self._text else "\n"

    def length(self) -> int:
        return len(self._text)

    def line_count(self) -> int:
        return self._text.count(b"\n") + 1

    def text(self, range: Any) -> str:
        documents = _module("documents")
        if range.start > range.end or range.end > len(self._text):
            raise _error(documents.TextError_OutOfRange(len(self._text)))
        for at in (range.start, range.end):
            if not self.is_boundary(at):
                raise _error(documents.TextError_NotOnBoundary(at))
        return self._text[range.start : range.end].decode()

    def whole_text(self) -> str:
        return self._text.decode()

    def lines(self, first: int, count: int) -> list[Any]:
        lines, start = [], 0
        for line in self._text.split(b"\n"):
            lines.append(_module("documents").Line(start, line.removesuffix(b"\r").decode()))
            start += len(line) + 1
        return lines[first : first + count]

    def line_at(self, offset: int) -> int:
        return self._text.count(b"\n", 0, offset)

    def is_boundary(self, at: int) -> bool:
        return at == len(self._text) or self._text[at] & 0xC0 != 0x80

    def apply(self, against: int, edits: list[Any]) -> int:
        documents = _module("documents")
        if against != self._revision:
            raise _error(documents.EditError_Stale(self._revision))
        behind = 0
        for index, edit in enumerate(edits):
            start, end = edit.range.start, edit.range.end
            if start > end or end > len(self._text):
                raise _error(documents.EditError_OutOfRange(index))
            if not self.is_boundary(start) or not self.is_boundary(end):
                raise _error(documents.EditError_NotOnBoundary(index))
            if start < behind:
                raise _error(documents.EditError_Overlapping(index))
            behind = end
        if edits:
            changes = [(edit.range.start, edit.range.end, edit.text.encode()) for edit in edits]
            pieces, behind = [], 0
            for start, end, text in changes:
                pieces += [self._text[behind:start], text]
                behind = end
            self._text = b"".join([*pieces, self._text[behind:]])
            self.selections = [(_moved(anchor, changes), _moved(head, changes)) for anchor, head in self.selections]
            self._revision += 1
        return self._revision

    def __enter__(self) -> "Document":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _moved(at: int, changes: list[tuple[int, int, bytes]]) -> int:
    by = 0
    for start, end, text in changes:
        if end <= at:
            by += len(text) - (end - start)
        elif start < at:
            return start + by + len(text)
    return at + by


class Editor:
    """The editor's state, as plugins see and change it."""

    def __init__(self, document: Document, files: dict[str, str], settings: str) -> None:
        self.document = document
        self.files = files
        self.settings = settings
        # The messages shown: severity (none for the status line) and text.
        self.messages: list[tuple[Any, str]] = []
        # By name: segments of the status line, open panels, and sets of decorations.
        self.segments: dict[str, Any] = {}
        self.panels: dict[str, Any] = {}
        self.decorations: dict[str, list[Any]] = {}
        # By ticket.
        self.questions: dict[int, Any] = {}
        self.timers: dict[int, int] = {}
        # Commands that were queued.
        self.jobs: list[Any] = []
        self.clipboard = ""
        self._tickets = 0

    def ticket(self) -> int:
        self._tickets += 1
        return self._tickets


# The editor that plugins see.
editor: Editor | None = None


def _editor() -> Editor:
    if editor is None:
        raise RuntimeError("there is no editor; call `witdock_editor.testing.open_editor` first")
    return editor


def _module(name: str) -> Any:
    return importlib.import_module(f"wit_world.imports.{name}")


def _types() -> Any:
    return _module("types")


def _error(value: Any) -> Exception:
    from componentize_py_types import Err

    return Err(value)


def _is_open(document: int) -> bool:
    return document == _editor().document.id()


def _check(version: Any, errors: Any, kind: str) -> None:
    if not _is_open(version.document):
        raise _error(getattr(errors, f"{kind}_NoSuchDocument")())
    if version.revision != _editor().document.revision():
        raise _error(getattr(errors, f"{kind}_Stale")(_editor().document.revision()))


def _get(document: int) -> Any:
    types = _types()
    selections = [types.Selection(anchor, head) for anchor, head in _editor().document.selections]
    return types.SelectionSet(selections, 0) if _is_open(document) else None


def _set(version: Any, selections: Any) -> None:
    errors, document, behind = _module("selections"), _editor().document, 0
    _check(version, errors, "SelectionError")
    if not 0 <= selections.primary < len(selections.selections):
        raise _error(errors.SelectionError_Empty())
    for index, selection in enumerate(selections.selections):
        start, end = sorted((selection.anchor, selection.head))
        if end > document.length():
            raise _error(errors.SelectionError_OutOfRange(index))
        if not document.is_boundary(start) or not document.is_boundary(end):
            raise _error(errors.SelectionError_NotOnBoundary(index))
        if start < behind:
            raise _error(errors.SelectionError_Overlapping(index))
        behind = end
    document.selections = [(selection.anchor, selection.head) for selection in selections.selections]


def _decorate(version: Any, name: str, decorations: list[Any]) -> None:
    _check(version, _module("decorations"), "DecorationError")
    _editor().decorations[name] = decorations


def _show(location: Any) -> None:
    _editor().document.selections = [(location.offset, location.offset)]


def _read_file(path: str) -> str:
    if path not in _editor().files:
        raise _error(_module("workspace").FileError_NotFound())
    return _editor().files[path]


def _kept(table: str, value: Any) -> int:
    ticket = _editor().ticket()
    getattr(_editor(), table)[ticket] = value
    return ticket


def _visible() -> Any:
    document = _editor().document
    return _module("viewport").Visible(document.version(), 0, document.line_count(), 80)


def install() -> None:
    """Replaces the stubs' functions by these."""
    log = _module("log")
    functions = {
        "documents": dict(
            current=lambda: _editor().document,
            open_documents=lambda: [_editor().document],
            by_id=lambda id: _editor().document if _is_open(id) else None,
        ),
        "selections": dict(
            get=_get,
            cursor=lambda document: _editor().document.selections[0][1] if _is_open(document) else None,
            set=_set,
        ),
        "viewport": dict(current=_visible, show=_show),
        "workspace": dict(
            root=lambda: "/workspace",
            open_documents=lambda: [_editor().document.info()],
            read_file=_read_file,
        ),
        "messages": dict(
            status=lambda text: _editor().messages.append((None, text)),
            notify=lambda severity, text: _editor().messages.append((severity, text)),
        ),
        "status_line": dict(
            set=lambda name, segment: _editor().segments.update({name: segment}),
            clear=lambda name: _editor().segments.pop(name, None),
        ),
        "panels": dict(
            show=lambda name, panel: _editor().panels.update({name: panel}),
            hide=lambda name: _editor().panels.pop(name, None),
            is_open=lambda name: name in _editor().panels,
        ),
        "decorations": dict(set=_decorate, clear=lambda document, name: _editor().decorations.pop(name, None)),
        "prompts": dict(
            ask=lambda question: _kept("questions", question),
            pick=lambda question: _kept("questions", question),
            withdraw=lambda ticket: _editor().questions.pop(ticket, None),
        ),
        "clipboard": dict(
            read=lambda: _editor().clipboard,
            write=lambda text: setattr(_editor(), "clipboard", text),
        ),
        "settings": dict(current=lambda: _editor().settings),
        "timers": dict(
            once=lambda after_ms: _kept("timers", max(after_ms, 10)),
            every=lambda period_ms: _kept("timers", max(period_ms, 10)),
            cancel=lambda ticket: _editor().timers.pop(ticket, None),
        ),
        "jobs": dict(run=lambda invocation: (_editor().jobs.append(invocation), _editor().ticket())[1]),
        "log": dict(
            write=lambda level, target, message: None,
            max_level=lambda: log.Level.ERROR,
            panicked=lambda message, location: None,
        ),
    }
    for name, members in functions.items():
        vars(_module(name)).update(members)
    # The host's document has another class.
    _module("documents").Document = Document
