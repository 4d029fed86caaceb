"""The one error tree: what went wrong, why, and what to do next."""


class TepatError(Exception):
    """An error that a user can act on; the CLI prints it and exits 2, a page shows it with a reference id.

    Args:
        message: What went wrong, in one sentence.
        cause: Why, naming file, column and rows where there are any; never an identifier of a person.
        next_step: What the reader can do now.
    """

    def __init__(self, message: str, *, cause: str = "", next_step: str = "") -> None:
        self.message = message
        self.cause = cause
        self.next_step = next_step
        super().__init__(" ".join(part for part in (message, cause, next_step) if part))


class ExportError(TepatError):
    """An export that cannot be read as its mapping says: a missing file or column, a wrong type."""


class MappingError(TepatError):
    """A mapping file that cannot be understood."""


class GateError(TepatError):
    """An export that was read but may not be published."""
