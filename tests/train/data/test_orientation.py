import dataclasses

import pytest
from support import takes

from emg_edge.signal.spec import default_spec
from emg_edge.train.data.dataset import make_dataset
from emg_edge.train.data.orientation import orientation

SPEC = default_spec("envelope", 7)
MOVEMENTS = (1, 2, 3, 4, 5)


@pytest.mark.parametrize(("turned", "best"), [(False, (0, False)), (True, (7, True))])
def test_a_ring_that_runs_the_other_way_is_found(turned: bool, best: tuple[int, bool]) -> None:
    """Two databases whose movements are loud at the same places lie as merged; a mirrored one is told."""
    db5 = takes.recording(takes.DB5, "DB5", movements=MOVEMENTS)
    (upper,) = takes.tracks(db5, SPEC, "upper")
    other = upper.frames[:, ::-1] if turned else upper.frames
    second = dataclasses.replace(upper, database="DB4", wearer="DB4-S1", frames=other)
    data = make_dataset([upper, second], SPEC, rest=True)
    (report,) = orientation(data)
    assert report["databases"] == ["DB4", "DB5"]
    assert report["movements"] == len(MOVEMENTS)
    assert (report["best"]["shift"], report["best"]["mirrored"]) == best
    assert report["best"]["correlation"] == pytest.approx(1)
    assert (report["correlation"] == pytest.approx(1)) == (not turned)


def test_databases_that_share_few_movements_are_not_compared() -> None:
    """Three movements say nothing about a ring."""
    (upper,) = takes.tracks(takes.recording(takes.DB5, "DB5"), SPEC, "upper")
    second = dataclasses.replace(upper, database="DB4", wearer="DB4-S1")
    assert orientation(make_dataset([upper, second], SPEC, rest=True)) == []
