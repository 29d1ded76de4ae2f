"""A run of a transform. Converts between the host's batches and the author's rows or columns."""

import json
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from .columns import to_column, to_list
from .errors import DataError, Reject
from .schema import Contract, Field, Schema
from .wit import read_settings, types


def describe(cls: type, fields: list[Field], settings: str) -> Contract:
    """The columns that a run of this transform reads and writes."""
    return cls.describe(Schema(fields), read_settings(getattr(cls, "Settings", None), settings))


class Batch:
    """The batch that `columns` receives: the columns that the contract reads."""

    def __init__(self, fields: list[Field], batch: types.Batch) -> None:
        self.rows: int = batch.rows
        self._columns = {field.name: column for field, column in zip(fields, batch.columns)}
        self._out: set[int] = set()
        self.rejected: list[types.RowError] = []

    def raw(self, name: str) -> types.Column:
        """A column in the interface's form."""
        try:
            return self._columns[name]
        except KeyError:
            raise DataError(f"the plugin uses column `{name}`, which its contract does not read") from None

    def __getitem__(self, name: str) -> list[Any]:
        """A column as a list, with None for nulls."""
        try:
            return to_list(self.raw(name), self.rows)
        except DataError as error:
            raise error if name not in self._columns else DataError(f"column `{name}`: {error}") from None

    def leave_out(self, row: int) -> bool:
        """Omits a row without rejecting it, as a filter does. Returns whether the row was in the output before."""
        if not 0 <= row < self.rows or row in self._out:
            return False
        self._out.add(row)
        return True

    def reject(self, row: int, code: str, message: str) -> None:
        """Rejects a row. Only the first rejection of a row counts."""
        if self.leave_out(row):
            self.rejected.append(types.RowError(row, code, message))

    def selected(self) -> list[int] | None:
        """The output rows; None for all."""
        return [row for row in range(self.rows) if row not in self._out] if self._out else None


class Session:
    """One run of a transform over one stream of batches."""

    def __init__(self, cls: type, fields: list[Field], settings: str) -> None:
        self.contract = describe(cls, fields, settings)
        self.transform = cls(Schema(fields), read_settings(getattr(cls, "Settings", None), settings))

    def process(self, batch: types.Batch) -> types.Output:
        if hasattr(self.transform, "columns"):
            return self._columns(batch)
        return self._rows(batch)

    def finish(self) -> types.Output:
        finish = getattr(self.transform, "finish", list)
        rows = list(finish())
        if not rows:
            # Not `fresh`, which would need the columns that pass through too.
            columns = [_empty(field) for field in self.contract.made]
            return types.Output(types.OutputRows_Selected([]), columns, [])
        values = list(zip(*map(_reader(self.contract.output), rows)))
        columns = [to_column(field, column) for field, column in zip(self.contract.output, values)]
        return types.Output(types.OutputRows_Fresh(len(rows)), columns, [])

    def save(self) -> bytes:
        return json.dumps(self.transform.save()).encode()

    def restore(self, saved: bytes) -> None:
        self.transform.restore(json.loads(saved))

    def _rows(self, batch: types.Batch) -> types.Output:
        reads, made = self.contract.reads, self.contract.made
        names = [field.name for field in reads]
        one = self.transform.row
        read = _reader(made)
        origins: list[int] = []
        out: list[Sequence[Any]] = []
        rejected: list[types.RowError] = []
        lists = [to_list(column, batch.rows) for column in batch.columns]
        rows = zip(*lists) if lists else iter([()] * batch.rows)
        for row, values in enumerate(rows):
            try:
                result = one(dict(zip(names, values)))
                if isinstance(result, (list, Iterator)):
                    several = [read(each) for each in result]
                    origins.extend([row] * len(several))
                    out.extend(several)
                elif result is not None:
                    out.append(read(result))
                    origins.append(row)
            except Reject as reject:
                rejected.append(types.RowError(row, reject.code, reject.message))
        # Rows are converted to columns.
        values = list(zip(*out)) if out else [()] * len(made)
        columns = [to_column(field, column) for field, column in zip(made, values)]
        everything = origins == list(range(batch.rows))
        return types.Output(_output_rows(None if everything else origins), columns, rejected)

    def _columns(self, batch: types.Batch) -> types.Output:
        given = Batch(self.contract.reads, batch)
        made = self.transform.columns(given)
        selected = given.selected()
        columns = []
        for field in self.contract.made:
            if field.name not in made:
                raise DataError(f"the plugin returns no column `{field.name}`, which its contract makes")
            values = made[field.name]
            if isinstance(values, types.Column):
                if selected is None:
                    columns.append(values)
                    continue
                values = to_list(values, batch.rows)
            if len(values) != batch.rows:
                raise DataError(f"the plugin's `{field.name}` has {len(values)} rows, but the batch has {batch.rows}")
            columns.append(to_column(field, values if selected is None else [values[row] for row in selected]))
        return types.Output(_output_rows(selected), columns, given.rejected)


def _output_rows(rows: list[int] | None) -> Any:
    return types.OutputRows_All() if rows is None else types.OutputRows_Selected(rows)


def _empty(field: Field) -> types.Column:
    if field.data_type == types.DataType.IPC:
        return types.Column(None, types.Values_Ipc(b""))
    return to_column(field, [])


def _reader(fields: list[Field]) -> Callable[[Any], Sequence[Any]]:
    """Returns the values of these fields of a row, which is a dict or an object such as a dataclass."""
    names = [field.name for field in fields]
    if not names:
        return lambda row: ()
    from_dict, from_object = itemgetter(*names), attrgetter(*names)

    def read(row: Any) -> Sequence[Any]:
        try:
            values = from_dict(row) if isinstance(row, dict) else from_object(row)
        except (KeyError, AttributeError) as error:
            name = error.args[0] if isinstance(error, KeyError) else error.name
            raise DataError(f"the plugin returns no column `{name}`, which its contract makes") from None
        return values if len(names) > 1 else (values,)

    return read
