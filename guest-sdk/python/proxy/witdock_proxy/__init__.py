"""Filters of witdock-proxy in Python: a class with a method for each part of a request and its response.

The proxy's interfaces are the modules `calls`, `metrics`, `properties`, `queues`, `retirement`, `shared_data` and `timers`, which need
a grant, and `log`.
"""

from .component import proxy_filter
from .errors import SettingsError
from .stream import Body, Headers, Stream
from .wit import http as _http
from .wit import types as _types

Action, Side, Callbacks, Part = _types.Action, _http.Side, _http.Callbacks, _http.Part
PROCEED, PAUSE, HOLD = Action.PROCEED, Action.PAUSE, Action.HOLD

__all__ = [
    "HOLD",
    "PAUSE",
    "PROCEED",
    "Action",
    "Body",
    "Callbacks",
    "Headers",
    "Part",
    "SettingsError",
    "Side",
    "Stream",
    "proxy_filter",
]
