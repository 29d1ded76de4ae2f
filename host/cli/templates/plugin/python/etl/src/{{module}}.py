"""{{name}}: tidies people's names and adds their age; rejects rows without a name.

[stage.settings]
year = 2026
"""

from dataclasses import dataclass

from witdock_etl import Contract, DataType, Reject, Schema, int32, transform, utf8


@dataclass
class Settings:
    """The settings of the stage."""

    year: int


@transform
class {{type}}:
    """The transform. Its attributes are kept between rows."""

    Settings = Settings

    # The columns that are read and made. Only these cross between the host and the plugin.
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
            raise Reject("no-name", "`name` is empty")
        if not born.isdecimal():
            raise Reject("bad-year", f"invalid year `{born}` in `born`")
        return {"name": name, "age": self.year - int(born)}
