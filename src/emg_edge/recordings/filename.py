"""What a NinaPro file's name, and the folder or zip it lies in, say."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SESSIONS_A_DAY = 2  # DB6 records in the morning and in the afternoon

# The three kinds of name; which databases use which stands in the catalogue.
STYLES: dict[str, re.Pattern[str]] = {
    "A_E": re.compile(r"S(?P<subject>\d{1,3})_A(?P<session>\d{1,2})_E(?P<exercise>\d)\.mat", re.IGNORECASE),
    "E_A": re.compile(r"S(?P<subject>\d{1,3})_E(?P<exercise>\d)_A(?P<session>\d{1,2})\.mat", re.IGNORECASE),
    "D_T": re.compile(r"S(?P<subject>\d{1,3})_D(?P<day>\d{1,2})_T(?P<session>\d)\.mat", re.IGNORECASE),
}
_DATABASE = re.compile(r"(?<![a-z])DB[ _-]?0?([1-8])(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class TakeName:
    """Who, what and when, as the file name has it; `style` is a key of STYLES."""

    subject: int
    exercise: int | None
    session: int
    style: str


def parse(name: str) -> TakeName | None:
    """Read a file name such as S1_E1_A1.mat; None when it is not one of NinaPro's."""
    for style, pattern in STYLES.items():
        if match := pattern.fullmatch(name):
            said = {key: int(value) for key, value in match.groupdict().items()}
            session = said["session"] + SESSIONS_A_DAY * (said.get("day", 1) - 1)
            return TakeName(said["subject"], said.get("exercise"), session, style)
    return None


def database_said(parts: Iterable[str]) -> str | None:
    """Read the database that the nearest folder or zip names ('ninapro_db5', 'DB2_s1.zip'); outermost part first."""
    for part in reversed(list(parts)):
        if match := _DATABASE.search(part):
            return f"DB{match[1]}"
    return None
