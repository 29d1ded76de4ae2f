"""The end of an instance, whose filter's `retire` has answered False. Needs the grant `witdock:proxy/retirement`."""

from wit_world.imports.retirement import done

__all__ = ["done"]
