import json
import subprocess
import sys

from click.testing import CliRunner

from emg_edge.cli.main import cli
from emg_edge.device.boards.registry import BOARDS


def test_every_board_is_listed_with_what_it_needs():
    """The table names each board, what it needs, and whether it runs here."""
    done = CliRunner().invoke(cli, ["boards"])
    assert done.exit_code == 0
    for name in ("synthetic", "replay", "brainflow"):
        assert name in done.stdout
    assert done.stdout.count("needs: ") == done.stdout.count("runs here: ") == len(BOARDS)
    assert "--file" in done.stdout


def test_the_list_is_there_as_json():
    """One document, a record a board; the simulated ones run anywhere."""
    done = CliRunner().invoke(cli, ["boards", "--json"])
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert rows["synthetic"]["unavailable"] is None
    assert rows["replay"]["unavailable"] is None
    assert all(row["what"] and row["needs"] for row in rows.values())


def test_a_board_that_cannot_run_here_says_why(tmp_path):
    """Where BrainFlow's library does not load, its row says so and the others are untouched."""
    (tmp_path / "brainflow").mkdir()
    (tmp_path / "brainflow" / "__init__.py").write_text("raise OSError('wrong ELF class')")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from emg_edge.cli.main import main\nmain(['boards', '--json'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert "wrong ELF class" in rows["brainflow"]["unavailable"]
    assert rows["synthetic"]["unavailable"] is None
