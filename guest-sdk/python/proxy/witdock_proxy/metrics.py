"""Metrics, which the proxy shows and exports under the filter's name. Needs the grant `witdock:proxy/metrics`."""

from wit_world.imports import metrics as _host


class Counter:
    """A number that only grows."""

    def __init__(self, name: str) -> None:
        self._number = _host.define(_host.Kind.COUNTER, name)

    def add(self, by: int = 1) -> None:
        _host.add(self._number, by)


class Gauge:
    """A number that grows and shrinks."""

    def __init__(self, name: str) -> None:
        self._number = _host.define(_host.Kind.GAUGE, name)

    def add(self, by: int) -> None:
        _host.add(self._number, by)

    def set(self, value: int) -> None:
        _host.record(self._number, value)


class Histogram:
    """Observations, counted by their size."""

    def __init__(self, name: str) -> None:
        self._number = _host.define(_host.Kind.HISTOGRAM, name)

    def record(self, value: int) -> None:
        _host.record(self._number, value)
