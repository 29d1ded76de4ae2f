"""Schemas and contracts."""

from dataclasses import replace
from typing import Self

from .columns import DataType, type_name
from .errors import SchemaError
from .wit import types

Field = types.Field


def _field(data_type: DataType, name: str, nullable: bool) -> Field:
    return Field(name, data_type, nullable, None)


def boolean(name: str, nullable: bool = False) -> Field:
    """Booleans."""
    return _field(DataType.BOOLEAN, name, nullable)


def int32(name: str, nullable: bool = False) -> Field:
    """32-bit integers."""
    return _field(DataType.INT32, name, nullable)


def int64(name: str, nullable: bool = False) -> Field:
    """64-bit integers."""
    return _field(DataType.INT64, name, nullable)


def float64(name: str, nullable: bool = False) -> Field:
    """64-bit floating-point numbers."""
    return _field(DataType.FLOAT64, name, nullable)


def date32(name: str, nullable: bool = False) -> Field:
    """Dates: days since 1970-01-01."""
    return _field(DataType.DATE32, name, nullable)


def timestamp_us(name: str, nullable: bool = False) -> Field:
    """Timestamps: microseconds since 1970-01-01T00:00:00 UTC."""
    return _field(DataType.TIMESTAMP_US, name, nullable)


def utf8(name: str, nullable: bool = False) -> Field:
    """Text."""
    return _field(DataType.UTF8, name, nullable)


def binary(name: str, nullable: bool = False) -> Field:
    """Bytes."""
    return _field(DataType.BINARY, name, nullable)


class Schema:
    """The columns of a batch, in order."""

    def __init__(self, fields: list[Field]) -> None:
        self.fields = fields
        self.names = [field.name for field in fields]

    def index(self, name: str) -> int:
        """The index of the column of this name. Raises a SchemaError that lists the existing columns."""
        if name not in self.names:
            raise SchemaError(f"there is no column `{name}`; the columns are {', '.join(self.names)}")
        return self.names.index(name)

    def field(self, name: str) -> Field:
        """The field of this name."""
        return self.fields[self.index(name)]

    def contract(self) -> "Contract":
        """Starts a contract over an input of this schema."""
        return Contract(self)


class Contract:
    """The columns that a transform reads and writes. The output's columns are in the order of the calls."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        # The columns that are read, as indexes of the input.
        self._reads: list[int] = []
        # The output's fields, with the input's index of columns that pass through.
        self._output: list[tuple[Field, int | None]] = []

    def read(self, name: str, data_type: DataType | None = None) -> Self:
        """Reads the column of this name, which must have this type; without a type, any type."""
        field = self._schema.field(name)
        if data_type is not None and field.data_type != data_type:
            raise SchemaError(
                f"column `{name}` is {type_name(field.data_type)}; expected {type_name(data_type)}"
            )
        index = self._schema.index(name)
        if index not in self._reads:
            self._reads.append(index)
        return self

    def pass_on(self, *names: str) -> Self:
        """Passes columns through unchanged."""
        for name in names:
            self._output.append((self._schema.field(name), self._schema.index(name)))
        return self

    def pass_all(self, *, but: tuple[str, ...] | list[str] = ()) -> Self:
        """Passes every column through, except these."""
        for name in but:
            self._schema.index(name)
        return self.pass_on(*(name for name in self._schema.names if name not in but))

    def make(self, *fields: Field) -> Self:
        """Makes new columns."""
        # Copied, since the caller may change the field later.
        self._output.extend((replace(field), None) for field in fields)
        return self

    @property
    def reads(self) -> list[Field]:
        """The fields that are read, in order."""
        return [self._schema.fields[index] for index in self._reads]

    @property
    def output(self) -> list[Field]:
        """The output's fields."""
        return [field for field, _ in self._output]

    @property
    def made(self) -> list[Field]:
        """The fields that are made, in order."""
        return [field for field, origin in self._output if origin is None]

    def to_wit(self) -> types.Contract:
        names = [field.name for field in self.output]
        for name in names:
            if names.count(name) > 1:
                raise SchemaError(f"the output would have two columns `{name}`")
        output = [
            types.OutputField_New(field) if origin is None else types.OutputField_Same(origin)
            for field, origin in self._output
        ]
        return types.Contract(self._reads, output)
