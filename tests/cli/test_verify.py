import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import broken_models
from support.tiny_run import TinyRun

from emg_edge.cli.main import main
from emg_edge.cli.verify import command
from emg_edge.decoding import modelfile
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.models import shipped
from emg_edge.progress import in_order
from emg_edge.quantize.run import quantize
from emg_edge.verification import simulated


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "SECONDS", 10.0)


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_the_shipped_model_is_verified_without_anything_to_name(tmp_path: Path) -> None:
    """On simulated people; the document has a row for each runtime."""
    path = tmp_path / "v.json"
    result = invoked("--json", str(path))
    assert result.exit_code == 0
    assert "litert, XNNPACK" in result.stdout
    for row in json.loads(path.read_bytes())["runtimes"]:
        assert set(row) >= {"runtime", "accuracy", "balanced_accuracy", "agreement", "max_probability_error"}


def test_the_model_is_never_replaced_by_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "g.tflite"
    path.write_bytes(shipped().read_bytes())
    with pytest.raises(SystemExit):
        main(["verify", str(path), "--json", str(path)])
    assert "is read by this command" in capsys.readouterr().err
    assert path.read_bytes() == shipped().read_bytes()


def test_a_run_of_another_network_is_refused(tiny: TinyRun, capsys: pytest.CaptureFixture[str]) -> None:
    """The shipped model looks back twice as far."""
    with pytest.raises(SystemExit):
        main(["verify", "--run", str(tiny.out)])
    assert "is not the run that " in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--subjects", "1"], "--database and --subjects choose among the recordings of --data PATH"),
        (["--database", "DB5"], "--database and --subjects choose among the recordings of --data PATH"),
        (["--delegate-library", "x.so"], "--delegate-library is for a model that was compiled"),
    ],
)
def test_an_option_that_would_choose_nothing_is_refused(options: list[str], said: str) -> None:
    """The shipped model is verified on simulated people, and was not compiled."""
    result = CliRunner().invoke(command, options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_altered_bytes_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is run."""
    data = bytearray(shipped().read_bytes())
    data[5000] ^= 255
    path = tmp_path / "altered.tflite"
    path.write_bytes(data)
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(path)])
    assert ended.value.code == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert str(path) in told[0]


@pytest.mark.parametrize("asked", ["info", "verify"])
@pytest.mark.parametrize(
    "spoil", [broken_models.wrong_input_scale, broken_models.unsupported_operator, broken_models.other_front_end]
)
def test_a_broken_model_is_one_sentence(
    model: ModelFile,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    asked: str,
    spoil: Callable[[ModelFile], ModelFile],
) -> None:
    """Of `info`, which needs no recording, as of `verify`."""
    broken = spoil(model)
    path = tmp_path / "g.tflite"
    modelfile.write(path, broken.flatbuffer, broken.description)
    with pytest.raises(SystemExit) as ended:
        main([asked, str(path)])
    assert ended.value.code == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert "contradicts itself: " in told[0]
    assert told[0].endswith("make it anew with: emg-edge quantize")


def test_the_page_and_the_float_network_of_a_run(tiny: TinyRun, tmp_path: Path) -> None:
    """A run's own file against its float network, on the run's own recordings, as a page."""
    out, page = tmp_path / "g.tflite", tmp_path / "v.html"
    quantize(tiny.out, out, in_order, below_bound=True)
    result = CliRunner().invoke(
        command, [str(out), "--data", str(tiny.data), "--run", str(tiny.out), "--html", str(page)]
    )
    lines = result.stdout.splitlines()  # a runner of tests gets what the converter prints, too
    (first,) = (place for place, line in enumerate(lines) if line.startswith("g.tflite: "))
    names = [line.split("  ")[0] for line in lines[first + 2 : first + 5]]
    assert names == ["float Keras", "float TFLite", "litert, plain kernels"]
    text = page.read_text()
    assert "Is g.tflite the same model everywhere?" in text
    assert text.count("<svg") == 2
    assert "$" not in text
