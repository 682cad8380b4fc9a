"""What this process has cost so far, read from Linux's own books, with a portable way where there are none."""

import os
import resource
import sys
import time
from pathlib import Path

_IMPORTED_S = time.monotonic()
_STATUS, _STAT = Path("/proc/self/status"), Path("/proc/self/stat")
_START_TIME = 19  # of the fields after the command's name: field 22 of proc(5)


def peak_resident_mb() -> float:
    """Peak resident memory in MB (10^6 bytes)."""
    try:
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    except (OSError, ValueError):
        pass
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


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
