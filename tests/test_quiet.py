import subprocess
import sys

PROGRAM = """
import os, sys
from emg_edge.quiet import quiet

def both(word):
    for fd in (1, 2):
        os.write(fd, f"{word}{fd} ".encode())  # as native code does, past sys.stdout and sys.stderr

both("before")
with quiet():
    both("err-hidden")
try:
    with quiet(1, 2):
        both("all-hidden")
        print("buffered-hidden")
        raise ValueError("passes")
except ValueError as error:
    both(str(error))
"""


def test_native_chatter_is_hidden_and_the_streams_come_back() -> None:
    """Only the descriptors that were named are turned, an exception passes, and all is as before afterwards."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "before1 err-hidden1 passes1 "
    assert done.stderr == "before2 passes2 "
