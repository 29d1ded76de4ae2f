"""Writes to the host's log. Python's `logging` does not work, because it needs a clock."""

import sys

try:
    from wit_world.imports import log as host
except ImportError:
    host = None

_LEVELS = ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"]


def _write(level: str, message: str) -> None:
    if host is not None and _LEVELS.index(level) <= host.max_level().value:
        target = sys._getframe(2).f_globals.get("__name__", "")
        host.write(host.Level[level], target, message)


def error(message: str) -> None:
    _write("ERROR", message)


def warn(message: str) -> None:
    _write("WARN", message)


def info(message: str) -> None:
    _write("INFO", message)


def debug(message: str) -> None:
    _write("DEBUG", message)


def trace(message: str) -> None:
    _write("TRACE", message)
