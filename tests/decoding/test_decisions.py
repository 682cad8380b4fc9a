import numpy as np
import pytest

from emg_edge.decoding.decisions import DecisionLayer

LAYER = DecisionLayer((0, 6, 14), ("rest", "ring extension", "index and middle extension"), 0.6)


@pytest.mark.parametrize(
    ("probabilities", "decided"),
    [
        ([0.1, 0.7, 0.2], ("active", 6, "ring extension", 0.7)),
        ([0.9, 0.1, 0.0], ("rest", 0, "rest", 0.9)),
        ([0.6, 0.2, 0.2], ("rest", 0, "rest", 0.6)),
        ([0.3, 0.59, 0.11], ("unknown", None, None, 0.59)),
    ],
)
def test_the_likeliest_movement_is_decided_or_none(
    probabilities: list[float], decided: tuple[str, int | None, str | None, float]
) -> None:
    """Below the least probability no gesture is named, whatever it would be."""
    assert LAYER.decide(np.array(probabilities)) == decided
