"""The command line in processes of their own, as users run it."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def simulating(*arguments: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Run `emg-edge simulate`; gives the path of the port, and the process, which is killed if it still runs."""
    command = [sys.executable, "-m", "emg_edge", "simulate", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().rstrip("\n"), process
        finally:
            process.kill()
