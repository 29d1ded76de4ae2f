"""Rows that leave the main stream. Needs the grant `witdock:etl/side-output`.

`emit("late", fields, to_batch(fields, rows))`. In a native test there is no side output.
"""

try:
    from wit_world.imports.side_output import emit
except ImportError:
    from .errors import DataError

    def emit(name: str, fields: list, rows: object) -> None:
        """Sends rows to the stage's side output of this name. The first call fixes its fields."""
        raise DataError(f"side output `{name}`: there is no host to receive it")


__all__ = ["emit"]
