import unittest
from datetime import datetime, timezone

from witdock_etl import SchemaError, int32, to_datetime, utf8
from witdock_etl.testing import describe, open_session

from web_log import WebLog

FIELDS = [int32("shard"), utf8("line", nullable=True)]


def parse(*lines):
    return open_session(WebLog, FIELDS).process([{"shard": 7, "line": line} for line in lines])


def line(time="10/Oct/2023:13:55:36 -0700", request="GET /a?b=1 HTTP/1.1", status="200", size="2326", end=""):
    return f'203.0.113.9 - - [{time}] "{request}" {status} {size}{end}'


class WebLogTest(unittest.TestCase):
    def test_common_log_format_has_no_referrer_and_no_user_agent(self):
        rows, rejected = parse(line())
        self.assertEqual(rejected, [])
        [row] = rows
        self.assertEqual(to_datetime(row.pop("time")), datetime(2023, 10, 10, 20, 55, 36, tzinfo=timezone.utc))
        self.assertEqual(
            row,
            {
                "shard": 7,
                "ip": "203.0.113.9",
                "method": "GET",
                "path": "/a?b=1",
                "status": 200,
                "bytes": 2326,
                "referrer": None,
                "user_agent": None,
            },
        )

    def test_combined_log_format_has_both_with_quotes_escaped(self):
        rows, _ = parse(
            line(end=r' "https://example.org/é" "an \"agent\" \\ 1"'),
            line(end=' "-" "curl"', size="-"),
            '::1 - ada lovelace [29/Feb/2024:00:00:00 +0530] "OPTIONS *" 204 0 "-" "-"',
        )
        self.assertEqual(
            [(row["referrer"], row["user_agent"]) for row in rows],
            [("https://example.org/é", r'an "agent" \ 1'), (None, "curl"), (None, None)],
        )
        self.assertIsNone(rows[1]["bytes"])
        self.assertEqual((rows[2]["ip"], rows[2]["method"], rows[2]["path"]), ("::1", "OPTIONS", "*"))
        self.assertEqual(to_datetime(rows[2]["time"]), datetime(2024, 2, 28, 18, 30, tzinfo=timezone.utc))

    def test_a_line_that_is_none_is_rejected_with_what_is_wrong(self):
        bad = [
            (None, "not-a-log-line"),
            ("", "not-a-log-line"),
            ("hello", "not-a-log-line"),
            (f"{line()} extra", "not-a-log-line"),
            (line(time="30/Feb/2023:13:55:36 -0700"), "bad-time"),
            (line(time="10/Okt/2023:13:55:36 -0700"), "bad-time"),
            (line(time="10/Oct/2023:24:00:00 -0700"), "bad-time"),
            (line(time="10/Oct/2023:13:55:36"), "bad-time"),
            (line(request="-"), "bad-request"),
            (line(request=r"\x16\x03"), "bad-request"),
            (line(status="999"), "bad-status"),
            (line(size="many"), "bad-bytes"),
            (line(size="9999999999999999999"), "bad-bytes"),
        ]
        rows, rejected = parse(line(), *(text for text, _ in bad), line())
        self.assertEqual(len(rows), 2)
        self.assertEqual(
            [(row, code) for row, code, _ in rejected], [(row, code) for row, (_, code) in enumerate(bad, 1)]
        )
        self.assertEqual(rejected[9][2], r"`\x16\x03` is not a request such as GET / HTTP/1.1")

    def test_the_column_of_lines_has_a_name_and_may_stay(self):
        fields = [utf8("line"), utf8("raw")]
        names = lambda settings: [field.name for field in describe(WebLog, fields, settings)]
        self.assertEqual(names({})[:2], ["raw", "ip"])
        self.assertEqual(names({"column": "raw", "keep": True})[:3], ["line", "raw", "ip"])
        with self.assertRaisesRegex(SchemaError, "^there is no column `x`; the columns are line, raw$"):
            names({"column": "x"})


if __name__ == "__main__":
    unittest.main()
