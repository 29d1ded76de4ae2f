"""Lines for the host's log. Python's `logging` asks for the time, which a component cannot."""

from witdock_plugin.log import debug, error, info, trace, warn

__all__ = ["debug", "error", "info", "trace", "warn"]
