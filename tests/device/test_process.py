import subprocess
import sys
import time

from emg_edge.device.process import peak_resident_mb, seconds_since_start


def test_the_peak_grows_with_what_was_used():
    """A hundred megabytes touched show in the peak, and stay in it."""
    before = peak_resident_mb()
    ballast = bytearray(b"x" * 300_000_000)
    del ballast
    assert peak_resident_mb() > max(before, 300)


def test_the_start_is_that_of_the_process():
    """Time spent before the first import of ours counts: the interpreter's own start, and a sleep."""
    code = (
        "import time; time.sleep(0.5)\n"
        "from emg_edge.device.process import seconds_since_start\n"
        "print(seconds_since_start())"
    )
    began_s = time.monotonic()
    shown = float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert 0.5 <= shown <= time.monotonic() - began_s + 0.05


def test_time_goes_forward():
    """A later question has a later answer."""
    first = seconds_since_start()
    time.sleep(0.02)
    assert seconds_since_start() > first
