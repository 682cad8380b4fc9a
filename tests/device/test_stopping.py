import os
import signal

import pytest

from emg_edge.device.stopping import asked_to_stop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_a_question_answered_yes(number):
    """The first Ctrl-C, SIGTERM or closed terminal raises nothing: it is noted."""
    with asked_to_stop() as stopped:
        assert not stopped()
        os.kill(os.getpid(), number)
        assert stopped()


def test_a_second_signal_has_its_ordinary_effect():
    """Whoever presses Ctrl-C twice is not kept waiting."""
    with asked_to_stop():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_closed_terminal_is_ignored_where_that_was_asked_for():
    """By `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with asked_to_stop() as stopped:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stopped()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_what_was_before_is_put_back():
    """After the run, signals do what they did before it."""
    before = signal.getsignal(signal.SIGINT)
    with asked_to_stop():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
