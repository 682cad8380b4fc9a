from dataclasses import replace

import numpy as np
import pytest
from support import takes

from emg_edge.signal.spec import default_spec
from emg_edge.train.data.dataset import make_dataset
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.data.splits import Side
from emg_edge.train.fitting.committee import deployed, joined, member_tasks
from emg_edge.train.fitting.fit import fit, logits_at
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.shape import Shape
from emg_edge.train.fitting.task import Task

SHAPE = Shape((1,), width=8)
SPEC = default_spec("raw", SHAPE.context)


@pytest.fixture(scope="module")
def data() -> FrameSet:
    one = takes.recording(takes.DB5, "DB5")
    return make_dataset(takes.tracks(one, SPEC, "upper"), SPEC, rest=True).frames()


def task(data: FrameSet, members: int) -> Task:
    return Task(data, 4, SHAPE, Recipe(epochs=1, members=members), seed=3, spec=SPEC)


def test_each_member_has_a_seed_of_its_own(data: FrameSet) -> None:
    """No member of one seed's committee is a member of another's; a committee of one is the network itself."""
    seeds = [member.seed for seed in (0, 1, 2) for member in member_tasks(replace(task(data, 3), seed=seed))]
    assert len(set(seeds)) == 9
    assert member_tasks(task(data, 1)) == [task(data, 1)]


def test_a_committee_decides_by_the_mean_of_its_members(data: FrameSet) -> None:
    """Joined or deployed, its logits are the mean of theirs; its embedding holds all of theirs."""
    networks = [fit(member, None, lambda _step: None)[0] for member in member_tasks(task(data, 2))]
    ends = np.flatnonzero(data.sides == Side.TEST)[::9]
    alone = [logits_at(network, data.frames, ends, SHAPE.context) for network in networks]
    assert np.abs(alone[0] - alone[1]).max() > 0.01
    np.testing.assert_allclose(logits_at(joined(networks), data.frames, ends, SHAPE.context), sum(alone) / 2, atol=1e-5)
    windows = data.frames[ends[:, None] + np.arange(1 - SHAPE.context, 1)][:, :, None]
    out = deployed(networks, SHAPE).predict(windows, verbose=0)
    np.testing.assert_allclose(out["logits"][:, 0, 0], sum(alone) / 2, atol=1e-5)
    assert out["embedding"].shape[-1] == 2 * SHAPE.width
