"""Describes characters with Python's Unicode database."""

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_CATEGORIES = {
    "Lu": "uppercase letter",
    "Ll": "lowercase letter",
    "Lt": "titlecase letter",
    "Lm": "modifier letter",
    "Lo": "letter",
    "Mn": "combining mark",
    "Mc": "combining mark",
    "Me": "enclosing mark",
    "Nd": "digit",
    "Nl": "number",
    "No": "number",
    "Pc": "connector",
    "Pd": "dash",
    "Ps": "opening bracket",
    "Pe": "closing bracket",
    "Pi": "opening quote",
    "Pf": "closing quote",
    "Po": "punctuation",
    "Sm": "mathematical sign",
    "Sc": "currency sign",
    "Sk": "modifier sign",
    "So": "sign",
    "Zs": "space",
    "Zl": "line separator",
    "Zp": "paragraph separator",
    "Cc": "control character",
    "Cf": "format character",
    "Co": "private use",
    "Cn": "not assigned",
}
# They change the order in which text is shown, so that it looks different from what a compiler reads.
_REORDERING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\u200e\u200f")
# They look like Latin letters.
_SCRIPTS_LIKE_LATIN = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
_JOINERS = "\u200c\u200d"


class Finding(NamedTuple):
    """A misleading character."""

    # Its index in the text, in characters.
    index: int
    message: str
    # Whether it changes the meaning of the text, not only its look.
    is_grave: bool


def name(character: str) -> str:
    """`U+00E9 LATIN SMALL LETTER E WITH ACUTE`."""
    known = unicodedata.name(character, "") or f"<{_CATEGORIES.get(unicodedata.category(character), 'unknown')}>"
    return f"U+{ord(character):04X} {known}"


def describe(character: str) -> list[str]:
    """Lines that describe a character."""
    lines = [name(character), _CATEGORIES.get(unicodedata.category(character), "unknown")]
    value = unicodedata.numeric(character, None)
    if value is not None:
        lines[1] += f", {value:g}"
    parts = unicodedata.normalize("NFD", character)
    if parts != character:
        lines.append("= " + " + ".join(name(part) for part in parts))
    lines.append("UTF-8 " + character.encode("utf-8", "surrogatepass").hex(" ").upper())
    return lines


def findings(text: str) -> Iterator[Finding]:
    """The misleading characters of a text."""
    for index, character in enumerate(text):
        if character.isascii() and (character.isprintable() or character in "\t\r\n"):
            continue
        category = unicodedata.category(character)
        if character in _REORDERING:
            yield Finding(index, f"{name(character)}: changes the order in which text is shown", True)
        elif category in ("Cf", "Cc", "Zl", "Zp") and not _is_joining(text, index):
            yield Finding(index, f"{name(character)}: invisible", False)
        elif category == "Zs" and character != " ":
            yield Finding(index, f"{name(character)}: looks like a space but is another character", False)
        elif category in ("Lu", "Ll") and _is_in_latin_word(text, index):
            yield Finding(index, f"{name(character)}: looks like a Latin letter but is not one", True)


def _is_joining(text: str, index: int) -> bool:
    """Whether a joiner is between two characters that need one, as in emoji and in Persian."""
    around = text[max(index - 1, 0) : index + 2]
    return text[index] in _JOINERS and len(around) == 3 and not around[0].isascii() and not around[2].isascii()


def _is_in_latin_word(text: str, index: int) -> bool:
    if not unicodedata.name(text[index], "").startswith(_SCRIPTS_LIKE_LATIN):
        return False
    around = [text[at] for at in (index - 1, index + 1) if 0 <= at < len(text) and text[at].isalpha()]
    return any(unicodedata.name(one, "").startswith("LATIN") for one in around)
