"""Writes to the proxy's log. Python's `logging` does not work, because it needs a clock."""

from witdock_plugin.log import debug, error, info, trace, warn

__all__ = ["debug", "error", "info", "trace", "warn"]
