import hashlib
import unittest

from witdock_etl import SchemaError, SettingsError, int32, utf8
from witdock_etl.testing import describe, open_session

from mask import MaskColumns

FIELDS = [utf8("email"), int32("age"), utf8("phone", nullable=True)]


class MaskTest(unittest.TestCase):
    def test_columns_are_masked_where_they_stand_and_nulls_stay(self):
        session = open_session(MaskColumns, FIELDS, {"columns": {"phone": "partial", "email": "hash"}, "salt": "s"})
        given = [
            {"email": "ada@example.org", "age": 36, "phone": "+44 20 7946-0958"},
            {"email": "é", "age": 1, "phone": None},
            {"email": "ada@example.org", "age": 3, "phone": "12 34"},
        ]
        rows, _ = session.process(given)
        self.assertEqual(list(rows[0]), ["email", "age", "phone"])
        hashed = [hashlib.sha256(f"s{row['email']}".encode()).hexdigest() for row in given]
        self.assertEqual([row["email"] for row in rows], hashed)
        self.assertEqual(
            [(row["age"], row["phone"]) for row in rows], [(36, "+** ** ****-0958"), (1, None), (3, "** **")]
        )

    def test_a_redacted_text_says_nothing_not_even_how_long_it_is(self):
        session = open_session(MaskColumns, [utf8("name")], {"columns": {"name": "redact"}})
        self.assertEqual(session.process([{"name": ""}, {"name": "Ada"}])[0], [{"name": "***"}, {"name": "***"}])

    def test_settings_that_do_not_fit_are_refused(self):
        for settings, error, message in [
            ({}, SettingsError, "missing field `columns`"),
            ({"columns": "email"}, SettingsError, '`columns` is "email"; expected a table'),
            (
                {"columns": {"email": "hide"}},
                SettingsError,
                "column `email`: unknown mask `hide`; expected `hash`, `redact`, `partial`",
            ),
            ({"columns": {"name": "hash"}}, SchemaError, "there is no column `name`; the columns are email, age, phone"),
            ({"columns": {"age": "hash"}}, SchemaError, "column `age` is int32; expected utf8"),
        ]:
            with self.subTest(settings=settings), self.assertRaises(error) as refused:
                describe(MaskColumns, FIELDS, settings)
            self.assertEqual(str(refused.exception), message)


if __name__ == "__main__":
    unittest.main()
