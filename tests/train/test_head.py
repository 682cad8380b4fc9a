from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support import takes

from emg_edge.errors import SpecError
from emg_edge.signal.spec import default_spec
from emg_edge.train.config import TrainConfig
from emg_edge.train.data.dataset import Dataset, make_dataset
from emg_edge.train.data.splits import Side
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.run import with_head

SPEC = default_spec("raw", 7)


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Two databases, a person each."""
    one = takes.recording(takes.DB5, "DB5")
    other = replace(one, database="DB7", subject=2)
    return make_dataset([*takes.tracks(one, SPEC, "upper"), *takes.tracks(other, SPEC, "upper")], SPEC, rest=True)


def config(**settings: Any) -> TrainConfig:
    return TrainConfig("", recipe=Recipe(heads="database"), **settings)


def test_a_decoder_is_tested_on_the_database_whose_head_it_has(data: Dataset) -> None:
    """The others' test windows are none of its; all train it."""
    tested, head = with_head(data, config(head="DB7"))
    assert head == 1
    assert not len(tested.decided(0, Side.TEST))
    np.testing.assert_array_equal(tested.decided(1, Side.TEST), data.decided(1, Side.TEST))
    assert len(data.decided(0, Side.TEST))
    np.testing.assert_array_equal(tested.decided(0, Side.TRAIN), data.decided(0, Side.TRAIN))


def test_one_head_for_all_changes_nothing(data: Dataset) -> None:
    """Nor does a head a database where there is one database."""
    assert with_head(data, TrainConfig("")) == (data, 0)
    alone = make_dataset([data.tracks[0]], SPEC, rest=True)
    assert with_head(alone, config()) == (alone, 0)
    assert with_head(alone, config(head="DB5")) == (alone, 0)


@pytest.mark.parametrize("asked", [None, "DB1"])
def test_a_head_that_is_none_of_the_databases_is_refused(data: Dataset, asked: str | None) -> None:
    """A decoder has one head, and which there are is said."""
    with pytest.raises(SpecError, match="each of DB5, DB7 gets a head of its own, and a decoder has one; say --head"):
        with_head(data, config(head=asked))
