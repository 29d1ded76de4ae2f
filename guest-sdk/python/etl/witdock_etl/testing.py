"""Runs a transform natively, for its tests, through the same columns as in a component:

    session = open_session(Shout, [utf8("word")], {"loud": True})
    rows, rejected = session.process([{"word": "hello"}])
    assert rows == [{"word": "HELLO!"}] and rejected == []
"""

import json
from typing import Any

from . import session as run
from .columns import to_batch, to_list
from .schema import Field
from .wit import types

Rows = list[dict[str, Any]]


def describe(cls: type, fields: list[Field], settings: dict[str, Any] | None = None) -> list[Field]:
    """The output's fields."""
    contract = run.describe(cls, fields, json.dumps(settings or {}))
    contract.to_wit()
    return contract.output


def open_session(cls: type, fields: list[Field], settings: dict[str, Any] | None = None) -> "Session":
    """One run over batches of these fields."""
    describe(cls, fields, settings)
    return Session(cls, fields, json.dumps(settings or {}))


class Session:
    def __init__(self, cls: type, fields: list[Field], settings: str) -> None:
        self._session = run.Session(cls, fields, settings)
        self._fields = fields

    def process(self, rows: Rows) -> tuple[Rows, list[tuple[int, str, str]]]:
        """Processes one batch. Returns the output rows, and the rejected ones with code and message."""
        output = self._session.process(to_batch(self._session.contract.reads, rows))
        rejected = [(error.row, error.code, error.message) for error in output.rejected]
        return self._rows(output, rows), rejected

    def finish(self) -> Rows:
        """Ends the stream. Returns the rows that were still held."""
        return self._rows(self._session.finish(), [])

    def save(self) -> bytes:
        """Returns the state for the next generation: `new.restore(old.save())`."""
        return self._session.save()

    def restore(self, saved: bytes) -> None:
        self._session.restore(saved)

    def _rows(self, output: types.Output, given: Rows) -> Rows:
        match output.rows:
            case types.OutputRows_All():
                origins = list(range(len(given)))
            case types.OutputRows_Selected(value=value) | types.OutputRows_Fresh(value=value):
                origins = value if isinstance(value, list) else [None] * value
        made = iter([to_list(column, len(origins)) for column in output.columns])
        fresh = isinstance(output.rows, types.OutputRows_Fresh)
        columns = {}
        for field in self._session.contract.to_wit().output:
            match field:
                case types.OutputField_New(value=value):
                    columns[value.name] = next(made)
                case types.OutputField_Same(value=value):
                    name = self._fields[value].name
                    columns[name] = next(made) if fresh else [given[row][name] for row in origins]
        return [dict(zip(columns, values)) for values in zip(*columns.values())]
