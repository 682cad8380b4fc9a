"""Small recordings as BrainFlow and the OpenBCI GUI write them, made cell by cell and not by our own writer."""

from collections.abc import Sequence
from pathlib import Path

UNIX_S = 1_695_115_288.0
WIDTHS = {"CYTON_BOARD": (24, 8), "CYTON_DAISY_BOARD": (32, 16), "GANGLION_BOARD": (15, 4)}  # columns, channels


def value(sample: int, channel: int) -> float:
    """Microvolts that tell which sample and channel they are of."""
    return sample + channel / 16


def tsv_row(board: str, sample: int, number: float, time_s: float, marker: float = 0.0) -> str:
    """One row as BrainFlow has it, six digits a number; the first axis of acceleration feels gravity."""
    width, channels = WIDTHS[board]
    cells = [0.0] * width
    cells[0] = number
    cells[1 : 1 + channels] = [value(sample, channel) for channel in range(channels)]
    cells[1 + channels] = 1.0
    cells[-2:] = [time_s, marker]
    return "\t".join(f"{cell:.6f}" for cell in cells)


def write_tsv(
    path: Path,
    board: str,
    samples: Sequence[int],
    numbers: Sequence[float],
    rate_hz: float,
    times_s: Sequence[float] = (),
) -> Path:
    """A file of BrainFlow's: `samples` came, with these numbers, each made at sample / rate or at `times_s`."""
    times = times_s or [UNIX_S + sample / rate_hz for sample in samples]
    rows = [tsv_row(board, *row) for row in zip(samples, numbers, times, strict=True)]
    path.write_text("\n".join(rows) + "\n")
    return path


def gui_header(channels: int = 8, rate: str = "250 Hz", board: str = "OpenBCI_GUI$BoardCytonSerial") -> list[str]:
    return [
        "%OpenBCI Raw EXG Data",
        f"%Number of channels = {channels}",
        f"%Sample Rate = {rate}",
        f"%Board = {board}",
    ]


def gui_names(channels: int = 8) -> str:
    names = [f"EXG Channel {channel}" for channel in range(channels)] + [f"Accel Channel {axis}" for axis in range(3)]
    return ", ".join(["Sample Index", *names, "Other", "Timestamp", "Marker Channel", "Timestamp (Formatted)"])


def gui_row(sample: int, number: float, time: float, channels: int = 8) -> str:
    """One row of `gui_names`."""
    signal = [f"{value(sample, channel):.2f}" for channel in range(channels)]
    return ", ".join([f"{number}", *signal, "0.0", "0.0", "1.0", "0", f"{time}", "0", "12:00:53.329"])


def write_gui(path: Path, lines: Sequence[str]) -> Path:
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    return path
