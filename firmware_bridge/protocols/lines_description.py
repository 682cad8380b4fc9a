"""What is known of a board that prints lines: from the user, from its header, from the lines themselves.

A header is a comment line of words: '# rate=1000 channels=8 unit=uV scale=0.1 lowest=0 highest=1023 counter=65536'.
"""

import math
import re
from dataclasses import dataclass, fields, replace

import numpy as np

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols.lines_parsing import count_columns, has_decimals, parse_rows
from emg_edge.signal.source import Unit

# Lines with the same number of columns, one after the other, before the first samples are used: enough that in
# 8 channels some number shows a decimal where the board prints decimals.
STEADY = 8
# Counts in a microvolt where a board prints decimals: 10 nV is far below any electrode's noise, and 32 bits then
# reach to +-21 V, which holds whatever offset a supply can put on a signal.
COUNTS_PER_UV = 100.0
MAX_CHANNELS = 64
MAX_WRAP = 1 << 53  # up to there float64 holds every integer
_UV = {"uv": 1.0, "mv": 1e3, "v": 1e6}  # microvolts, by unit in small letters
_WORD = re.compile(r"([A-Za-z_]+)\s*[=:]\s*([^\s,;]+)")


@dataclass(frozen=True)
class Counter:
    """Which column, from 1, and the samples after which it begins anew; 0 when it does not count samples."""

    column: int
    wrap: int


@dataclass(frozen=True)
class Description:
    """What somebody said; None where nobody did.

    uv_per_value      microvolts in one printed unit
    limits            lowest and highest value that is printed
    counter           the column that is no channel
    counts_per_value  raw counts in one printed unit
    """

    rate_hz: float | None = None
    channels: int | None = None
    uv_per_value: float | None = None
    limits: tuple[float, float] | None = None
    counter: Counter | None = None
    counts_per_value: float = 1.0

    @property
    def unit(self) -> Unit:
        """Microvolts, where somebody said what a printed unit is worth; else counts."""
        return "count" if self.uv_per_value is None else "uV"


def read_header(line: str) -> Description:
    """Read a comment line; words that are not known, or whose value makes no sense, say nothing."""
    said = {key.lower(): value for key, value in _WORD.findall(line)}
    scale = _positive(said.get("scale", "1"))
    unit = _UV.get(said.get("unit", "").lower())
    lowest, highest = _number(said.get("lowest")), _number(said.get("highest"))
    channels, wrap = _number(said.get("channels")), _number(said.get("counter"))
    return Description(
        rate_hz=_positive(said.get("rate")),
        channels=int(channels) if channels is not None and 1 <= channels <= MAX_CHANNELS else None,
        uv_per_value=None if unit is None or scale is None else unit * scale,
        limits=None if lowest is None or highest is None or lowest >= highest else (lowest, highest),
        counter=Counter(1, int(wrap)) if wrap is not None and 0 <= wrap <= MAX_WRAP else None,
    )


def _is_comment(line: bytes) -> bool:
    return line.lstrip().startswith(b"#")


class Survey:
    """Waits until so many lines in a row have the same number of columns; remembers headers and what else it saw.

    rows      (lines, columns) their numbers
    decimals  whether any of them was written as more than an integer
    header    what header lines said
    """

    def __init__(self) -> None:
        self.rows = np.zeros((0, 0))
        self.decimals = False
        self.header = Description()
        self._heard = b""

    def complete(self, received: bytes) -> int | None:
        """Look at all bytes so far; the steady lines themselves are left, so that their samples are used.

        The first line may have begun before we listened, and is no row.
        """
        self._heard = received or self._heard
        first, *lines = received.split(b"\n")[:-1] or [b""]
        steady: list[bytes] = []
        columns, start, at = 0, 0, len(first) + 1
        self._listen(first)
        for line in lines:
            self._listen(line)
            if line.strip() and not _is_comment(line):
                count = count_columns(line)
                if count != columns or not count:
                    steady, columns, start = [], count, at
                steady.append(line)
                if columns and len(steady) == STEADY:
                    self.rows = parse_rows(b"\n".join(steady) + b"\n", columns).values
                    self.decimals = any(has_decimals(row) for row in steady)
                    return start
            at += len(line) + 1
        return None

    def _listen(self, line: bytes) -> None:
        if _is_comment(line):
            self.header = _first_of(read_header(line.decode(errors="replace")), self.header)

    def explain(self, waited_s: float) -> str:
        """Say in one sentence what came in place of steady lines."""
        expected = f"expected lines like '512,498,...' with the same number of columns within {waited_s:g} s"
        if not self._heard:
            return f"the board sent nothing; {expected}: check the port, and whether the sketch waits for a start byte"
        *lines, _ = self._heard.split(b"\n")
        if not lines:
            last = self._heard[-8:].hex(" ")
            return f"the board sent bytes without a line feed (the last were {last}); {expected}: check the baud rate"
        columns = [count_columns(line) for line in lines[1:][-STEADY:]]
        if columns and min(columns) > 0:
            if min(columns) == max(columns):
                return f"the board sent only {len(columns)} lines; {expected}, {STEADY} at least"
            return f"the board's lines have {min(columns)} to {max(columns)} columns; {expected}: check the sketch"
        last = "".join(char if char.isprintable() else "?" for char in lines[-1].decode(errors="replace"))[:60]
        return f"the board sent lines that are no numbers ('{last}'); {expected}: check the baud rate and the sketch"


def choose(told: Description, survey: Survey) -> Description:
    """Put together what the user told, the header said and the lines show; raises BoardError where that fails."""
    known = _first_of(told, survey.header)
    columns, counter = survey.rows.shape[1], known.counter
    channels = columns - (counter is not None)
    also = "" if counter is None else f" and a counter in column {counter.column}"
    misplaced = counter is not None and counter.column > columns
    if channels < 1 or misplaced or (known.channels is not None and known.channels != channels):
        raise BoardError(
            f"the board's lines have {columns} columns; expected {known.channels or 'some'} channels{also}: "
            "mend the sketch's comment line, or say which column is a counter: --counter 1"
        )
    if channels > MAX_CHANNELS:
        raise BoardError(f"the board's lines have {columns} columns; expected at most {MAX_CHANNELS} channels")
    if known.rate_hz is None:
        raise BoardError(
            "the board's lines do not say how many samples a second they are; say it with --rate, or let the sketch "
            "print '# rate=1000' as its first line"
        )
    per_value = COUNTS_PER_UV * (known.uv_per_value or 1.0) if survey.decimals else 1.0
    if counter is not None and counter.wrap:
        steps = np.diff(survey.rows[:, counter.column - 1]) % counter.wrap
        if np.median(steps) != 1:  # the board's time, or a counter of something else
            counter = replace(counter, wrap=0)
    return replace(known, channels=channels, counter=counter, counts_per_value=per_value)


def _first_of(first: Description, second: Description) -> Description:
    """Take each word from the first that says it."""
    said = {name.name: value for name in fields(first) if (value := getattr(first, name.name)) is not None}
    return replace(second, **said)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _positive(text: str | None) -> float | None:
    value = _number(text)
    return value if value is not None and value > 0 else None
