"""Columns as lists, and lists as columns.

============  =============================  ===============================
type          value in a list                also accepted
============  =============================  ===============================
boolean       bool
int32, int64  int
float64       float                          int
date32        int, days since 1970-01-01     date
timestamp-us  int, microseconds since then   datetime, in UTC without a zone
utf8          str
binary        bytes
============  =============================  ===============================

A null is None. An `ipc` column cannot be a list, because only Arrow can read it.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from itertools import accumulate, pairwise
from typing import Any

from .errors import DataError
from .wit import types

DataType = types.DataType

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)


def to_datetime(microseconds: int) -> datetime:
    """The instant of a `timestamp-us`."""
    return _EPOCH + timedelta(microseconds=microseconds)


def to_date(days: int) -> date:
    """The day of a `date32`."""
    return date.fromordinal(days + _EPOCH_DAY)


def type_name(data_type: DataType) -> str:
    """The type's name in the WIT: `int32`, `timestamp-us`."""
    return data_type.name.lower().replace("_", "-")


def _bits(bitmap: bytes, rows: int) -> str:
    """A bitmap as a string of 0 and 1, which is faster in Python than bits."""
    return f"{int.from_bytes(bitmap, 'little'):0{rows}b}"[::-1][:rows]


def _bitmap(bits: str) -> bytes:
    return int(bits[::-1] or "0", 2).to_bytes((len(bits) + 7) // 8, "little")


def _texts(column: types.BytesColumn) -> list[str]:
    """Decodes all bytes at once if possible, since slicing a string is faster than decoding another one."""
    data = bytes(column.data)
    if data.isascii():
        text = data.decode("ascii")
        return [text[start:end] for start, end in pairwise(column.offsets)]
    return [data[start:end].decode() for start, end in pairwise(column.offsets)]


def to_list(column: types.Column, rows: int) -> list[Any]:
    """A column's values, with None for nulls."""
    value = column.values.value
    match column.values:
        case types.Values_Boolean():
            values = [bit == "1" for bit in _bits(value, rows)] if rows else []
        case types.Values_Utf8():
            values = _texts(value)
        case types.Values_Binary():
            values = [value.data[start:end] for start, end in pairwise(value.offsets)]
        case types.Values_Ipc():
            raise DataError("an ipc column cannot be read as a list")
        case _:
            values = value
    if column.validity is None or rows == 0:
        return values
    return [one if bit == "1" else None for one, bit in zip(values, _bits(column.validity, rows))]


def _numbers(code: str) -> Callable[[list[Any]], list[Any]]:
    def check(values: list[Any]) -> list[Any]:
        array(code, values)
        return values

    return check


def _booleans(values: list[Any]) -> bytes:
    for value in values:
        if type(value) is not bool:
            raise TypeError
    return _bitmap("".join(["1" if value else "0" for value in values]))


def _utf8(values: list[Any]) -> types.BytesColumn:
    text = "".join(values)
    if text.isascii():
        return types.BytesColumn(list(accumulate(map(len, values), initial=0)), text.encode("ascii"))
    return _binary([value.encode("utf-8", "replace") for value in values])


def _binary(values: list[Any]) -> types.BytesColumn:
    data = b"".join(values)
    return types.BytesColumn(list(accumulate(map(len, values), initial=0)), data)


def _days(values: list[Any]) -> list[int]:
    # A datetime is a date too, but is not accepted here.
    days = [value.toordinal() - _EPOCH_DAY if type(value) is date else value for value in values]
    return _numbers("i")(days)


def _microseconds(values: list[Any]) -> list[int]:
    instants = [_since_epoch(value) if isinstance(value, datetime) else value for value in values]
    return _numbers("q")(instants)


def _since_epoch(instant: datetime) -> int:
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=timezone.utc)
    return (instant - _EPOCH) // _MICROSECOND


# By type: the variant's case, the placeholder for a null, the function that checks and encodes values, and what is expected.
_KINDS: dict[DataType, tuple[Callable[[Any], Any], Any, Callable[[list[Any]], Any], str]] = {
    DataType.BOOLEAN: (types.Values_Boolean, False, _booleans, "a bool"),
    DataType.INT32: (types.Values_Int32, 0, _numbers("i"), "an int of 32 bits"),
    DataType.INT64: (types.Values_Int64, 0, _numbers("q"), "an int of 64 bits"),
    DataType.FLOAT64: (types.Values_Float64, 0.0, lambda values: list(array("d", values)), "a float"),
    DataType.DATE32: (types.Values_Date32, 0, _days, "a date, or an int of days"),
    DataType.TIMESTAMP_US: (types.Values_TimestampUs, 0, _microseconds, "a datetime, or an int of microseconds"),
    DataType.UTF8: (types.Values_Utf8, "", _utf8, "a str"),
    DataType.BINARY: (types.Values_Binary, b"", _binary, "bytes"),
}


def to_column(field: types.Field, values: Sequence[Any]) -> types.Column:
    """The column of a field with these values."""
    if field.data_type not in _KINDS:
        raise DataError(f"`{field.name}` is {type_name(field.data_type)}, which cannot be made from a list")
    case, filler, lay_out, expected = _KINDS[field.data_type]
    values = list(values)
    validity = None
    if None in values:
        if not field.nullable:
            raise DataError(
                f"`{field.name}` is null in row {values.index(None)} of the output, "
                "but the contract says that it is not nullable"
            )
        validity = _bitmap("".join(["0" if value is None else "1" for value in values]))
        values = [filler if value is None else value for value in values]
    try:
        return types.Column(validity, case(lay_out(values)))
    except (TypeError, ValueError, OverflowError, AttributeError):
        for row, value in enumerate(values):
            try:
                lay_out([value])
            except (TypeError, ValueError, OverflowError, AttributeError):
                raise DataError(
                    f"`{field.name}` is {value!r:.60} in row {row} of the output; expected {expected}"
                ) from None
        raise


def to_batch(fields: Iterable[types.Field], rows: Sequence[dict[str, Any]]) -> types.Batch:
    """Rows as a batch of these fields, for a side output."""
    return types.Batch(len(rows), [to_column(field, [row[field.name] for row in rows]) for field in fields])
