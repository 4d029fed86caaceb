"""Text that a person may read in either language of the product."""

from typing import Literal, NamedTuple

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")


class Text(NamedTuple):
    """One text in Indonesian and English; `text.to(language)` picks one."""

    id: str
    en: str

    def to(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.id if language == "id" else self.en
