r"""A line of a web server's log:

203.0.113.9 - ada [10/Oct/2023:13:55:36 -0700] "GET /a?b HTTP/1.1" 200 2326 "https://example.org/" "Mozilla/5.0"

The two texts at the end are Combined Log Format's; Common Log Format ends with the size.
"""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from witdock_etl import Reject

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_LINE = re.compile(rf"(\S+) \S+ .+? \[([^\]]*)\] {_QUOTED} (\S+) (\S+)(?: {_QUOTED} {_QUOTED})?\s*")
_TIME = re.compile(
    r"(\d\d/[A-Z][a-z][a-z]/\d{4}):([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60) ([+-])(\d\d)([0-5]\d)", re.ASCII
)
_REQUEST = re.compile(r"([A-Z]+) (\S+)(?: HTTP/[0-9](?:\.[0-9])?)?")
_STATUS = re.compile(r"[1-5][0-9][0-9]")
_BYTES = re.compile(r"[0-9]{1,18}")
_ESCAPED = re.compile(r'\\(["\\])')

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# How many characters of an invalid text the message shows.
_SHOWN_CHARACTERS = 60


class Line(NamedTuple):
    """The columns of a line."""

    ip: str
    time: int
    method: str
    path: str
    status: int
    bytes: int | None
    referrer: str | None
    user_agent: str | None


def parse(line: str | None) -> Line:
    """Returns the columns of a line, or raises a Reject."""
    if line is None:
        raise Reject("not-a-log-line", "the line is missing")
    parts = _LINE.fullmatch(line)
    if parts is None:
        raise Reject("not-a-log-line", f"`{_shown(line)}` is not a log line")
    ip, time, request_text, status, size, referrer, user_agent = parts.groups()
    microseconds = _microseconds(time)
    request = _REQUEST.fullmatch(_unescaped(request_text))
    if request is None:
        raise Reject("bad-request", f"`{_shown(request_text)}` is not a request such as GET / HTTP/1.1")
    if not _STATUS.fullmatch(status):
        raise Reject("bad-status", f"`{_shown(status)}` is not a status from 100 to 599")
    if size != "-" and not _BYTES.fullmatch(size):
        raise Reject("bad-bytes", f"`{_shown(size)}` is not a number of bytes")
    return Line(
        ip,
        microseconds,
        request[1],
        request[2],
        int(status),
        None if size == "-" else int(size),
        _quoted(referrer),
        _quoted(user_agent),
    )


def _microseconds(text: str) -> int:
    time = _TIME.fullmatch(text)
    day = None if time is None else _midnight(time[1])
    if day is None:
        raise Reject("bad-time", f"`{_shown(text)}` is not a time such as 10/Oct/2023:13:55:36 -0700")
    _, hour, minute, second, sign, zone_hours, zone_minutes = time.groups()
    zone = (int(zone_hours) * 60 + int(zone_minutes)) * (-60 if sign == "-" else 60)
    return (day + int(hour) * 3600 + int(minute) * 60 + int(second) - zone) * 1_000_000


@lru_cache(maxsize=64)
def _midnight(text: str) -> int | None:
    """Midnight of a day in seconds, None if the day does not exist. Cached, because lines are in order."""
    day, month, year = text.split("/")
    try:
        return (date(int(year), _MONTHS.index(month) + 1, int(day)).toordinal() - _EPOCH_DAY) * 86_400
    except ValueError:
        return None


def _quoted(text: str | None) -> str | None:
    """A quoted text; a dash means None."""
    return None if text is None or text == "-" else _unescaped(text)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def _shown(text: str) -> str:
    return f"{text[:_SHOWN_CHARACTERS]}…" if len(text) > _SHOWN_CHARACTERS else text
