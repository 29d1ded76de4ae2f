"""The exceptions that a transform raises. Any other exception fails the batch too, with the place where it was raised."""

from .wit import Err, SettingsError, types

__all__ = ["DataError", "Reject", "SchemaError", "SettingsError", "in_words", "told"]


class Reject(Exception):
    """Rejects one row; the others are processed. `code` is a short code to count and branch on, such as `bad-date`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SchemaError(Exception):
    """The input's schema does not match. The text names the column and says what was expected."""


class DataError(Exception):
    """The whole batch cannot be processed."""


def in_words(error: Exception) -> str:
    """An error's text. For unexpected exceptions, with the type and the place where it was raised."""
    if isinstance(error, (SettingsError, SchemaError, DataError)):
        return str(error)
    if isinstance(error, Err):
        # An error of the host: a variant, whose class is named after its case.
        case = type(error.value).__name__.rpartition("_")[2]
        return f"{case}: {getattr(error.value, 'value', error.value)}"
    text = f"{type(error).__name__}: {error}"
    place = error.__traceback__
    if place is None:
        return text
    while place.tb_next is not None:
        place = place.tb_next
    code = place.tb_frame.f_code
    file = code.co_filename.replace("\\", "/").rpartition("/")[2]
    return f"{text} (in {code.co_name}, {file}:{place.tb_lineno})"


def told(error: Exception) -> Err:
    """Converts an error to the host's variant."""
    match error:
        case SettingsError():
            return Err(types.Error_Settings(str(error)))
        case SchemaError():
            return Err(types.Error_Schema(str(error)))
        case _:
            return Err(types.Error_Data(in_words(error)))
