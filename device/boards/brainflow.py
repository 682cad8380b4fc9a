"""Any board that BrainFlow drives and that has EMG channels: 'brainflow:NAME', NAME as in BrainFlow's BoardIds."""

import collections
import contextlib
import time
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from emg_edge.device.boards import brainflow_library as library
from emg_edge.device.boards.absence import Absence
from emg_edge.device.boards.blocks import cut
from emg_edge.device.boards.board import Board, BoardOptions
from emg_edge.device.boards.wire import STALL_S
from emg_edge.errors import BoardError, MissingDependency
from emg_edge.firmware_bridge.protocols.numbering import Numbering
from emg_edge.sampleblock import SampleBlock
from emg_edge.signal.montage import CHANNELS, RING4, RING8, layout_of
from emg_edge.signal.source import Source

# BrainFlow has no read that blocks, so we sleep and look: short enough for a decision within 15 ms of its sample,
# long enough for a hundred wake-ups a second to cost little.
POLL_S = 0.010
BUFFER_S = 60.0  # what BrainFlow keeps if we are held up; its own default is half an hour, and memory for it

# Boards whose counter is known to grow by one a sample, and where it wraps. BrainFlow has no word on the others'.
COUNTERS: dict[str, int] = {"SYNTHETIC_BOARD": 256, "CYTON_BOARD": 256}


