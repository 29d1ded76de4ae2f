import unittest
from dataclasses import dataclass

from witdock_etl import DataError, DataType, Reject, SchemaError, SettingsError, int32, int64, utf8
from witdock_etl.component import transform
from witdock_etl.errors import in_words, told
from witdock_etl.testing import describe, open_session

FIELDS = [utf8("word"), int32("n")]
ROWS = [{"word": "one", "n": 1}, {"word": "two", "n": 2}, {"word": "three", "n": 3}]


class Shout:
    @classmethod
    def describe(cls, schema, settings):
        return schema.contract().read("word", DataType.UTF8).pass_on("n").make(utf8("shout", nullable=True))

    def __init__(self, schema, settings):
        pass


@dataclass
class Line:
    shout: str | None


class Rows(unittest.TestCase):
    def test_a_row_gives_a_row_several_none_or_is_rejected(self):
        class Rows(Shout):
            def row(self, row):
                match row["word"]:
                    case "one":
                        return [Line("ONE"), {"shout": None}]
                    case "two":
                        raise Reject("even", "two is even")

        self.assertEqual(
            open_session(Rows, FIELDS).process(ROWS),
            ([{"n": 1, "shout": "ONE"}, {"n": 1, "shout": None}], [(1, "even", "two is even")]),
        )
        self.assertEqual(open_session(Rows, FIELDS).finish(), [])
        self.assertEqual(open_session(Rows, FIELDS).process([]), ([], []))

    def test_a_row_may_be_a_generator(self):
        class Rows(Shout):
            def row(self, row):
                for letter in row["word"][3:]:
                    yield Line(letter)

        rows, _ = open_session(Rows, FIELDS).process(ROWS)
        self.assertEqual([tuple(row.values()) for row in rows], [(3, "e"), (3, "e")])


class Columns(unittest.TestCase):
    def test_columns_give_columns_of_whose_rows_some_do_not_come_out(self):
        class Columns(Shout):
            def columns(self, batch):
                batch.leave_out(0)
                batch.reject(0, "late", "it is left out")
                batch.reject(2, "odd", "three is odd")
                return {"shout": [word.upper() for word in batch["word"]]}

        self.assertEqual(
            open_session(Columns, FIELDS).process(ROWS), ([{"n": 2, "shout": "TWO"}], [(2, "odd", "three is odd")])
        )

    def test_a_column_as_it_came_can_be_given_back(self):
        class Whole(Shout):
            def columns(self, batch):
                return {"shout": batch.raw("word")}

        class Part(Whole):
            def columns(self, batch):
                batch.leave_out(1)
                return super().columns(batch)

        words = lambda cls: [row["shout"] for row in open_session(cls, FIELDS).process(ROWS)[0]]
        self.assertEqual(words(Whole), ["one", "two", "three"])
        self.assertEqual(words(Part), ["one", "three"])


class Errors(unittest.TestCase):
    def refused(self, cls, settings, error, message):
        with self.assertRaises(error) as refused:
            open_session(cls, FIELDS, settings).process(ROWS)
        self.assertEqual(str(refused.exception), message)

    def test_settings(self):
        @dataclass
        class Settings:
            key: str
            loud: bool = False
            names: list[str] | None = None
            above: float = 0

            def __post_init__(self):
                if self.above < 0:
                    raise ValueError("`above` is 0 or more")

        class Set(Shout):
            row = None

        Set.Settings = Settings
        self.refused(Shout, {"x": 1}, SettingsError, "unknown field `x`, this plugin has no settings")
        known = "`key`, `loud`, `names`, `above`"
        self.refused(Set, {"x": 1}, SettingsError, f"unknown field `x`, expected {known}")
        self.refused(Set, {}, SettingsError, "missing field `key`")
        self.refused(Set, {"key": 1}, SettingsError, "`key` is 1; expected text")
        self.refused(Set, {"key": "", "loud": 1}, SettingsError, "`loud` is 1; expected true or false")
        self.refused(Set, {"key": "", "names": "a"}, SettingsError, '`names` is "a"; expected a list')
        self.refused(Set, {"key": "", "above": -1}, SettingsError, "`above` is 0 or more")

    def test_schema(self):
        def refused(contract, message):
            cls = type("Refused", (Shout,), {"describe": lambda schema, settings: contract(schema.contract())})
            with self.assertRaises(SchemaError) as error:
                describe(cls, FIELDS)
            self.assertEqual(str(error.exception), message)

        refused(lambda contract: contract.read("x"), "there is no column `x`; the columns are word, n")
        refused(lambda contract: contract.pass_all(but=["x"]), "there is no column `x`; the columns are word, n")
        refused(lambda contract: contract.read("n", DataType.UTF8), "column `n` is int32; expected utf8")
        refused(lambda contract: contract.pass_all().make(utf8("n")), "the output would have two columns `n`")

    def test_data(self):
        def cls(**methods):
            return type("Wrong", (Shout,), methods)

        missing = "the plugin returns no column `shout`, which its contract makes"
        self.refused(cls(columns=lambda self, batch: {}), {}, DataError, missing)
        self.refused(cls(row=lambda self, row: {}), {}, DataError, missing)
        self.refused(cls(row=lambda self, row: 1), {}, DataError, missing)
        short = "the plugin's `shout` has 0 rows, but the batch has 3"
        self.refused(cls(columns=lambda self, batch: {"shout": []}), {}, DataError, short)
        unread = "the plugin uses column `n`, which its contract does not read"
        self.refused(cls(columns=lambda self, batch: batch["n"]), {}, DataError, unread)

    def test_an_error_that_nobody_foresaw_has_its_place(self):
        try:
            None.nothing
        except AttributeError as error:
            text = in_words(error)
            self.assertEqual(told(error).value.value, text)
        self.assertRegex(text, r"^AttributeError: .*nothing.* \(in test_an_error\w+, test_session.py:\d+\)$")
        self.assertEqual(in_words(DataError("no")), "no")

    def test_a_class_that_is_no_transform_is_refused(self):
        with self.assertRaisesRegex(TypeError, "must have either `row` or `columns`"):
            transform(Shout)


class State(unittest.TestCase):
    def test_a_run_goes_on_from_what_the_last_one_saved_and_ends_with_rows_of_its_own(self):
        class Sum:
            @staticmethod
            def describe(schema, settings):
                return schema.contract().read("n", DataType.INT32).make(int64("sum"))

            def __init__(self, schema, settings):
                self.sum = 0

            def row(self, row):
                self.sum += row["n"]

            def finish(self):
                yield {"sum": self.sum}

            def save(self):
                return {"sum": self.sum}

            def restore(self, saved):
                self.sum = saved["sum"]

        old = open_session(Sum, FIELDS)
        self.assertEqual(old.process(ROWS), ([], []))
        new = open_session(Sum, FIELDS)
        new.restore(old.save())
        new.process([{"n": 36}])
        self.assertEqual(new.finish(), [{"sum": 42}])


if __name__ == "__main__":
    unittest.main()
