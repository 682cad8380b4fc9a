"""What the Edge TPU compiler says of its work, read from its output (versions 14 to 16 write the same)."""

import re
from dataclasses import dataclass

MAPPED = "Mapped to Edge TPU"
_VERSION = re.compile(r"Edge TPU Compiler version (\S+)")
_ROW = re.compile(r"(\S+) +(\d+) +(\S.*)")  # CONV_2D    3          Mapped to Edge TPU
_MEMORY = re.compile(r"(.+): ([\d.]+)(B|KiB|MiB|GiB)")
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_ON_CHIP = "On-chip memory used for caching model parameters"
_OFF_CHIP = "Off-chip memory used for streaming uncached model parameters"
_COMPLAINTS = ("ERROR:", "Compilation failed:", "Invalid model", "Internal compiler error", "Compilation failed")


@dataclass(frozen=True)
class Row:
    """So many operators of a kind that met the same fate."""

    operator: str
    count: int
    status: str


@dataclass(frozen=True)
class CompilerLog:
    """Memory in bytes; `rows` are empty, and the rest is None, where the compiler did not say."""

    version: str | None
    on_chip_bytes: int | None
    off_chip_bytes: int | None
    rows: tuple[Row, ...]

    @property
    def mapped(self) -> int:
        return sum(row.count for row in self.rows if row.status == MAPPED)

    @property
    def left(self) -> tuple[Row, ...]:
        """What stays on the CPU, with the compiler's reasons."""
        return tuple(row for row in self.rows if row.status != MAPPED)


def read_log(text: str) -> CompilerLog:
    """Never fails: what is not understood is not there."""
    lines = [line.strip() for line in text.splitlines()]
    version = next((found[1] for line in lines if (found := _VERSION.match(line))), None)
    memory = {found[1]: _bytes(found[2], found[3]) for line in lines if (found := _MEMORY.fullmatch(line))}
    header = next((i for i, line in enumerate(lines) if line.split() == ["Operator", "Count", "Status"]), len(lines))
    found_rows = (_ROW.fullmatch(line) for line in lines[header + 1 :])
    rows = tuple(Row(found[1], int(found[2]), found[3]) for found in found_rows if found)
    return CompilerLog(version, memory.get(_ON_CHIP), memory.get(_OFF_CHIP), rows)


def complaint(text: str) -> str:
    """The line of a failed compiler's output that says most, or that it said nothing."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for beginning in _COMPLAINTS:
        for line in lines:
            if line.startswith(beginning):
                return line
    return lines[-1] if lines else "it said nothing"


def _bytes(number: str, unit: str) -> int | None:
    try:
        return round(float(number) * _UNITS[unit])
    except ValueError:
        return None