class BrainFlowBoard(Board):
    """A ring of EMG channels of a BrainFlow board, in microvolts: eight, or four where it has fewer than eight."""

    name = "brainflow"

    def __init__(self, options: BoardOptions) -> None:
        self._brainflow = library.load()
        self._brainflow.BoardShim.disable_board_logger()  # it would write to stderr; its errors reach us anyway
        board_id = library.board_id(self._brainflow, options.variant)
        described_by = library.board_id(self._brainflow, options.master_board) if options.master_board else board_id
        facts = self._facts(described_by)
        if not facts.get("sampling_rate"):
            raise BoardError(
                f"{board_id.name} plays what another board recorded; say which one: --master-board CYTON_BOARD"
            )
        self._shim_arguments = board_id.value, self._parameters(options)
        self._shim: Any = None
        self._streaming = self._started = False
        self.name = f"brainflow:{board_id.name}"
        self._rows = self._emg_rows(described_by.name, facts, options.channels)
        self.source = Source("raw", float(facts["sampling_rate"]), "uV", layout_of(len(self._rows)))
        self._counter_row = facts.get("package_num_channel") if board_id.name in COUNTERS else None
        self._modulus = COUNTERS.get(board_id.name, 0)
        self._time_row: int | None = facts.get("timestamp_channel")
        if self._counter_row is None:
            self.notes += ("BrainFlow does not say how this board counts its samples: lost ones cannot be counted.",)
        self._ready: collections.deque[SampleBlock] = collections.deque()

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        return cls(options)

    @classmethod
    def unavailable(cls) -> str | None:
        try:
            library.load()
        except MissingDependency as error:
            return str(error)
        return None

    def start(self) -> None:
        self.stop()
        self._ready.clear()
        self.reconnects = self.refused = 0
        self._absence = Absence(self.name, self.source.rate_hz, self.told)
        self._begin()
        self._started = True

    def read(self, timeout_s: float) -> SampleBlock | None:
        deadline_s = time.monotonic() + timeout_s
        while not self._ready:
            if not self._started:
                return None
            if self._streaming:
                self._look()
            elif time.monotonic() >= self._absence.retry_s:
                self._try_again()
            if not self._ready:
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    return None
                time.sleep(min(POLL_S, left_s))
        return self._ready.popleft()

    def stop(self) -> None:
        self._started = False
        if self._streaming:
            self._streaming = False
            self._release()

    def _begin(self) -> None:
        """Start a session. Raises BoardError when the board does not answer; it may take BrainFlow some seconds."""
        # One of its objects a session: when one goes, it ends whatever session of that board is open, ours included.
        self._shim = self._brainflow.BoardShim(*self._shim_arguments)
        try:
            self._shim.prepare_session()
            self._shim.start_stream(int(BUFFER_S * self.source.rate_hz))
        except self._brainflow.BrainFlowError as error:
            self._release()
            raise BoardError(
                f"{self.name} does not start: BrainFlow says '{error}'; check that it is switched on and connected, "
                "and that --serial-port, --mac-address or --ip-address name it"
            ) from error
        self._numbering = Numbering(self._modulus, self.source.rate_hz)
        self._looked_s = self._since_s = time.monotonic()
        self._streaming = True

    def _look(self) -> None:
        """Take what BrainFlow has, in microvolts, as blocks without a gap inside.

        When a board vanishes, BrainFlow says nothing: it delivers no samples, and spins. So silence ends the session.
        """
        try:
            data: NDArray[np.float64] = self._shim.get_board_data()  # (rows, n)
        except self._brainflow.BrainFlowError as error:
            self._lose(f"BrainFlow says '{error}'")
            return
        now_s = time.monotonic()
        if data.shape[1]:
            self._since_s = now_s
            self._deliver(data, self._arrival_s(data, now_s))
        elif now_s - self._since_s > STALL_S:
            self._lose(f"{self.name} has sent no samples for {STALL_S:g} s")
        self._looked_s = now_s

    def _deliver(self, data: NDArray[np.float64], arrived_s: float) -> None:
        samples = np.ascontiguousarray(data[self._rows].T, dtype=np.float32)
        lost = np.zeros(len(samples), np.int64)
        if self._counter_row is not None:
            placed = self._numbering.place(data[self._counter_row].astype(np.int64), arrived_s)
            samples, lost = samples[placed.keep], placed.lost
            self.refused = self._numbering.refused
        if not len(samples):
            return
        lost[0] += self._absence.hear(len(samples), int(lost.sum()), arrived_s)
        self.reconnects = self._absence.returns
        self._ready += cut(samples, lost, arrived_s)

    def _lose(self, reason: str) -> None:
        self._release()
        self._streaming = False
        self._absence.lose(reason, time.monotonic(), gone=True)

    def _try_again(self) -> None:
        try:
            self._begin()
        except BoardError as error:
            self._absence.lose(str(error), time.monotonic(), gone=True)

    def _arrival_s(self, data: NDArray[np.float64], now_s: float) -> float:
        """BrainFlow's own stamp of the newest sample, on our clock: the wait for our next look is latency too."""
        if self._time_row is None:
            return now_s
        stamped_s = now_s - (time.time() - float(data[self._time_row, -1]))
        return min(max(stamped_s, self._looked_s), now_s)

    def _release(self) -> None:
        shim, self._shim = self._shim, None
        if shim is not None:
            with contextlib.suppress(self._brainflow.BrainFlowError):  # gone already: nothing is held
                shim.release_session()

    def _facts(self, board_id: Any) -> dict[str, Any]:
        try:
            facts: dict[str, Any] = self._brainflow.BoardShim.get_board_descr(board_id.value)
        except self._brainflow.BrainFlowError as error:
            raise BoardError(
                f"BrainFlow does not describe {board_id.name} ('{error}'); choose another board"
            ) from error
        return facts

    def _emg_rows(self, name: str, facts: dict[str, Any], asked: tuple[int, ...]) -> list[int]:
        rows = facts.get("emg_channels") or facts.get("exg_channels") or []
        if len(rows) < CHANNELS[RING4]:
            raise BoardError(
                f"{name} has {len(rows)} EMG channels, and the smallest ring has {CHANNELS[RING4]}; use another board"
            )
        needed = CHANNELS[RING8 if len(rows) >= CHANNELS[RING8] else RING4]
        if asked and (len(set(asked)) != needed or not set(asked) <= set(range(1, len(rows) + 1))):
            raise BoardError(
                f"--channels names {', '.join(map(str, asked))}, and a ring takes {needed} different ones of the "
                f"{len(rows)} that {name} has"
            )
        if not asked and len(rows) > needed:
            self.notes += (
                f"{name} has {len(rows)} EMG channels: the first {needed} are used (--channels changes it).",
            )
        return [rows[channel - 1] for channel in asked or range(1, needed + 1)]

    def _parameters(self, options: BoardOptions) -> Any:
        parameters = self._brainflow.BrainFlowInputParams()
        for word in ("serial_port", "mac_address", "ip_address", "ip_port", "timeout", "file", "other_info"):
            setattr(parameters, word, getattr(options, word))
        parameters.serial_number = options.serial_number
        if options.master_board:
            parameters.master_board = library.board_id(self._brainflow, options.master_board).value
        return parameters
