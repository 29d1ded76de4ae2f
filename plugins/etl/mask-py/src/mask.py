"""Masks columns of text.

[stage.settings]
columns = { email = "hash", name = "redact", phone = "partial" }
salt = "…"    # prepended to the text before hashing, against dictionary attacks

A hash is SHA-256 in hexadecimal: equal texts stay equal. A null stays null.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from witdock_etl import Batch, Contract, DataType, Schema, SettingsError, transform

# The number of characters that stay readable.
READABLE = 4
_LETTER = re.compile(r"[^\W_]")

Mask = Callable[[str], str]


@dataclass
class Settings:
    columns: dict[str, str]
    salt: str = ""


def _hash(salt: str) -> Mask:
    salted = hashlib.sha256(salt.encode())

    def mask(text: str) -> str:
        hashed = salted.copy()
        hashed.update(text.encode())
        return hashed.hexdigest()

    return mask


def _redact(salt: str) -> Mask:
    return lambda text: "***"


def _partial(salt: str) -> Mask:
    """Replaces all letters and digits except the last by stars, so that the form stays visible."""

    def mask(text: str) -> str:
        letters = len(_LETTER.findall(text))
        return _LETTER.sub("*", text, count=letters - READABLE if letters > READABLE else 0)

    return mask


# The masks by name: functions of the salt and a text.
MASKS = {"hash": _hash, "redact": _redact, "partial": _partial}


@transform
class MaskColumns:
    Settings = Settings

    @staticmethod
    def describe(schema: Schema, settings: Settings) -> Contract:
        contract = schema.contract()
        for column, mask in settings.columns.items():
            if mask not in MASKS:
                raise SettingsError(
                    f"column `{column}`: unknown mask `{mask}`; expected `{'`, `'.join(MASKS)}`"
                )
            contract.read(column, DataType.UTF8)
        # A masked column keeps its position.
        for field in schema.fields:
            if field.name in settings.columns:
                contract.make(field)
            else:
                contract.pass_on(field.name)
        return contract

    def __init__(self, schema: Schema, settings: Settings) -> None:
        self.masks = {column: MASKS[mask](settings.salt) for column, mask in settings.columns.items()}

    def columns(self, batch: Batch) -> dict[str, list[str | None]]:
        return {
            column: [None if text is None else mask(text) for text in batch[column]]
            for column, mask in self.masks.items()
        }
