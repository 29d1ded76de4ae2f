"""The exceptions that a plugin raises. Any other exception fails the call too, with the place where it was raised."""

from .wit import Err, SettingsError, plugin, types

__all__ = ["Failed", "NotApplicable", "SettingsError", "SyntaxProblem", "WrongArgument", "in_words"]


class NotApplicable(Exception):
    """A command does not apply here, for example to a document in this language. The reason is shown as information."""


class WrongArgument(Exception):
    """The argument is invalid. The text says what was expected."""


class Failed(Exception):
    """The command failed. The text gives the reason."""


class SyntaxProblem(Exception):
    """A document cannot be formatted because of a syntax error. It has the place, and says what was expected."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at


def in_words(error: Exception) -> str:
    """An error's text. For unexpected exceptions, with the type and the place where it was raised."""
    if isinstance(error, (Failed, NotApplicable, SettingsError, SyntaxProblem, WrongArgument)):
        return str(error)
    if isinstance(error, Err):
        # An error of the host: a variant, whose class is named after its case.
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


def of_activate(error: Exception) -> Err:
    if isinstance(error, SettingsError):
        return Err(plugin.ActivateError_Settings(str(error)))
    return Err(plugin.ActivateError_Failed(in_words(error)))


def of_command(error: Exception) -> Err:
    match error:
        case NotApplicable():
            return Err(types.CommandError_NotApplicable(str(error)))
        case WrongArgument():
            return Err(types.CommandError_Argument(str(error)))
        case _:
            return Err(types.CommandError_Failed(in_words(error)))


def of_format(error: Exception) -> Err:
    if isinstance(error, SyntaxProblem):
        return Err(plugin.FormatError_Syntax(plugin.Problem(error.at, str(error))))
    return Err(plugin.FormatError_Failed(in_words(error)))


def of_state(error: Exception) -> Err:
    return Err(in_words(error))
