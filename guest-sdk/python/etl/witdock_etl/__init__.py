"""Transforms of witdock-etl in Python: a stage over rows or over columns.

The host's interfaces are the modules `metrics`, `lookup` and `side_output`, which need a grant, and `log`.
"""

from .columns import DataType, to_batch, to_column, to_date, to_datetime, to_list
from .component import transform
from .errors import DataError, Reject, SchemaError, SettingsError
from .schema import Contract, Field, Schema, binary, boolean, date32, float64, int32, int64, timestamp_us, utf8
from .session import Batch

__all__ = [
    "Batch",
    "Contract",
    "DataError",
    "DataType",
    "Field",
    "Reject",
    "Schema",
    "SchemaError",
    "SettingsError",
    "binary",
    "boolean",
    "date32",
    "float64",
    "int32",
    "int64",
    "timestamp_us",
    "to_batch",
    "to_column",
    "to_date",
    "to_datetime",
    "to_list",
    "transform",
    "utf8",
]
