import unittest

from witdock_editor.testing import open_editor
from witdock_editor.wit import Err

from {{module}} import {{type}}


class {{type}}Test(unittest.TestCase):
    def test_the_selection_becomes_capitals(self):
        editor = open_editor({{type}}, "one straße")
        editor.select(4, 11)
        editor.run("capitals")
        self.assertEqual(editor.text, "one STRASSE")
        self.assertEqual(editor.messages, [(None, "changed in one place")])

    def test_without_a_selection_the_whole_text_becomes_capitals(self):
        editor = open_editor({{type}}, "one two")
        editor.run("capitals")
        self.assertEqual(editor.text, "ONE TWO")

    def test_the_key_is_a_setting(self):
        editor = open_editor({{type}}, settings={"key": "f5"})
        self.assertEqual(editor.registration.commands[0].default_keys, ["f5"])
        with self.assertRaises(Err):
            open_editor({{type}}, settings={"key": ""})


if __name__ == "__main__":
    unittest.main()
