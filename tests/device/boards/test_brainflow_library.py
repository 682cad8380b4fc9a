import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("library", "said"),
    [
        ("raise ImportError('No module named brainflow')", "pip install 'emg-edge[brainflow]'"),
        ("raise OSError('cannot open shared object file')", "native library does not load on"),
    ],
)
def test_a_machine_without_brainflow_is_one_sentence(tmp_path: Path, model_path: Path, library, said):
    """Not installed, or installed for another processor: what to do is said, without a traceback."""
    (tmp_path / "brainflow").mkdir()
    (tmp_path / "brainflow" / "__init__.py").write_text(library)
    arguments = ["run", "--board", "brainflow:CYTON_BOARD", "--model", str(model_path)]
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nfrom emg_edge.cli.main import main\nmain({arguments!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
