from pathlib import Path

import msgspec
import pytest

from emg_edge.decoding.modelfile import Description, ModelFile
from emg_edge.errors import RecordingError
from emg_edge.train.simulated.files import Plan, simulate
from emg_edge.verification import people


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two simulated people."""
    folder = tmp_path_factory.mktemp("people") / "data"
    simulate(Plan(subjects=2, hold_s=0.2, rest_s=0.2, repetitions=1), folder)
    return folder


@pytest.fixture
def knows_one(model: ModelFile) -> Description:
    """A model of the second alone."""
    scales = model.description.scales
    own = {key: scale for key, scale in scales.wearers.items() if key.startswith("SIM-S2/")}
    assert own
    return msgspec.structs.replace(model.description, scales=msgspec.structs.replace(scales, wearers=own))


def wearers(
    description: Description,
    data: Path,
    said: list[str],
    databases: tuple[str, ...] = (),
    subjects: tuple[int, ...] = (),
) -> set[str]:
    return {one.wearer for one in people.recordings(description, data, databases, subjects, said.append)}


def test_those_whom_the_model_knows_are_taken_and_the_others_counted(knows_one: Description, data: Path) -> None:
    said: list[str] = []
    assert wearers(knows_one, data, said) == {"SIM-S2"}
    assert said == [
        f"left out: 1 of the people in {data}, on whom the model was not trained (--database and --subjects choose)"
    ]


def test_who_is_asked_for_is_taken(knows_one: Description, data: Path) -> None:
    """Strangers, too."""
    said: list[str] = []
    assert wearers(knows_one, data, said, subjects=(1,)) == {"SIM-S1"}
    assert wearers(knows_one, data, said, databases=("DB5",)) == {"SIM-S1", "SIM-S2"}
    assert said == []
    with pytest.raises(RecordingError, match="holds none of the subjects asked for"):
        wearers(knows_one, data, said, subjects=(7,))


def test_where_it_knows_nobody_everybody_is_taken(knows_one: Description, data: Path) -> None:
    stranger = msgspec.structs.replace(knows_one, scales=msgspec.structs.replace(knows_one.scales, wearers={}))
    said: list[str] = []
    assert wearers(stranger, data, said) == {"SIM-S1", "SIM-S2"}
    assert said == [f"the model knows none of the people in {data}: all are taken (--database and --subjects choose)"]
