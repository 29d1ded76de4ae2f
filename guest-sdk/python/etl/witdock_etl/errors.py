"""What a transform raises. Any other exception fails the batch too, with the place where it was raised."""

from .wit import Err, SettingsError, types

__all__ = ["DataError", "Reject", "SchemaError", "SettingsError", "in_words", "told"]


class Reject(Exception):
    """This row is rejected, and the others go on. `code` is a short name to count and branch on, such as `bad-date`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SchemaError(Exception):
    """The input's schema does not suit this transform: which column, and what was expected."""


class DataError(Exception):
    """The batch as a whole cannot be processed."""


def in_words(error: Exception) -> str:
    """An error's text; for one that nobody foresaw, with its type and the place where it was raised."""
    if isinstance(error, (SettingsError, SchemaError, DataError)):
        return str(error)
    if isinstance(error, Err):
        # One of the host's: a variant, whose class is called after its case.
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
    """What is raised at the host, whose word for an error is a variant."""
    match error:
        case SettingsError():
            return Err(types.Error_Settings(str(error)))
        case SchemaError():
            return Err(types.Error_Schema(str(error)))
        case _:
            return Err(types.Error_Data(in_words(error)))
