import unittest
from datetime import date, datetime, timedelta, timezone

from witdock_etl import (
    DataError,
    binary,
    boolean,
    date32,
    float64,
    int32,
    int64,
    timestamp_us,
    to_column,
    to_date,
    to_datetime,
    to_list,
    utf8,
)


def there(field, values):
    return to_list(to_column(field("x", nullable=True), values), len(values))


class Columns(unittest.TestCase):
    def test_values_come_back_as_they_went_with_nulls(self):
        for field, values in [
            (boolean, [True, False, None, True, True, False, True, False, True]),
            (int32, [1, None, -(2**31), 2**31 - 1]),
            (int64, [1, None, -(2**63), 2**63 - 1]),
            (float64, [1.5, None, -0.0, float("inf")]),
            (date32, [-1, None, 20_000]),
            (timestamp_us, [-1, None, 1_700_000_000_000_000]),
            (utf8, ["", None, "plain", "größer", "😀"]),
            (utf8, ["", None, "plain"]),
            (binary, [b"\0\xff", None, b""]),
        ]:
            with self.subTest(field=field.__name__):
                self.assertEqual(there(field, values), values)
                self.assertEqual(there(field, []), [])

    def test_a_column_without_a_null_has_no_bitmap(self):
        self.assertIsNone(to_column(utf8("x"), ["a"]).validity)
        self.assertEqual(to_column(utf8("x", nullable=True), ["a", None, "c"]).validity, bytes([0b101]))

    def test_bitmaps_are_least_significant_bit_first(self):
        column = to_column(boolean("x"), [row in (0, 9) for row in range(10)])
        self.assertEqual(column.values.value, bytes([1, 2]))

    def test_dates_and_times_are_taken_and_given(self):
        instant = datetime(2024, 2, 29, 23, 59, 59, 999_999)
        here = instant.replace(tzinfo=timezone(timedelta(hours=2)))
        self.assertEqual(there(timestamp_us, [instant, here]), [1_709_251_199_999_999, 1_709_243_999_999_999])
        self.assertEqual(to_datetime(1_709_251_199_999_999), instant.replace(tzinfo=timezone.utc))
        self.assertEqual(there(date32, [date(2024, 2, 29), date(1969, 12, 31)]), [19_782, -1])
        self.assertEqual(to_date(19_782), date(2024, 2, 29))
        self.assertEqual(there(float64, [1]), [1.0])

    def test_a_value_of_another_type_is_named_with_its_row(self):
        for field, values, message in [
            (utf8, ["a", None], "`x` is null in row 1 of the output, but the contract says that it is not nullable"),
            (utf8, ["a", 1], "`x` is 1 in row 1 of the output; expected a str"),
            (int32, [0, 2**31], "`x` is 2147483648 in row 1 of the output; expected an int of 32 bits"),
            (int64, [1.5], "`x` is 1.5 in row 0 of the output; expected an int of 64 bits"),
            (boolean, [1], "`x` is 1 in row 0 of the output; expected a bool"),
            (float64, ["1"], "`x` is '1' in row 0 of the output; expected a float"),
            (timestamp_us, [date(2024, 1, 1)], None),
            (date32, [datetime(2024, 1, 1)], None),
            (binary, ["a"], "`x` is 'a' in row 0 of the output; expected bytes"),
        ]:
            with self.subTest(field=field.__name__), self.assertRaises(DataError) as refused:
                to_column(field("x"), values)
            if message is not None:
                self.assertEqual(str(refused.exception), message)

    def test_text_is_cut_by_bytes(self):
        texts = ["a", "é", "", "日本", "😀b", "plain"]
        column = to_column(utf8("x"), texts).values.value
        self.assertEqual(column.offsets, [0, 1, 3, 3, 9, 14, 19])
        self.assertEqual(column.data, "".join(texts).encode())
        self.assertEqual(there(utf8, ["x\ud800"]), ["x?"])


if __name__ == "__main__":
    unittest.main()
