"""What this process has cost so far, read from Linux's own books, with a portable way where there are none."""

import contextlib
import os
import resource
import sys
import time
from pathlib import Path

_IMPORTED_S = time.monotonic()
_PROCESSES, _STAT = Path("/proc"), Path("/proc/self/stat")
_START_TIME = 19  # of the fields after the command's name: field 22 of proc(5)


def peak_resident_mb() -> float:
    """Peak resident memory in MB (10^6 bytes)."""
    told = _status_mb("self", "VmHWM")
    if told is not None:
        return told
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def resident_mb(process: int | str = "self") -> float | None:
    """Resident memory of a process now, in MB; None when it has ended, or where Linux's books are not to be had."""
    return _status_mb(process, "VmRSS")


def _status_mb(process: int | str, field: str) -> float | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in (_PROCESSES / str(process) / "status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024 / 1e6  # which Linux calls kB
    return None


def seconds_since_start() -> float:
    """Time since the process was started; where that is not to be had, since this module was imported."""
    since_import_s = time.monotonic() - _IMPORTED_S
    try:
        fields = _STAT.read_text().rpartition(")")[2].split()
        started_s = int(fields[_START_TIME]) / os.sysconf("SC_CLK_TCK")
        since_start_s = time.clock_gettime(time.CLOCK_BOOTTIME) - started_s
    except (OSError, ValueError, IndexError, AttributeError):
        return since_import_s
    return max(since_start_s, since_import_s)  # a container's boot clock may be another than its books'
