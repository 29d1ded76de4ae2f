"""Parses the lines of a web server's log.

[stage.settings]
column = "line"    # the column of lines; the default is "line"
keep = false       # whether to keep that column
"""

from dataclasses import dataclass

from log_line import Line, parse
from witdock_etl import Contract, DataType, Schema, int32, int64, timestamp_us, transform, utf8


@dataclass
class Settings:
    column: str = "line"
    keep: bool = False


@transform
class WebLog:
    Settings = Settings

    @staticmethod
    def describe(schema: Schema, settings: Settings) -> Contract:
        return (
            schema.contract()
            .read(settings.column, DataType.UTF8)
            .pass_all(but=() if settings.keep else (settings.column,))
            .make(
                utf8("ip"),
                timestamp_us("time"),
                utf8("method"),
                utf8("path"),
                int32("status"),
                int64("bytes", nullable=True),
                utf8("referrer", nullable=True),
                utf8("user_agent", nullable=True),
            )
        )

    def __init__(self, schema: Schema, settings: Settings) -> None:
        self.column = settings.column

    def row(self, row: dict[str, str | None]) -> Line:
        return parse(row[self.column])
