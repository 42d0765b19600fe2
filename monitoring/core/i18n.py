"""A marker for texts that are translated when they are shown.

It knows no web framework, so that enums and rules can carry their titles; `templating` resolves it.
"""

from collections.abc import Mapping
from typing import Self

LANGUAGES: Mapping[str, str] = {"en": "English", "ru": "Русский", "kk": "Қазақша", "ky": "Кыргызча", "tg": "Тоҷикӣ"}
"""Languages by their own names, in the order in which they are offered."""

SOURCE_LANGUAGE = "en"


class Message(str):
    """A text in the source language that is to be translated when it is shown, with its named values."""

    __slots__ = ("values",)

    values: Mapping[str, object]

    def __new__(cls, text: str, values: Mapping[str, object] | None = None) -> Self:
        message = super().__new__(cls, text)
        message.values = values or {}
        return message

    def having(self, **values: object) -> "Message":
        """The same text with values for its `%(name)s` places."""
        return Message(str(self), {**self.values, **values})

    def in_source_language(self) -> str:
        """The sentence with its values, untranslated: for logs and tests."""
        return str(self) % self.values if self.values else str(self)


def N_(text: str) -> Message:  # noqa: N802  (gettext's own name for "mark, do not translate yet")
    """Mark a text for translation."""
    return Message(text)


def text_in(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, else in what its readers know best, else whatever there is."""
    return next((texts[known] for known in understood(language) if texts.get(known)), next(iter(texts.values()), ""))


def understood(language: str) -> tuple[str, ...]:
    """The languages to try for a reader, best first: who reads Kazakh, Kyrgyz or Tajik reads Russian before English."""
    if language == SOURCE_LANGUAGE:
        return (SOURCE_LANGUAGE,)
    return (language, SOURCE_LANGUAGE) if language == "ru" else (language, "ru", SOURCE_LANGUAGE)
