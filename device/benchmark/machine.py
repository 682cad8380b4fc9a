"""What machine this is and how it stands: heat, clock and throttling, where Linux tells."""

import contextlib
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec

_CPUINFO, _TREE = Path("/proc/cpuinfo"), Path("/proc/device-tree/model")
_CLOCKS, _ZONES = Path("/sys/devices/system/cpu/cpu0/cpufreq"), Path("/sys/class/thermal")
# What the Pi's firmware says of itself, bit by bit: now, and since it was switched on.
_THROTTLED = {0: "under-voltage", 1: "frequency capped", 2: "throttled", 3: "soft temperature limit"}
_SINCE_BOOT = 16
_PATIENCE_S = 2.0


class Machine(msgspec.Struct, frozen=True):
    """What does not change during a run."""

    name: str
    cpu: str
    cores: int
    system: str
    python: str


class Condition(msgspec.Struct, frozen=True):
    """How it stands; None where Linux does not tell.

    throttled  what the Pi's firmware reports now, and with ' before' since it was switched on
    """

    temperature_c: float | None
    mhz: float | None
    most_mhz: float | None
    governor: str | None
    throttled: list[str] | None
    load: float


def machine() -> Machine:
    """Look once."""
    name = _text(_TREE) or platform.machine()
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return Machine(name.rstrip("\0"), _cpu(), len(os.sched_getaffinity(0)), system, platform.python_version())


def condition() -> Condition:
    """Look now."""
    return Condition(
        max((int(text) / 1000 for text in _temperatures()), default=None),
        _mhz("scaling_cur_freq"),
        _mhz("scaling_max_freq"),
        _text(_CLOCKS / "scaling_governor"),
        _throttled(),
        round(os.getloadavg()[0], 2),
    )


def _cpu() -> str:
    for line in (_text(_CPUINFO) or "").splitlines():
        if line.startswith(("model name", "Model")):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _temperatures() -> Iterator[str]:
    for zone in sorted(_ZONES.glob("thermal_zone*/temp")):
        text = _text(zone)
        if text and text.lstrip("-").isdigit():
            yield text


def _mhz(name: str) -> float | None:
    text = _text(_CLOCKS / name)
    return int(text) / 1000 if text and text.isdigit() else None


def _throttled() -> list[str] | None:
    tool = shutil.which("vcgencmd")
    if tool is None:
        return None
    with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
        told = subprocess.run([tool, "get_throttled"], capture_output=True, text=True, timeout=_PATIENCE_S, check=True)  # noqa: S603 - found on PATH
        return throttled(int(told.stdout.strip().partition("=")[2], 16))
    return None


def throttled(bits: int) -> list[str]:
    """Words for the bits of `vcgencmd get_throttled`."""
    now = [word for bit, word in _THROTTLED.items() if bits >> bit & 1]
    return now + [f"{word} before" for bit, word in _THROTTLED.items() if bits >> (bit + _SINCE_BOOT) & 1]


def _text(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return None
