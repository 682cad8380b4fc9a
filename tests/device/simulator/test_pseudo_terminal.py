import os
import tempfile
from pathlib import Path

import pytest

from emg_edge.device.simulator.pseudo_terminal import PseudoTerminal
from emg_edge.errors import BoardError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where temporary files go."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_name_stays_when_the_port_goes_and_comes(folder):
    """Pulled, nothing has the name; plugged in again, a new port has it."""
    with PseudoTerminal("cyton") as terminal:
        path, first = terminal.path, terminal.path.readlink()
        assert path.name == "cyton"
        assert first.is_char_device()
        for _ in range(3):
            terminal.pull()
            assert not os.path.lexists(path)
            assert not terminal.plugged
            terminal.pull()
            terminal.plug()
            terminal.plug()
            assert terminal.path == path
            assert path.readlink().is_char_device()


@pytest.mark.parametrize("pulled", [False, True])
def test_nothing_is_left_behind(folder, pulled):
    """No link, no folder, no open descriptor, whether it was plugged in at the end or not."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    with PseudoTerminal("cyton") as terminal:
        if pulled:
            terminal.pull()
    assert list(folder.iterdir()) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_whoever_has_it_open_is_told_that_it_went(folder):
    """A pulled port ends the client's reading, as a real one does."""
    with PseudoTerminal("cyton") as terminal:
        client = os.open(terminal.path, os.O_RDWR | os.O_NOCTTY)
        terminal.pull()
        with pytest.raises(OSError, match="Input/output"):
            os.write(client, b"v")
        os.close(client)


def test_what_nobody_reads_is_lost_and_counted(folder):
    """Writing never waits; what found no room is known to the byte."""
    with PseudoTerminal("cyton") as terminal:
        sent = 200 * 1000
        for _ in range(200):
            terminal.write(bytes(1000))
        assert 0 < terminal.overflowed < sent
        client = os.open(terminal.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        kept = 0
        while kept < sent - terminal.overflowed:
            kept += len(os.read(client, 4096))
        with pytest.raises(BlockingIOError):
            os.read(client, 4096)
        os.close(client)
        assert kept + terminal.overflowed == sent


def test_reading_never_waits(folder):
    """Where the client wrote nothing there is nothing."""
    with PseudoTerminal("cyton") as terminal:
        assert terminal.read() == b""
        client = os.open(terminal.path, os.O_RDWR | os.O_NOCTTY)
        os.write(client, b"v\x03\x04\r\n")
        assert terminal.read() == b"v\x03\x04\r\n"
        os.close(client)
        assert terminal.read() == b""  # a client that left is none


def test_a_system_without_terminals_is_one_sentence(folder, monkeypatch):
    """Its refusal is said, and nothing is left."""

    def none_left():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "openpty", none_left)
    with pytest.raises(BoardError, match="no pseudo-terminal"), PseudoTerminal("cyton"):
        pass
    assert list(folder.iterdir()) == []
