import pytest

from emg_edge.errors import SpecError
from emg_edge.signal.source import Domain
from emg_edge.signal.spec import FrameChoice, default_spec
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.shape import shape_for

GRU = Recipe(architecture="cnn-gru")


@pytest.mark.parametrize("frames", ["amplitude", "sub-bands", "raw"])
@pytest.mark.parametrize("context_ms", [200, 400, 600, 1000])
def test_raw_contexts_cover_the_time_they_are_named_after(context_ms: int, frames: FrameChoice) -> None:
    """Whatever the frames are, to within one frame."""
    spec = default_spec("raw", shape_for("raw", context_ms, frames=frames).context, frames=frames)
    assert context_ms - 25 <= spec.context_ms <= context_ms


@pytest.mark.parametrize(("domain", "context_ms"), [("raw", 200), ("raw", 1000), ("envelope", 400), ("envelope", 1000)])
def test_a_gru_looks_back_as_far_as_convolutions_do(domain: Domain, context_ms: int) -> None:
    """So that architectures are compared at equal context."""
    shape = shape_for(domain, context_ms, GRU)
    assert shape.context == shape_for(domain, context_ms).context
    assert (shape.units, shape.steps > 1) == (GRU.units, True)


def test_a_context_that_is_not_offered_is_refused() -> None:
    """The offered ones are named, for each architecture its own."""
    with pytest.raises(SpecError, match="a context of 300 ms is not offered; choose one of 200, 400, 600, 1000 ms"):
        shape_for("raw", 300)
    with pytest.raises(SpecError, match="a context of 200 ms is not offered; choose one of 400, 600, 1000 ms"):
        shape_for("envelope", 200, GRU)


def test_a_gru_over_raw_samples_is_refused() -> None:
    """It would be unrolled over dozens of steps."""
    with pytest.raises(SpecError, match="too many steps; choose other frames, or architecture=cnn"):
        shape_for("raw", 400, GRU, "raw")


def test_the_recipe_may_set_the_width() -> None:
    """Else it is the domain's."""
    assert shape_for("raw", 400, Recipe(width=24)).width == 24
    assert shape_for("raw", 400).width != shape_for("envelope", 400).width
