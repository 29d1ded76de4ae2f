"""Data that all instances of the filter share, on all threads and over reloads. Needs the grant `witdock:proxy/shared-data`."""

from collections.abc import Callable

from .wit import Err

from wit_world.imports import shared_data as _host


def get(key: str) -> bytes | None:
    entry = _host.get(key)
    return None if entry is None else entry.value


def set(key: str, value: bytes) -> None:
    _host.set(key, value)


def remove(key: str) -> bool:
    return _host.remove(key)


def update(key: str, change: Callable[[bytes | None], bytes]) -> bytes:
    """Changes a value as one step. `change` is called again if another thread has changed the value meanwhile."""
    while True:
        entry = _host.get(key)
        value = change(None if entry is None else entry.value)
        try:
            _host.compare_and_set(key, value, None if entry is None else entry.version)
            return value
        except Err as error:
            if not isinstance(error.value, _host.StoreError_Changed):
                raise
