"""A GRU from a state of nought over the last frames of each output, unrolled: it has no loop and no state to keep.

Every output has its own run, as the deployed network has, and all of a sequence's runs go side by side. What the
frames alone decide is computed once a frame. Cho et al. 2014, with the reset gate applied before the recurrent matrix.
"""

from collections.abc import Callable
from typing import Any

import keras


def gru(x: Any, steps: int, units: int, dense: Callable[[int, str, bool], Any], momentum: float) -> Any:
    """(batch, time, ..., n) -> (batch, time - steps + 1, ..., units), each the last state of `steps` frames' run.

    Batch norm before the gates keeps them from saturating: what comes in lies in 0..6.
    """
    norm = keras.layers.BatchNormalization(momentum=momentum, name="gates_norm")
    from_frames = norm(dense(3 * units, "gates", False)(x))
    to_gates, to_candidate = dense(2 * units, "state_to_gates", False), dense(units, "state_to_candidate", False)
    sigmoid, tanh = keras.ops.sigmoid, keras.ops.tanh
    state = None
    for step in range(steps):
        now = from_frames[:, step : step - steps + 1 or None]  # frame `step` of each output's run
        if state is None:
            candidate = tanh(now[..., 2 * units :])
            state = candidate - sigmoid(now[..., :units]) * candidate
        else:
            gates = sigmoid(now[..., : 2 * units] + to_gates(state))
            keep, reset = gates[..., :units], gates[..., units:]
            candidate = tanh(now[..., 2 * units :] + to_candidate(reset * state))
            state = candidate + keep * (state - candidate)
    return state
