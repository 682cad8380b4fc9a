"""A file that is whole and signed, and wrong all the same: each with its reason."""

from collections.abc import Callable

import msgspec
import pytest
from support import broken_models

from emg_edge.decoding import modelfile
from emg_edge.decoding.contradictions import contradictions
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.signal.biquad import Section


def test_the_shipped_model_agrees_with_itself(model: ModelFile) -> None:
    """And is probed: its front end is the one that is here."""
    assert contradictions(model) == []
    assert len(model.description.probe) == model.description.signal.features


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (
            broken_models.wrong_input_scale,
            "the network's input reaches from -4.98 to 5.02, and the front end gives -2.5 to 2.5",
        ),
        (broken_models.unsupported_operator, "Encountered unresolved custom op: OnlyHere. (an operator that is not"),
        (broken_models.other_front_end, "the front end here makes other frames of a known signal (by 0."),
        (broken_models.other_context, "the network takes (1, 15, 1, 8), and the description's front end makes (1, 19"),
    ],
)
def test_what_is_wrong_is_told(model: ModelFile, spoil: Callable[[ModelFile], ModelFile], reason: str) -> None:
    """A wrong scale, an operator that is not supported, a front end or a context that is another's."""
    found = contradictions(spoil(model))
    assert len(found) == 1
    assert reason in found[0]
    assert "\n" not in found[0]


@pytest.mark.parametrize("probed", [True, False])
def test_filters_that_are_unstable_are_told(model: ModelFile, probed: bool) -> None:
    """What they make of a known signal is no number, which compares with nothing; nothing is warned of besides."""
    told = model.description
    sections = (Section(*(1e308,) * 5),)
    signal = msgspec.structs.replace(told.signal, sections=sections)
    described = msgspec.structs.replace(told, signal=signal, probe=told.probe if probed else ())
    spoilt = modelfile.unpack(modelfile.pack(model.flatbuffer, described), "spoilt.tflite")
    assert contradictions(spoilt) == [
        "the front end makes no numbers of a known signal: its filters are unstable, so they were altered"
    ]


def test_older_files_without_a_probe_are_read(model: ModelFile) -> None:
    """Nothing can be told of their front end."""
    described = msgspec.structs.replace(model.description, probe=())
    older = modelfile.unpack(modelfile.pack(model.flatbuffer, described), "older.tflite")
    assert contradictions(older) == []
