"""A clock that ticks for the instance: the filter's method `tick`. Needs the grant `witdock:proxy/timers`."""

from wit_world.imports.timers import set_tick

__all__ = ["set_tick"]
