import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emg_edge.cli.main import main
from emg_edge.cli.verify import command
from emg_edge.models import shipped
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
