"""Tidies people's names and adds how old they are; rows without a name are rejected. The beginning of {{name}}.

[stage.settings]
year = 2026
"""

from dataclasses import dataclass

from witdock_etl import Contract, DataType, Reject, Schema, int32, transform, utf8


@dataclass
class Settings:
    """What a pipeline sets."""

    year: int


@transform
class {{type}}:
    """The transform. What it holds between two rows are its attributes."""

    Settings = Settings

    # What is read and what is made: only these columns cross between the host and the plugin.
    @staticmethod
    def describe(schema: Schema, settings: Settings) -> Contract:
        return (
            schema.contract()
            .read("name", DataType.UTF8)
            .read("born", DataType.UTF8)
            .pass_all(but=["name"])
            .make(utf8("name"), int32("age"))
        )

    def __init__(self, schema: Schema, settings: Settings) -> None:
        self.year = settings.year

    def row(self, row: dict[str, str | None]) -> dict[str, str | int]:
        name, born = (row["name"] or "").strip(), row["born"] or ""
        if not name:
            raise Reject("no-name", "`name` is empty, and a text was expected")
        if not born.isdecimal():
            raise Reject("bad-year", f"`born` is {born}, and a year was expected")
        return {"name": name, "age": self.year - int(born)}
