import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from emg_edge.cli.info import command, describe
from emg_edge.cli.main import main
from emg_edge.decoding import modelfile
from emg_edge.decoding.modelfile import EdgeTpu
from emg_edge.models import shipped
from emg_edge.signal.spec import SignalSpec, default_spec


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_json_is_the_whole_document() -> None:
    """stdout holds JSON and nothing else, and all that the file says of itself."""
    result = invoked(str(shipped()), "--json")
    document = json.loads(result.stdout)
    description = modelfile.read(shipped()).description
    assert (result.exit_code, result.stderr) == (0, "")
    assert document["schema"] == 1
    assert document["movements"] == list(description.movements)
    assert document["signal"]["rate_hz"] == description.signal.rate_hz
    assert document["model_sha256"] == description.model_sha256
    assert set(document) == set(type(description).__struct_fields__) - {"edgetpu"}  # it was not compiled for one


def test_a_page_for_people_names_what_matters() -> None:
    """Movements, signal, people, accuracy, and what int8 cost."""
    result = invoked(str(shipped()))
    description = modelfile.read(shipped()).description
    for name in description.names:
        assert name in result.stdout
    for word in (
        "200 Hz",
        "8 channels",
        "high-pass 20 Hz",
        "simulated recordings",
        "accuracy",
        "same decision as float",
    ):
        assert word in result.stdout
    assert description.model_sha256[:16] in result.stdout


def test_the_page_says_what_an_edge_tpu_file_was_made_from() -> None:
    """The compiler, what it left on the CPU with its reasons, and the file that runs without an Edge TPU."""
    told = EdgeTpu("Edge TPU Compiler 16.0", "g.tflite", 70000, "ab" * 32, 3, {"MEAN: why": 2}, 60000, 0, {})
    page = describe("g_edgetpu.tflite", msgspec.structs.replace(modelfile.read(shipped()).description, edgetpu=told))
    assert page.splitlines()[-2:] == [
        "Edge TPU      Edge TPU Compiler 16.0: 3 operators mapped, 2 on the CPU; 2 x MEAN: why",
        "made from     g.tflite (70000 bytes of model, SHA-256 abababababababab...): that one runs on a CPU",
    ]


@pytest.mark.parametrize(
    ("signal", "said"),
    [
        (default_spec("raw", 15), "log rms of 50 ms every 25 ms"),
        (default_spec("envelope", 7), "log mean of 50 ms every 50 ms"),
        (default_spec("raw", 15, frames="sub-bands"), "log rms in 20-50 Hz, 50-90 Hz of 50 ms every 25 ms"),
        (default_spec("raw", 80, frames="raw", acceleration=3), "samples every 5 ms, with the acceleration"),
    ],
)
def test_the_page_says_what_frames_are(signal: SignalSpec, said: str) -> None:
    """Of every kind that a model file may ask for."""
    description = msgspec.structs.replace(modelfile.read(shipped()).description, signal=signal)
    line = next(line for line in describe("g.tflite", description).splitlines() if line.startswith("front end"))
    assert line.endswith(f", {said}")


def test_without_a_file_the_shipped_model_is_shown() -> None:
    """So a new user sees one at once."""
    assert invoked().stdout == invoked(str(shipped())).stdout


@pytest.mark.parametrize("kind", ["altered", "foreign", "folder", "absent"])
def test_a_file_that_is_not_ours_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """Exit 1, one line on stderr that names the file, nothing on stdout."""
    path = tmp_path / "g.tflite"
    data = bytearray(shipped().read_bytes())
    if kind == "altered":
        data[1000] ^= 1
        path.write_bytes(data)
    elif kind == "foreign":
        path.write_bytes(modelfile.read(shipped()).flatbuffer)
    elif kind == "folder":
        path.mkdir()
    with pytest.raises(SystemExit) as stopped:
        main(["info", str(path)])
    assert stopped.value.code == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("emg-edge: ")
    assert str(path) in err
    assert err.count("\n") == 1
