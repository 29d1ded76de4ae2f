import unittest

from witdock_editor.testing import open_editor
from witdock_editor.wit import Err, plugin

from character import describe, findings
from characters import Characters


class Findings(unittest.TestCase):
    def found(self, text):
        return [(finding.index, finding.message.split(":")[0], finding.is_grave) for finding in findings(text)]

    def test_what_is_what_it_seems_is_not_found(self):
        self.assertEqual(self.found("naïve\tΑθήνα Москва 中文 😀 1 000"), [])
        self.assertEqual(self.found("👩\u200d💻 می\u200cخواهم"), [])

    def test_what_is_not_is(self):
        self.assertEqual(self.found("p\u0430ypal"), [(1, "U+0430 CYRILLIC SMALL LETTER A", True)])
        self.assertEqual(self.found("if\u202e (x)"), [(2, "U+202E RIGHT-TO-LEFT OVERRIDE", True)])
        self.assertEqual(self.found("a\u00a0b"), [(1, "U+00A0 NO-BREAK SPACE", False)])
        self.assertEqual(self.found("a\u200b\x00"), [(1, "U+200B ZERO WIDTH SPACE", False), (2, "U+0000 <control character>", False)])
        self.assertEqual(self.found("a\u200db"), [(1, "U+200D ZERO WIDTH JOINER", False)])

    def test_a_character_is_described(self):
        self.assertEqual(
            describe("é"),
            [
                "U+00E9 LATIN SMALL LETTER E WITH ACUTE",
                "lowercase letter",
                "= U+0065 LATIN SMALL LETTER E + U+0301 COMBINING ACUTE ACCENT",
                "UTF-8 C3 A9",
            ],
        )
        self.assertEqual(describe("½")[1], "number, 0.5")


class Plugin(unittest.TestCase):
    def test_hovering_tells_of_the_character(self):
        editor = open_editor(Characters, "a😀")
        hover = editor.hover(1)
        self.assertEqual((hover.range.start, hover.range.end), (1, 5))
        self.assertEqual(hover.lines[0][0].text, "U+1F600 GRINNING FACE")
        self.assertIsNone(editor.hover(5))

    def test_the_character_behind_the_cursor_is_named(self):
        editor = open_editor(Characters, "a😀")
        editor.select(1)
        editor.run("what")
        self.assertEqual(editor.messages, [(None, "U+1F600 GRINNING FACE")])
        editor.select(5)
        with self.assertRaises(Err):
            editor.run("what")

    def test_accents_are_composed(self):
        editor = open_editor(Characters, "e\u0301 e\u0301")
        editor.select(4, 7)
        editor.run("compose")
        self.assertEqual(editor.text, "e\u0301 é")
        editor.select(0)
        editor.run("compose")
        self.assertEqual(editor.text, "é é")

    def test_what_is_not_what_it_seems_is_marked_behind_longer_characters(self):
        editor = open_editor(Characters, "é\u00a0\u00a0")
        editor.tell(plugin.Event_Opened(editor.version))
        self.assertEqual([mark.value.at for mark in editor.decorations["seeming"]], [2, 4])
        editor = open_editor(Characters, "\u00a0", settings={"mark": False})
        editor.tell(plugin.Event_Idle(editor.version))
        self.assertEqual(editor.decorations, {})


if __name__ == "__main__":
    unittest.main()
