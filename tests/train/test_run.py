import csv
import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
from support.full_disk import no_file_beyond
from support.tiny_run import TinyRun

from emg_edge.decoding.runfolder import read_decoder, read_windows
from emg_edge.errors import EmgEdgeError, RecordingError, RunFolderError
from emg_edge.train.claim import sole_user
from emg_edge.train.config import TrainConfig
from emg_edge.train.fitting import checkpoint
from emg_edge.train.fitting.fit import Report, Step
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.run import Watch, train
from emg_edge.train.simulated.files import Plan, simulate


def never(title: str) -> Report:
    raise AssertionError(f"training began: {title}")


def interrupted(title: str) -> Report:
    def report(step: Step) -> None:
        raise KeyboardInterrupt

    return report


def silent(sentence: str) -> None:
    pass


pytestmark = pytest.mark.usefixtures("tiny_cache")


def with_settings(tiny: TinyRun, **settings: Any) -> TrainConfig:
    return msgspec.structs.replace(tiny.config, **settings)


def test_a_run_folder_holds_what_it_should(tiny: TinyRun) -> None:
    """Settings, network, decoder, windows, metrics, history and pictures; no checkpoint, nothing half-written."""
    assert sorted(path.name for path in tiny.out.iterdir()) == [
        "config.json",
        "confusion.png",
        "curves.png",
        "decoder.json",
        "history.csv",
        "metrics.json",
        "network.keras",
        "windows.npz",
    ]
    for picture in ("curves.png", "confusion.png"):
        assert (tiny.out / picture).read_bytes().startswith(b"\x89PNG")
    config = json.loads((tiny.out / "config.json").read_bytes())
    assert (config["domain"], config["context_ms"], config["seed"]) == ("raw", 200, 0)
    with (tiny.out / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == [0, 1, 2, 3]
    assert all(0 <= float(row["accuracy"]) <= 1 for row in rows)


def test_metrics_have_the_agreed_shape(tiny: TinyRun) -> None:
    """Accuracy, balanced accuracy and macro F1 of network, TD6 + LDA and majority class, and a list by subject."""
    metrics = json.loads((tiny.out / "metrics.json").read_bytes())
    assert metrics == json.loads(json.dumps(tiny.metrics))
    for scores in (metrics["test"], metrics["baseline"]["td6_lda"], metrics["majority"]):
        assert set(scores) == {"accuracy", "balanced_accuracy", "macro_f1"}
        assert all(0 <= share <= 1 for share in scores.values())
    (subject,) = metrics["subjects"]
    assert (subject["database"], subject["subject"], subject["test"]) == ("DB5", 1, metrics["test"])
    assert metrics["protocol"]["split"] == {"DB5": {"train": [1, 3, 4], "validation": [6], "test": [2, 5]}}
    assert metrics["majority"]["accuracy"] == pytest.approx(0.375, abs=0.1)  # rest is 0.6 of 1.6 s
    assert metrics["majority"]["balanced_accuracy"] == pytest.approx(1 / 13)
    assert metrics["test"]["balanced_accuracy"] > 0.3


def test_the_saved_network_scores_what_the_metrics_say(tiny: TinyRun) -> None:
    """network.keras, run over the test windows of windows.npz, gives metrics.json's own accuracy."""
    decoder, metrics = read_decoder(tiny.out)
    windows = read_windows(tiny.out)
    network = keras.models.load_model(tiny.out / "network.keras")
    cut = windows.cut(windows.test, decoder.signal.context)
    decided = network.predict(cut[:, :, None], verbose=0)["logits"].reshape(len(cut), -1).argmax(axis=1)
    assert len(cut) == metrics["windows"]
    assert (decided == windows.test_classes).mean() == pytest.approx(metrics["test"]["accuracy"], abs=2e-3)


def test_calibration_windows_are_training_windows_of_every_class(tiny: TinyRun) -> None:
    """Rest is among them, and none is a test window."""
    windows = read_windows(tiny.out)
    assert not set(windows.calibration) & set(windows.test)
    assert len(windows.calibration) > 300
    assert np.bincount(windows.test_classes, minlength=13).min() > 0


def test_a_finished_run_returns_at_once(tiny: TinyRun) -> None:
    """The same call trains nothing, says so, and gives the metrics that stand there."""
    said: list[str] = []
    before = {path: path.stat().st_mtime_ns for path in tiny.out.iterdir()}
    assert train(tiny.config, tiny.out, Watch(said.append, fitting=never)) == tiny.metrics
    assert said[-1] == f"{tiny.out} is finished already; --force trains it anew"
    assert {path: path.stat().st_mtime_ns for path in tiny.out.iterdir()} == before


def test_a_run_with_other_settings_is_refused_naming_them(tiny: TinyRun) -> None:
    """Nothing of the finished run is touched."""
    with pytest.raises(RunFolderError, match=r"other settings \(seed, recipe differ\); choose another --out, or say"):
        train(with_settings(tiny, seed=5, recipe=Recipe(epochs=9)), tiny.out, Watch(silent, fitting=never))
    assert read_decoder(tiny.out)[1] == tiny.metrics


def test_a_run_on_other_data_is_refused(tiny: TinyRun, tmp_path: Path) -> None:
    """The content counts too, not only the path."""
    data, out = tmp_path / "data", tiny.copy(tmp_path / "run")
    simulate(Plan(subjects=2, hold_s=1.0, rest_s=0.6), data)
    with pytest.raises(RunFolderError, match=r"other settings \(content differ\)"):
        train(with_settings(tiny, data=str(data)), out, Watch(silent, fitting=never))


def test_a_folder_that_is_no_run_is_left_alone(tiny: TinyRun, tmp_path: Path) -> None:
    """Not even --force takes a folder that holds something else, or a file."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"cat")
    (tmp_path / "file").write_bytes(b"mine")
    for out in (tmp_path / "photos", tmp_path / "file"):
        for force in (False, True):
            with pytest.raises(RunFolderError, match="exists and is not a training run"):
                train(tiny.config, out, Watch(silent, fitting=never), force=force)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["cat.png"]
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_force_begins_anew(tiny: TinyRun, tmp_path: Path) -> None:
    """The old results are gone before training begins: a mixture of two runs never looks finished."""
    out = tiny.copy(tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        train(with_settings(tiny, seed=5), out, Watch(silent, fitting=interrupted), force=True)
    assert json.loads((out / "config.json").read_bytes())["seed"] == 5
    with pytest.raises(RunFolderError, match=r"no decoder\.json; its training is unfinished"):
        read_decoder(out)


def test_an_interrupted_run_goes_on_with_the_same_call(tiny: TinyRun, tmp_path: Path) -> None:
    """The folder is the run's own from the first moment, and finished in the end."""
    out, config = tmp_path / "run", with_settings(tiny, recipe=Recipe(epochs=1))
    with pytest.raises(KeyboardInterrupt):
        train(config, out, Watch(silent, fitting=interrupted))
    assert sorted(path.name for path in out.iterdir()) == ["config.json"]
    metrics = train(config, out, Watch(silent))
    assert metrics["training"]["epochs"] == 1
    assert metrics["baseline"] == tiny.metrics["baseline"]
    assert read_decoder(out)[1] == metrics


def test_a_run_that_goes_on_says_from_where(tiny: TinyRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last epoch that was kept."""
    monkeypatch.setattr(checkpoint, "_SECONDS_BETWEEN", 0.0)
    out, config, said = tmp_path / "run", with_settings(tiny, recipe=Recipe(epochs=2)), []

    def second_epoch(title: str) -> Report:
        return lambda step: interrupted(title)(step) if step.epoch else None

    with pytest.raises(KeyboardInterrupt):
        train(config, out, Watch(said.append, fitting=second_epoch))
    assert not any("going on" in sentence for sentence in said)
    train(config, out, Watch(said.append))
    assert "training: going on after epoch 1" in said


def _scribble(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20] + b"\xff")


def _another_document(path: Path) -> None:
    path.write_bytes(b"[1, 2]")


@pytest.mark.parametrize("damage", [_scribble, _another_document])
@pytest.mark.parametrize("name", ["config.json", "metrics.json"])
def test_a_damaged_document_is_one_sentence(
    tiny: TinyRun, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    """It is named, and --force is the way out."""
    out = tiny.copy(tmp_path / "run")
    damage(out / name)
    with pytest.raises(RunFolderError, match=rf"{name} is damaged: .*--force starts afresh"):
        train(tiny.config, out, Watch(silent, fitting=never))


def test_a_full_disk_while_writing_results_is_one_sentence(tiny: TinyRun, tmp_path: Path) -> None:
    """The network cannot be written: no half of it lies there, and the run does not look finished."""
    out = tmp_path / "run"
    with no_file_beyond(60_000), pytest.raises(EmgEdgeError, match=r"cannot write .*network\.keras: file too large"):
        train(with_settings(tiny, recipe=Recipe(epochs=1)), out, Watch(silent))
    assert [path.name for path in out.iterdir()] == ["config.json"]
    with pytest.raises(RunFolderError, match="unfinished"):
        read_decoder(out)


def test_each_subject_has_a_decoder_of_their_own(tiny: TinyRun, tmp_path: Path) -> None:
    """A run folder a person, the mean over people in metrics.json, and the second call goes on where it stopped."""
    data, out = tmp_path / "data", tmp_path / "run"
    simulate(Plan(subjects=2, hold_s=0.6, rest_s=0.4), data)
    config = with_settings(tiny, data=str(data), each_subject=True, recipe=Recipe(epochs=1))
    titles: list[str] = []

    def listed(title: str) -> Report:
        titles.append(title)
        return lambda step: None

    def second_fails(title: str) -> Report:
        return interrupted(title) if title.startswith("SIM-S2") else listed(title)

    with pytest.raises(KeyboardInterrupt):
        train(config, out, Watch(silent, fitting=second_fails))
    metrics = train(config, out, Watch(silent, fitting=listed))
    assert titles == ["SIM-S1 (1 of 2)", "SIM-S2 (2 of 2)"]
    assert metrics["people"] == 2
    own = [read_decoder(out / "subjects" / wearer)[1]["test"]["accuracy"] for wearer in ("SIM-S1", "SIM-S2")]
    assert metrics["test"]["accuracy"] == pytest.approx(np.mean(own))
    with pytest.raises(RunFolderError, match=r"a decoder for each of 2 people; name one: .*SIM-S1"):
        read_decoder(out)


def test_a_person_who_cannot_have_a_decoder_stops_the_run_before_it_begins(tiny: TinyRun, tmp_path: Path) -> None:
    """Who and why is said before hours were spent on the others."""
    data = tmp_path / "data"
    simulate(Plan(subjects=1, hold_s=1.0, rest_s=0.6), data)
    simulate(Plan(subjects=2, hold_s=0.2, rest_s=0.2), tmp_path / "brief")
    shutil.move(tmp_path / "brief" / "s2", data / "s2")
    config = with_settings(tiny, data=str(data), each_subject=True, rest=False, context_ms=1000)
    with pytest.raises(RecordingError, match="SIM-S2 cannot have a decoder of their own: no window of 1000 ms"):
        train(config, tmp_path / "run", Watch(silent, fitting=never))


def test_settings_are_frozen() -> None:
    """What a run was made with cannot change under it."""
    with pytest.raises((AttributeError, dataclasses.FrozenInstanceError)):
        TrainConfig("").seed = 3  # type: ignore[misc]


def test_two_trainings_never_share_a_folder(tmp_path: Path) -> None:
    """The second is refused while the first is at work; afterwards the folder is free."""
    out = tmp_path / "run"
    with sole_user(out), pytest.raises(RunFolderError, match="another training is at work"), sole_user(out):
        pass
    with sole_user(out):
        pass


def test_moved_recordings_are_the_same_recordings(tiny: TinyRun, tmp_path: Path) -> None:
    """A finished run is found finished when the data, and the run, lie elsewhere."""
    shutil.copytree(tiny.data, tmp_path / "elsewhere")
    said: list[str] = []
    config = msgspec.structs.replace(tiny.config, data=str(tmp_path / "elsewhere"))
    train(config, tiny.copy(tmp_path / "run"), Watch(said.append))
    assert "finished already" in said[-1]
