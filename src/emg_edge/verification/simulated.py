"""Simulated people for a model that was trained on simulated people: new movements, never trained on."""

from collections.abc import Iterator

import numpy as np

from emg_edge.decoding.modelfile import ModelFile
from emg_edge.device.boards.synthetic import SyntheticBoard
from emg_edge.device.session import movements_asked
from emg_edge.recordings.recording import Recording

SECONDS = 120.0  # of each person: some forty changes between rest and the movements
_MOST = 30  # people: more would show nothing new
_SEED = 7  # of the streams: any would do


def people(model: ModelFile) -> Iterator[Recording]:
    """Yield a recording of each simulated person whom the model knows, with the same arm; of the first 30 at most."""
    told = model.description
    movements = movements_asked(told, ())
    subjects = sorted({number for numbers in told.training.databases.values() for number in numbers})[:_MOST]
    for subject in subjects:
        board = SyntheticBoard(movements, subject, _SEED, speed=float("inf"))
        samples, labels, length = [], [], 0
        while length < SECONDS * board.source.rate_hz:
            block = board.read(0.0)
            assert block is not None
            assert block.movement is not None
            samples.append(block.samples)
            labels.append(block.movement)
            length += len(block.samples)
        movement = np.concatenate(labels)
        # Repetition 0: of no split, as these were never recorded.
        nothing = np.zeros(len(movement), np.int16)
        yield Recording(
            np.concatenate(samples), movement, nothing, board.source, "simulated anew", subject, simulated=True
        )
