"""Queues between filters. They outlive reloads. Needs the grant `witdock:proxy/queues`."""

from wit_world.imports.queues import find, receive, register, send

__all__ = ["find", "receive", "register", "send"]
