"""What lost packets cost: NinaPro DB5 through a simulated Myo, whole and with 5 % of its packets lost at random.

    emg-edge train --data ../shared/data/ninapro --database DB5 --domain raw --each-subject --out runs/each
    python bench/loss.py --data ../shared/data/ninapro --runs runs/each

For each person: quantise their decoder, play their recording through the simulated Myo's own bytes on a simulated
clock, decode it with the real driver, loop and network, and hold the decisions on the test repetitions (2 and 5, which
training never saw) against the labels. The bound: on the mean over people, accuracy falls by at most one point; and
the samples that were counted as lost are those that were.
"""

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from emg_edge.decoding import modelfile
from emg_edge.decoding.decisions import Decision
from emg_edge.device.boards.board import Board, BoardOptions
from emg_edge.device.loop import Limits
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.feeds import RecordingFeed
from emg_edge.device.simulator.truth import SimulatedTruth
from emg_edge.device.simulator.virtual import virtual
from emg_edge.device.simulator.virtual_loop import loop_on
from emg_edge.firmware_bridge.faults.script import Drop, Fault
from emg_edge.firmware_bridge.simulated.board import SimulatedBoard
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.takes import find
from emg_edge.sampleblock import SampleBlock

TEST = (2, 5)  # repetitions
BOUND_POINTS = 1.0
PACKET = 2  # samples of a Myo's notification
TICK_S = 0.01  # a Bluetooth connection hands over about so often


class Labelled(Board):
    """A driver on a simulated board, with the truth of what it receives; finished when the recording is over."""

    name = "myo"

    def __init__(self, recording: Recording, faults: list[Fault], seed: int) -> None:
        entry = SIMULATED["myo"]
        firmware = entry.make()
        feed = RecordingFeed(recording, firmware.channels, firmware.rate_hz)
        self._simulated = SimulatedBoard(firmware, feed, entry.wrap, faults, seed, tick_s=TICK_S, truth=True)
        self._driver, self.port = virtual("myo", self._simulated)
        self._truth = SimulatedTruth(self._simulated)
        self.source = self._driver.source
        self.received = self._first = self._end = 0
        self._over = False

    @classmethod
    def open(cls, options: BoardOptions) -> "Labelled":
        raise NotImplementedError

    @property
    def finished(self) -> bool:
        return self._over

    def start(self) -> None:
        self._driver.start()

    def read(self, timeout_s: float) -> SampleBlock | None:
        self._driver.unhurried = self.unhurried
        block = self._driver.read(timeout_s)
        if block is None:
            self._over = self._simulated.finished
            self._end = self._simulated.position // PACKET * PACKET  # half a packet is never sent
            return None
        if not self.received:  # what was sent before the conversation was over is nobody's loss
            self._first = self._simulated.position - len(block.samples)
        self.received += len(block.samples)
        return dataclasses.replace(block, movement=self._truth.of(block))

    def stop(self) -> None:
        self._driver.stop()

    @property
    def truly_lost(self) -> int:
        return self._end - self._first - self.received


class Judge:
    """A sink that holds decisions against labels which carry, times 100, whether they are to be judged."""

    def __init__(self) -> None:
        self.right = self.judged = 0

    def write(self, decision: Decision) -> None:
        if decision.truth is not None and decision.truth >= 100 and decision.number is not None:
            self.judged += 1
            self.right += decision.number == decision.truth - 100

    def close(self) -> None:
        pass


def run(path: Path, recording: Any, share: float, seed: int) -> dict[str, float]:
    model = modelfile.read(path)
    labels = recording.movement + 100 * np.isin(recording.repetition, TEST).astype(np.int16)
    faults: list[Fault] = [Drop(share=share)] if share else []
    board = Labelled(dataclasses.replace(recording, movement=labels), faults, seed)
    judge = Judge()
    loop, tally = loop_on(board, board.port.now, model, [judge], wearer=recording.wearer)
    loop.run(Limits(), lambda: False)
    return {
        "accuracy": 100 * judge.right / judge.judged,
        "judged": judge.judged,
        "lost": board.truly_lost,
        "counted": tally.lost,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True, help="what train --each-subject made")
    parser.add_argument("--share", type=float, default=0.05)
    asked = parser.parse_args()
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for take in find(asked.data, "DB5").takes:
            recording = take.read()
            path = Path(folder) / f"{recording.wearer}.tflite"
            source = asked.runs / "subjects" / recording.wearer
            command = [sys.executable, "-m", "emg_edge", "quantize", str(source), "--out", str(path), "--below-bound"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            whole, lossy = run(path, recording, 0.0, 0), run(path, recording, asked.share, 1)
            rows[recording.wearer] = {"whole": whole, "lossy": lossy}
            print(
                f"{recording.wearer}: {whole['accuracy']:.2f} % whole, {lossy['accuracy']:.2f} % lossy", file=sys.stderr
            )
    fall = float(np.mean([r["whole"]["accuracy"] - r["lossy"]["accuracy"] for r in rows.values()]))
    exact = all(r[kind]["lost"] == r[kind]["counted"] for r in rows.values() for kind in ("whole", "lossy"))
    print(json.dumps({"people": rows, "mean_fall_points": round(fall, 3), "loss_counted_exactly": exact}, indent=2))
    sys.exit(not (fall <= BOUND_POINTS and exact))


if __name__ == "__main__":
    main()
