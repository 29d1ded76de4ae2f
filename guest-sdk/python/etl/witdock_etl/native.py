"""The types of `wit/etl/types.wit`, in componentize-py's form, for native tests."""

from dataclasses import dataclass, make_dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class Err(Exception):
    value: Any


DataType = Enum("DataType", "BOOLEAN INT32 INT64 FLOAT64 DATE32 TIMESTAMP_US UTF8 BINARY IPC", start=0)


@dataclass
class Field:
    name: str
    data_type: DataType
    nullable: bool
    ipc_schema: bytes | None


@dataclass
class BytesColumn:
    offsets: list[int]
    data: bytes


@dataclass
class Column:
    validity: bytes | None
    values: Any


@dataclass
class Batch:
    rows: int
    columns: list[Column]


@dataclass
class Contract:
    reads: list[int]
    output: list[Any]


@dataclass
class RowError:
    row: int
    code: str
    message: str


@dataclass
class Output:
    rows: Any
    columns: list[Column]
    rejected: list[RowError]


def _cases(variant: str, *cases: str) -> list[type]:
    return [make_dataclass(f"{variant}_{case}", ["value"]) for case in cases]


(
    Values_Boolean,
    Values_Int32,
    Values_Int64,
    Values_Float64,
    Values_Date32,
    Values_TimestampUs,
    Values_Utf8,
    Values_Binary,
    Values_Ipc,
) = _cases("Values", "Boolean", "Int32", "Int64", "Float64", "Date32", "TimestampUs", "Utf8", "Binary", "Ipc")
OutputField_Same, OutputField_New = _cases("OutputField", "Same", "New")
OutputRows_Selected, OutputRows_Fresh = _cases("OutputRows", "Selected", "Fresh")
OutputRows_All = make_dataclass("OutputRows_All", [])
Error_Settings, Error_Schema, Error_Data = _cases("Error", "Settings", "Schema", "Data")
