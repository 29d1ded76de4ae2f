"""Metrics for the pipeline's operator. Needs the grant `witdock:etl/metrics`. In native tests the functions do nothing."""

try:
    from wit_world.imports.metrics import count, gauge, observe
except ImportError:

    def count(name: str, by: int) -> None:
        """Adds to a counter."""

    def gauge(name: str, value: float) -> None:
        """Sets a gauge."""

    def observe(name: str, value: float) -> None:
        """Records one observation in a histogram."""


__all__ = ["count", "gauge", "observe"]
