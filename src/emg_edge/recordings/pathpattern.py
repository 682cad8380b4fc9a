"""Patterns with named fields for the place of a file in its folder, and what is made of the fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# {name} is any text within one folder's or file's name, {name:number} a whole number.
_FIELD = re.compile(r"\{(?P<name>[a-z][a-z0-9_]*)(?P<number>:number)?\}")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_SUM = re.compile(
    r"(?P<field>[a-z][a-z0-9_]*)(?: (?P<operator>%|//) (?P<by>[1-9]\d{0,5}))?(?: (?P<sign>[+-]) (?P<add>\d{1,6}))?"
)
_TEXT, _NUMBER = r"[^/]+?", r"[0-9]{1,6}"


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern; `numbers` are the fields that hold whole numbers."""

    expression: re.Pattern[str]
    fields: frozenset[str]
    numbers: frozenset[str]

    def match(self, place: str) -> dict[str, str] | None:
        """Fields of a whole path with / between its parts; None when it is of another form."""
        found = self.expression.fullmatch(place)
        return None if found is None else found.groupdict()


def compile_pattern(pattern: str) -> Pattern:
    """Compile 'training{round:number}/classe_{index:number}.dat'; letters match in either case.

    A field that stands twice must hold the same text in both places. Raises ValueError for what is no pattern.
    """
    if pattern.startswith("/") or any(part in ("", ".", "..") for part in pattern.split("/")):
        raise ValueError(f"the pattern '{pattern}' is no path below the folder, such as {{wearer}}/{{movement}}.csv")
    pieces, fields, numbers, end = [], set(), set(), 0
    for found in _FIELD.finditer(pattern):
        name = found["name"]
        pieces.append(_literal(pattern, end, found.start()))
        kind = _NUMBER if found["number"] else _TEXT
        pieces.append(f"(?P={name})" if name in fields else f"(?P<{name}>{kind})")
        fields.add(name)
        if found["number"]:
            numbers.add(name)
        end = found.end()
    pieces.append(_literal(pattern, end, len(pattern)))
    return Pattern(re.compile("".join(pieces), re.IGNORECASE), frozenset(fields), frozenset(numbers))


def _literal(pattern: str, start: int, end: int) -> str:
    text = pattern[start:end]
    if "{" in text or "}" in text:
        raise ValueError(f"the pattern '{pattern}' has a field that is neither {{name}} nor {{name:number}}: '{text}'")
    return re.escape(text)


def check_template(template: str, pattern: Pattern) -> None:
    """Raise ValueError when a text such as 'DB-{who}' names a field that the pattern has not."""
    names = set(_PLACEHOLDER.findall(template))
    if unknown := names - pattern.fields:
        raise ValueError(f"'{template}' names the field '{min(unknown)}', which its pattern has not")
    if "{" in (rest := _PLACEHOLDER.sub("", template)) or "}" in rest:
        raise ValueError(f"'{template}' has a brace that is no field; expected text such as DB-{{who}}")


def fill(template: str, fields: Mapping[str, str]) -> str:
    """Put fields into a template that was checked."""
    return _PLACEHOLDER.sub(lambda found: fields[found[1]], template)


def check_sum(text: str | int, pattern: Pattern) -> None:
    """Raise ValueError unless `text` is a number, a field of numbers, or a little arithmetic on one.

    Allowed are 'index', 'index + 1', 'index % 7', 'index // 7 + 1'.
    """
    if isinstance(text, int):
        return
    found = _SUM.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is no number; expected a field such as index, or index % 7, index // 7 + 1")
    if found["field"] not in pattern.fields:
        raise ValueError(f"'{text}' names the field '{found['field']}', which its pattern has not")
    if found["field"] not in pattern.numbers:
        raise ValueError(f"'{text}' needs a number; write {{{found['field']}:number}} in its pattern")


def number(text: str | int, fields: Mapping[str, str]) -> int:
    """Work out a number that was checked."""
    if isinstance(text, int):
        return text
    found = _SUM.fullmatch(text)
    assert found is not None
    value = int(fields[found["field"]])
    if found["by"]:
        value = value % int(found["by"]) if found["operator"] == "%" else value // int(found["by"])
    if found["add"]:
        value += int(found["add"]) if found["sign"] == "+" else -int(found["add"])
    return value
