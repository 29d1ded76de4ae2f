import unittest
from dataclasses import dataclass

from witdock_editor import (
    Completion,
    CompletionKind,
    Failed,
    NotApplicable,
    SyntaxProblem,
    bounds,
    clipboard,
    command,
    decorations,
    documents,
    extension,
    insert,
    messages,
    prompts,
    replace,
    selections,
    utf8_length,
)
from witdock_editor.testing import open_editor
from witdock_editor.wit import Err, plugin, types


@dataclass
class Settings:
    key: str = "alt-q"


class Quote:
    """Quotes what is selected."""

    Settings = Settings
    languages = ["text"]
    file_types = {"quoted": ["*.quoted"]}
    completion_triggers = ["'"]

    def __init__(self, settings):
        self.settings = settings
        self.changes = 0

    @command("Quote", "Quotes what is selected", keys=lambda self: [self.settings.key])
    def put_in_quotes(self):
        document = documents.current()
        ranges = [bounds(one) for one in selections.get(document.id()).selections]
        if any(start == end for start, end in ranges):
            raise NotApplicable("nothing is selected")
        document.apply(document.revision(), [insert(at, "'") for range in ranges for at in range])

    @command("Clear")
    def clear(self, argument):
        document = documents.current()
        document.apply(document.revision(), [replace(0, document.length(), argument or "")])
        if argument == "fail":
            raise Failed("it was to fail")

    def on_changed(self, change):
        self.changes += len(change.edits)

    def on_answered(self, answered):
        clipboard.write(answered.answer.value)

    def format(self, document):
        text = documents.by_id(document.document).whole_text()
        if "?" in text:
            raise SyntaxProblem(text.index("?"), "there is a ?")
        return [insert(utf8_length(text), "\n")]

    def complete(self, at):
        yield Completion("'", CompletionKind.SNIPPET, "", insert(at.offset, "'"))

    def save(self):
        return self.changes

    def restore(self, saved):
        self.changes = saved


class Extension(unittest.TestCase):
    def refused(self, value, call):
        with self.assertRaises(Err) as refused:
            call()
        self.assertEqual(refused.exception.value, value)

    def test_what_a_class_has_is_registered(self):
        registration = open_editor(Quote, settings={"key": "f5"}).registration
        names = [(one.name, one.title, one.default_keys) for one in registration.commands]
        self.assertEqual(names, [("put-in-quotes", "Quote", ["f5"]), ("clear", "Clear", [])])
        self.assertEqual(registration.events, plugin.EventKinds.CHANGED)
        self.assertEqual(registration.abilities, plugin.Abilities.FORMAT | plugin.Abilities.COMPLETE)
        self.assertEqual((registration.languages, registration.completion_triggers), (["text"], ["'"]))
        self.assertEqual(registration.file_types, [plugin.FileType("quoted", ["*.quoted"])])

    def test_a_command_edits_or_changes_nothing(self):
        editor = open_editor(Quote, "é a")
        self.refused(types.CommandError_NotApplicable("nothing is selected"), lambda: editor.run("put-in-quotes"))
        editor.select(2, 0)
        editor.run("put-in-quotes")
        self.assertEqual((editor.text, editor.document.selections), ("'é' a", [(4, 1)]))
        self.refused(types.CommandError_Failed("it was to fail"), lambda: editor.run("clear", "fail"))
        self.assertEqual(editor.text, "'é' a")
        editor.run("clear")
        self.assertEqual(editor.text, "")

    def test_events_come_to_methods_of_their_names(self):
        editor = open_editor(Quote, "a")
        editor.type("b")
        self.assertEqual((editor.text, editor.plugin.active.changes), ("ba", 1))
        editor.tell(plugin.Event_Saved(editor.version))
        ticket = prompts.ask(prompts.TextQuestion("?", "", ""))
        self.assertEqual(list(editor.questions), [ticket])
        editor.answer(plugin.Answer_Text("yes"))
        self.assertEqual(editor.clipboard, "yes")
        saved = editor.state.save()
        editor = open_editor(Quote)
        editor.state.restore(saved)
        self.assertEqual(editor.plugin.active.changes, 1)

    def test_abilities(self):
        editor = open_editor(Quote, "é")
        editor.format()
        self.assertEqual(editor.text, "é\n")
        self.assertEqual([one.label for one in editor.complete(2)], ["'"])
        editor = open_editor(Quote, "?")
        self.refused(plugin.FormatError_Syntax(plugin.Problem(0, "there is a ?")), editor.format)

    def test_what_is_wrong_is_told_in_words(self):
        wrong = plugin.ActivateError_Settings("`key` is 5; expected text")
        self.refused(wrong, lambda: open_editor(Quote, settings={"key": 5}))

        class Broken:
            @command("Break")
            def broken(self):
                None.nothing

        with self.assertRaises(Err) as refused:
            open_editor(Broken).run("broken")
        self.assertRegex(refused.exception.value.value, r"^AttributeError: .*nothing.* \(in broken, test_extension.py:\d+\)$")
        with self.assertRaisesRegex(TypeError, "has no @command"):
            extension(type("Empty", (), {}))
        with self.assertRaisesRegex(TypeError, "on_change: unknown event"):
            extension(type("Wrong", (), {"on_change": None, "hover": None}))

    def test_what_the_editor_refuses_is_refused(self):
        editor = open_editor(Quote, "é")
        document = editor.document
        self.refused(documents.EditError_Stale(1), lambda: document.apply(0, []))
        self.refused(documents.EditError_NotOnBoundary(0), lambda: document.apply(1, [insert(1, "")]))
        self.refused(documents.EditError_OutOfRange(0), lambda: document.apply(1, [insert(3, "")]))
        self.refused(documents.EditError_Overlapping(1), lambda: document.apply(1, [replace(0, 2, ""), insert(0, "")]))
        stale = types.DocumentVersion(1, 7)
        self.refused(decorations.DecorationError_Stale(1), lambda: decorations.set(stale, "a", []))
        empty = types.SelectionSet([], 0)
        self.refused(selections.SelectionError_Empty(), lambda: selections.set(editor.version, empty))
        messages.notify(types.Severity.ERROR, "no")
        self.assertEqual(editor.messages, [(types.Severity.ERROR, "no")])


if __name__ == "__main__":
    unittest.main()
