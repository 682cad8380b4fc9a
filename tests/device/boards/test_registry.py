import importlib
import sys
from pathlib import Path

import pytest

from emg_edge.cli import board_options, simulate
from emg_edge.device.boards.board import Board, BoardOptions
from emg_edge.device.boards.registry import BOARDS, boards, open_board, unavailable
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.virtual import DRIVERS
from emg_edge.errors import BoardError

PLUGIN = """
from emg_edge.device.boards.synthetic import SyntheticBoard


class Mine(SyntheticBoard):
    name = "mine"

    @classmethod
    def open(cls, options):
        return cls((1,), subject=int(options.variant))
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path, as site-packages is, with a package that brings two boards, one of them broken."""
    (tmp_path / "my_board.py").write_text(PLUGIN)
    info = tmp_path / "my_board-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-board\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[emg_edge.boards]\nmine = my_board:Mine\nbroken = my_board_gone:Board\nreplay = my_board:Mine\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield tmp_path
    sys.modules.pop("my_board", None)


def test_every_list_of_boards_names_the_same_ones():
    """What can be simulated has a driver on a simulated clock; every board of ours has options on the command line."""
    assert SIMULATED.keys() == DRIVERS.keys() <= BOARDS.keys()
    assert SIMULATED.keys() == set(simulate.BOARDS)
    assert BOARDS.keys() == board_options.KNOWN


@pytest.mark.parametrize("name", BOARDS)
def test_every_entry_leads_to_a_board_of_its_name(name):
    """The literal registry holds no dead entry."""
    cls = BOARDS[name].load()
    assert issubclass(cls, Board)
    assert cls.name == name


def test_an_unknown_board_is_refused_with_those_there_are():
    """The sentence names the unknown one, a near one, and all known ones."""
    with pytest.raises(BoardError, match=r"unknown board 'syntetic'.*did you mean 'synthetic'.*replay.*brainflow"):
        open_board("syntetic", BoardOptions())


def test_a_variant_of_a_board_that_has_none_is_refused():
    """'synthetic:x' is not silently 'synthetic'."""
    with pytest.raises(BoardError, match="no variants"):
        open_board("synthetic:x", BoardOptions(movements=(1,)))


def test_names_may_be_upper_case():
    """BrainFlow's users write names in capitals."""
    assert open_board("SYNTHETIC", BoardOptions(movements=(1,))).name == "synthetic"


def test_a_package_adds_a_board(installed):
    """A board named by an entry point is listed, opens by its name, and gets its variant."""
    assert "my-board" in boards()["mine"].line
    assert open_board("mine:7", BoardOptions()).wearer == "SIM-S7"


def test_a_package_cannot_replace_one_of_ours(installed):
    """The name replay stays ours."""
    assert boards()["replay"] is BOARDS["replay"]


def test_a_broken_package_is_one_sentence(installed):
    """A plugin that does not import is named, in the listing and when it is opened."""
    assert "my_board_gone" in unavailable(boards()["broken"])
    with pytest.raises(BoardError, match="'broken' cannot be loaded"):
        open_board("broken", BoardOptions())
