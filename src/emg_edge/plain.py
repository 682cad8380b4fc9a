"""What is wrong with a document of the user's, in words: msgspec tells it in the types of a program."""

import re

_WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}
_PHRASES = (
    (re.compile(r"Object contains unknown field `(.*)`"), r"`\1` means nothing there"),
    (re.compile(r"Object missing required field `(.*)`"), r"`\1` is missing"),
    (re.compile(r"Expected `([^`]*)`, got `([^`]*)`"), r"expected `\1`, found `\2`"),
    (re.compile(r"^Expected `"), "expected `"),
)
_TYPE = re.compile(r"`([a-z]+(?: \| [a-z]+)*)`")
_PLACE = re.compile(r" - at `\$?\.?([^`]*)`")


def plain(error: Exception) -> str:
    """Return msgspec's sentence, or TOML's, on one line: the place first, then what was found and what was expected."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not text in UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said = " ".join(str(error).split())
    place = _PLACE.search(said)
    if place is not None:
        said = said[: place.start()]
    for pattern, phrase in _PHRASES:
        said = pattern.sub(phrase, said)
    if said.startswith("expected"):
        said = _TYPE.sub(_worded, said)
    return f"in `{place[1]}`: {said}" if place is not None and place[1] else said


def _worded(match: "re.Match[str]") -> str:
    words = match[1].split(" | ")
    return " or ".join(_WORDS[word] for word in words) if all(word in _WORDS for word in words) else match[0]
