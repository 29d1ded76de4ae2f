"""What errors say. Any exception from a callback ends the exchange, with the place where it was raised."""

from .wit import Err, SettingsError

__all__ = ["SettingsError", "in_words"]


def in_words(error: Exception) -> str:
    """An error's text. For unexpected exceptions, with the type and the place where it was raised."""
    if isinstance(error, SettingsError):
        return str(error)
    if isinstance(error, Err):
        # An error of the proxy: a variant, whose class is named after its case.
        case = type(error.value).__name__.rpartition("_")[2]
        value = getattr(error.value, "value", None)
        return case if value is None else f"{case}: {value}"
    text = f"{type(error).__name__}: {error}"
    place = error.__traceback__
    if place is None:
        return text
    while place.tb_next is not None:
        place = place.tb_next
    code = place.tb_frame.f_code
    file = code.co_filename.replace("\\", "/").rpartition("/")[2]
    return f"{text} (in {code.co_name}, {file}:{place.tb_lineno})"
