"""All boards by name. A package of yours adds its own through the entry point group 'emg_edge.boards'."""

import dataclasses
import difflib
import importlib
import importlib.metadata
from dataclasses import dataclass

from emg_edge.device.boards.board import Board, BoardOptions
from emg_edge.errors import BoardError, EmgEdgeError

ENTRY_POINTS = "emg_edge.boards"


@dataclass(frozen=True)
class Entry:
    """Where a board's class is, what it is in one line, and what it needs."""

    module: str
    class_name: str
    line: str
    needs: str

    def load(self) -> type[Board]:
        board: type[Board] = getattr(importlib.import_module(self.module), self.class_name)
        return board


BOARDS: dict[str, Entry] = {
    "synthetic": Entry(
        "emg_edge.device.boards.synthetic", "SyntheticBoard", "a simulated forearm whose movements are known", "nothing"
    ),
    "replay": Entry(
        "emg_edge.device.boards.replay",
        "ReplayBoard",
        "a recording, played as if it were live",
        "--file: a recording of NinaPro, BrainFlow, the OpenBCI GUI or emg-edge, or a table of numbers",
    ),
    "cyton": Entry(
        "emg_edge.device.boards.cyton",
        "CytonBoard",
        "an OpenBCI Cyton on its USB dongle: 8 channels, 250 Hz",
        "--serial-port, or one such dongle plugged in",
    ),
    "cyton-daisy": Entry(
        "emg_edge.device.boards.cyton",
        "DaisyBoard",
        "a Cyton with Daisy on its USB dongle: 16 channels, 125 Hz",
        "--serial-port, or one such dongle plugged in",
    ),
    "ganglion": Entry(
        "emg_edge.device.boards.ganglion",
        "GanglionBoard",
        "an OpenBCI Ganglion on a BLED112 dongle: 4 channels, 200 Hz",
        "--serial-port, or one BLED112 plugged in; a model for the montage ring4",
    ),
    "ganglion-bluetooth": Entry(
        "emg_edge.device.boards.bluetooth",
        "GanglionBluetoothBoard",
        "an OpenBCI Ganglion by this machine's own Bluetooth: 4 channels, 200 Hz",
        "Bluetooth, the extra 'bluetooth'; --mac-address where there are several; a model for ring4",
    ),
    "myo": Entry(
        "emg_edge.device.boards.myo",
        "MyoBoard",
        "a Myo armband on its USB dongle: 8 channels, 200 Hz",
        "--serial-port, or one BLED112 plugged in",
    ),
    "myo-bluetooth": Entry(
        "emg_edge.device.boards.bluetooth",
        "MyoBluetoothBoard",
        "a Myo armband by this machine's own Bluetooth: 8 channels, 200 Hz",
        "Bluetooth, the extra 'bluetooth'; --mac-address where there are several",
    ),
    "framed": Entry(
        "emg_edge.device.boards.framed",
        "FramedBoard",
        "a home-made board that speaks our packet (docs/framed-packet.md)",
        "--serial-port, or one microcontroller plugged in",
    ),
    "csv": Entry(
        "emg_edge.device.boards.csv",
        "CsvBoard",
        "a home-made board that prints a line of numbers a sample",
        "--serial-port, or one microcontroller plugged in; --rate, --uv-per-count, unless its comment line says them",
    ),
    "brainflow": Entry(
        "emg_edge.device.boards.brainflow",
        "BrainFlowBoard",
        "any BrainFlow board with EMG channels, as brainflow:CYTON_WIFI_BOARD",
        "the extra 'brainflow', and what BrainFlow asks of the board (--serial-port, --ip-address, ...)",
    ),
}

VIA = Entry(
    "emg_edge.device.boards.via",
    "ViaBoard",
    "the simulated forearm through a simulated board's wire",
    "--via: the board whose wire it is",
)


def boards() -> dict[str, Entry]:
    """Return the boards above and those that installed packages add; ours win where a name is taken."""
    added = {
        point.name: Entry(point.module, point.attr, f"from the package {_package(point)}", "see that package")
        for point in importlib.metadata.entry_points(group=ENTRY_POINTS)
    }
    return added | BOARDS


def open_board(name: str, options: BoardOptions) -> Board:
    """Make the board 'name' or 'name:variant'. Raises BoardError when there is none of that name."""
    kind, _, variant = name.partition(":")
    kind = kind.lower()
    entry = BOARDS.get(kind) or boards().get(kind)  # entry points are looked up only when they are needed
    if kind == "synthetic" and options.via:
        entry = VIA
    if entry is None:
        known = list(boards())
        near = difflib.get_close_matches(kind, known, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        raise BoardError(f"unknown board '{name}': {hint}known are {', '.join(known)} (see: emg-edge boards)")
    if variant and kind != "brainflow" and kind in BOARDS:
        raise BoardError(f"the board '{kind}' has no variants, and '{name}' names one; say --board {kind}")
    try:
        return entry.load().open(dataclasses.replace(options, variant=variant))
    except (ImportError, AttributeError) as error:
        if kind in BOARDS:
            raise  # a defect of ours keeps its traceback
        raise BoardError(f"the board '{kind}' cannot be loaded ({error}): mend or remove the package") from error


def unavailable(entry: Entry) -> str | None:
    """Why a board cannot run here, in one sentence, or None."""
    try:
        return entry.load().unavailable()
    except (ImportError, AttributeError, EmgEdgeError) as error:
        return str(error)


def _package(point: importlib.metadata.EntryPoint) -> str:
    return point.dist.name if point.dist else point.module
