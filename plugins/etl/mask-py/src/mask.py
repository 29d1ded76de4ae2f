"""Masks columns of text.

[stage.settings]
columns = { email = "hash", name = "redact", phone = "partial" }
salt = "…"    # goes before the text that is hashed, so that nobody finds it by hashing guesses

A hash is SHA-256 in hexadecimal: equal texts stay equal. A null stays null.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from witdock_etl import Batch, Contract, DataType, Schema, SettingsError, transform

# How many characters of a text stay readable.
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
    """Letters and digits but the last become stars, so that a number is still seen to be one."""

    def mask(text: str) -> str:
        letters = len(_LETTER.findall(text))
        return _LETTER.sub("*", text, count=letters - READABLE if letters > READABLE else 0)

    return mask


# Each by its name: given the salt, what a text becomes.
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
                    f"column `{column}`: there is no mask `{mask}`, expected `{'`, `'.join(MASKS)}`"
                )
            contract.read(column, DataType.UTF8)
        # What is masked stays where it was.
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
