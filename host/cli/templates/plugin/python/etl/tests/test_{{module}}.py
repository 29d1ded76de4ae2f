import unittest

from witdock_etl import SchemaError, SettingsError, utf8
from witdock_etl.testing import describe, open_session

from {{module}} import {{type}}

FIELDS = [utf8("name", nullable=True), utf8("born", nullable=True), utf8("city")]


class {{type}}Test(unittest.TestCase):
    def test_names_are_tidied_and_rows_without_a_name_are_rejected(self):
        rows, rejected = open_session({{type}}, FIELDS, {"year": 1852}).process(
            [
                {"name": " Ada ", "born": "1815", "city": "London"},
                {"name": " ", "born": "1900", "city": "Paris"},
                {"name": "Grace", "born": "long ago", "city": "New York"},
                {"name": None, "born": None, "city": "Rome"},
            ]
        )
        self.assertEqual(rows, [{"born": "1815", "city": "London", "name": "Ada", "age": 37}])
        self.assertEqual([(row, code) for row, code, _ in rejected], [(1, "no-name"), (2, "bad-year"), (3, "no-name")])

    def test_a_misfit_is_reported_before_the_first_row(self):
        with self.assertRaisesRegex(SettingsError, "missing field `year`"):
            describe({{type}}, FIELDS)
        with self.assertRaises(SchemaError):
            describe({{type}}, [utf8("name")], {"year": 1852})


if __name__ == "__main__":
    unittest.main()
