import contextlib
import os
import threading
import time

import pytest

from emg_edge.device.ports.converse import converse
from emg_edge.device.ports.serial_port import SerialPort
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.pseudo_terminal import PseudoTerminal
from emg_edge.device.simulator.serve import LONGEST_WAIT_S, serve
from emg_edge.device.simulator.simulated import simulated
from emg_edge.firmware_bridge.faults import script as kinds
from emg_edge.firmware_bridge.protocols.conversation import Ask, ends_with


@contextlib.contextmanager
def served(*faults, duration_s=60.0):
    """A Cyton on a pseudo-terminal, served by a thread."""
    board, stop, said = simulated(SIMULATED["cyton"], "counter", faults=faults), threading.Event(), []
    with PseudoTerminal("cyton") as terminal:
        thread = threading.Thread(target=serve, args=(board, terminal, stop.is_set, said.append, duration_s))
        thread.start()
        try:
            yield terminal, said, thread
        finally:
            stop.set()
            thread.join()


def ask(port, data, mark, within_s=5.0):
    def dialogue():
        return (yield Ask(data, ends_with(mark), within_s))

    return converse(port, dialogue())


def test_it_answers_at_once_and_streams_in_real_time():
    """A command is answered long before the loop would have looked by itself, and samples come at their rate."""
    with served() as (terminal, _, _):
        port = SerialPort(str(terminal.path), 115_200)
        port.open()
        waits = []
        for _ in range(5):
            time.sleep(0.01)
            began_s = port.now()
            assert ask(port, b"v", b"$$$")
            waits.append(port.now() - began_s)
        assert min(waits) < LONGEST_WAIT_S / 4
        port.write(b"b")
        began_s, count = port.now(), 0
        while port.now() - began_s < 0.5:
            count += len(port.read(0.1))
        assert count / 33 == pytest.approx(125, abs=60)
        port.close()


def test_it_ends_when_asked_and_at_its_time():
    """A board that nobody talks to is given up all the same."""
    with served() as (_, _, thread):
        assert thread.is_alive()
    assert not thread.is_alive()
    with served(duration_s=0.05) as (_, _, thread):
        thread.join(5)
        assert not thread.is_alive()


def test_an_unplugged_port_vanishes_and_returns_and_both_are_said():
    """Under the same name, as the script says."""
    with served(kinds.Unplug(at_s=0.1, for_s=0.3)) as (terminal, said, _):
        port = SerialPort(str(terminal.path), 115_200)
        port.open()
        port.write(b"b")
        give_up_s = time.monotonic() + 10
        while os.path.lexists(terminal.path):
            assert time.monotonic() < give_up_s
            time.sleep(0.005)
        while not os.path.lexists(terminal.path):
            assert time.monotonic() < give_up_s
            time.sleep(0.005)
        port.open()
        assert len(port.read(2.0)) > 0  # the board streams on
        port.close()
    assert [sentence.split(" s: ")[1] for sentence in said] == ["unplug for_s 0.3", "unplug is over"]


def test_nobody_reading_is_said_once():
    """A stream into the void is no silent loss."""
    with served() as (terminal, said, _):
        client = os.open(terminal.path, os.O_RDWR | os.O_NOCTTY)
        os.write(client, b"b")
        give_up_s = time.monotonic() + 20
        while not said:
            assert time.monotonic() < give_up_s
            time.sleep(0.02)
        time.sleep(0.1)
        os.close(client)
    assert said == ["nobody reads the port: what it does not hold is lost"]


def test_an_idle_board_costs_no_time():
    """While nobody talks to it, serving it takes next to no processor."""
    with served() as (_, _, _):
        before_s = time.process_time()
        time.sleep(0.5)
        assert time.process_time() - before_s < 0.25
