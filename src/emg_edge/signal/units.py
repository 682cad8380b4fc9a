"""What one unit of amplitude is worth in another.

Volts and microvolts are one quantity. A Myo's count has no published worth: its factor is nominal. DB1's volts come
from behind an amplifier and rectifier of unknown gain, and are worth nothing in any other unit.
"""

from emg_edge.signal.source import Unit

# Microvolts that one count of a Myo is taken for. It puts rest and effort where NinaPro DB5's people have them (about
# 1.5 and 10 to 50 counts RMS); Thalmic never published the real figure.
UV_PER_MYO_COUNT = 5.0

_UV: dict[Unit, float] = {"uV": 1.0, "V": 1e6, "myo-count": UV_PER_MYO_COUNT}
_EXACT: frozenset[Unit] = frozenset({"uV", "V"})


def factor(unit: Unit, into: Unit) -> float | None:
    """Return what a number in `unit` is multiplied with to be in the unit `into`; None when nobody knows."""
    if unit == into:
        return 1.0
    return _UV[unit] / _UV[into] if unit in _UV and into in _UV else None


def is_exact(unit: Unit, into: Unit) -> bool:
    """Whether the factor is one by definition, not a nominal one."""
    return unit == into or {unit, into} <= _EXACT
