"""Decided stretches made from short strings of digits, one an instant, for the tests of the evaluation."""

import numpy as np

from emg_edge.train.evaluation.decided import Decided, Said

HOP_S = 0.1


def numbers(digits: str) -> np.ndarray:
    return np.array([int(digit) for digit in digits], np.int16)


def said(decided: str, movement: str = "", active: list[float] | None = None, threshold: float = np.nan) -> Said:
    decisions = numbers(decided)
    certain = np.ones(len(decisions)) if active is None else active
    return Said(decisions, numbers(movement or decided), np.array(certain, np.float32), threshold)


def stretch(wearer: str, truth: str, scored: str = "", begin_s: float = 0.0, **decoders: str | Said) -> Decided:
    """Scored everywhere unless said otherwise (1 or 0 an instant); repetition 1, ten instants a second."""
    m = len(truth)
    return Decided(
        wearer=wearer,
        database=wearer.partition("-")[0],
        session=1,
        take="take",
        hop_s=HOP_S,
        time_s=begin_s + np.arange(m) * HOP_S,
        truth=numbers(truth),
        repetition=np.ones(m, np.int16),
        scored=numbers(scored or "1" * m).astype(bool),
        decoders={name: one if isinstance(one, Said) else said(one) for name, one in decoders.items()},
    )
