"""Fault scripts: a small TOML file that says what goes wrong when.

    seed = 1

    [[fault]]
    kind = "drop"      # one of KINDS
    at_s = 5           # counted from the start of streaming [0]
    for_s = 3          # how long [to the end; a fault of one moment has none]
    share = 0.05       # what the kind needs; every value has a default

Channels count from 1, as on the board.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from emg_edge.errors import EmgEdgeError
from emg_edge.plain import plain

# Beyond these a number is a slip: a week and more, an hour of a board at 1 kHz, ten volts.
Seconds = Annotated[float, Meta(ge=0, le=1e6)]
Lasting = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=1, le=4_000_000)]
Channels = tuple[Annotated[int, Meta(ge=1)], ...]
Hz = Annotated[float, Meta(gt=0, le=1e6)]
Microvolts = Annotated[float, Meta(ge=0, le=1e7)]


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """Something that goes wrong from `at_s` on, for `for_s`. `moment` marks kinds that happen at once."""

    at_s: Seconds = 0.0
    for_s: Lasting = math.inf
    moment: ClassVar[bool] = False

    def active(self, time_s: float) -> bool:
        return self.at_s <= time_s < self.at_s + self.for_s

    @property
    def end_s(self) -> float:
        return self.at_s if self.moment else self.at_s + self.for_s


class Drop(Fault, tag="drop", frozen=True, kw_only=True):
    """Packets are lost one by one, at random."""

    share: Share = 0.05


class Burst(Fault, tag="burst-loss", frozen=True, kw_only=True):
    """So many packets in a row are lost, once."""

    packets: Count = 20
    moment: ClassVar[bool] = True


class Duplicate(Fault, tag="duplicate", frozen=True, kw_only=True):
    """Packets come twice."""

    share: Share = 0.05


class Reorder(Fault, tag="reorder", frozen=True, kw_only=True):
    """A packet comes after the one that follows it."""

    share: Share = 0.05


class Corrupt(Fault, tag="corrupt", frozen=True, kw_only=True):
    """A byte of a packet is another."""

    share: Share = 0.05


class Truncate(Fault, tag="truncate", frozen=True, kw_only=True):
    """A packet breaks off."""

    share: Share = 0.05


class Garbage(Fault, tag="garbage", frozen=True, kw_only=True):
    """Bytes of nothing come before a packet, as at power-on or with the wrong baud rate."""

    amount: Count = 64
    moment: ClassVar[bool] = True


class CounterWrap(Fault, tag="counter-wrap", frozen=True, kw_only=True):
    """A run of packets is lost that is longer than the board's counter: only time tells how long."""

    turns: Annotated[float, Meta(gt=0, le=1000)] = 1.25
    moment: ClassVar[bool] = True


class Stall(Fault, tag="stall", frozen=True, kw_only=True):
    """The link holds everything back, then delivers it at once."""

    for_s: Lasting = 0.5


class Unplug(Fault, tag="unplug", frozen=True, kw_only=True):
    """The port vanishes, and comes back; the board goes on."""

    for_s: Lasting = 5.0


class Power(Fault, tag="power", frozen=True, kw_only=True):
    """The board is switched off, and on again: it forgets its settings, and does not stream until it is told to."""

    for_s: Lasting = 2.0


class RateDrift(Fault, tag="rate-drift", frozen=True, kw_only=True):
    """The board's clock is off by this share (positive: fast)."""

    by: Annotated[float, Meta(ge=-0.9, le=10)] = 0.01


class LeadOff(Fault, tag="lead-off", frozen=True, kw_only=True):
    """Electrodes come loose: their channels go to the rail."""

    channels: Channels = (1,)


class Flat(Fault, tag="flat", frozen=True, kw_only=True):
    """Channels say the same value for ever."""

    channels: Channels = (1,)


class Saturation(Fault, tag="saturation", frozen=True, kw_only=True):
    """The signal is so strong that it clips."""

    channels: Channels = ()
    gain: Annotated[float, Meta(ge=0, le=1e9)] = 1000.0


class Hum(Fault, tag="mains-hum", frozen=True, kw_only=True):
    """The mains couple in."""

    channels: Channels = ()
    hz: Hz = 50.0
    uv: Microvolts = 200.0


class Motion(Fault, tag="motion", frozen=True, kw_only=True):
    """The cables swing: slow, large waves."""

    channels: Channels = ()
    hz: Hz = 1.5
    uv: Microvolts = 3000.0
    for_s: Lasting = 2.0


class Shift(Fault, tag="electrode-shift", frozen=True, kw_only=True):
    """The ring slips by so many electrodes."""

    by: Annotated[int, Meta(ge=-100, le=100)] = 1


class Fatigue(Fault, tag="fatigue", frozen=True, kw_only=True):
    """The muscle tires: its signal changes by this factor, within `for_s` or `over_s`, and stays so."""

    factor: Annotated[float, Meta(ge=0, le=100)] = 0.6
    over_s: Annotated[float, Meta(gt=0, le=1e6)] = 600.0


AnyFault = (
    Drop | Burst | Duplicate | Reorder | Corrupt | Truncate | Garbage | CounterWrap | Stall | Unplug | Power
    | RateDrift | LeadOff | Flat | Saturation | Hum | Motion | Shift | Fatigue
)  # fmt: skip

KINDS: Mapping[str, type[Fault]] = {str(kind.__struct_config__.tag): kind for kind in AnyFault.__args__}


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file."""

    fault: tuple[AnyFault, ...] = ()
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 0


_BY_KIND = "docs/boards.md lists every kind with its values"


def parse(text: str, name: str) -> Script:
    """Read a script; `name` says which in errors. Raises EmgEdgeError naming what is wrong."""
    try:
        script: Any = msgspec.toml.decode(text, type=Script)
    except (msgspec.MsgspecError, ValueError) as error:  # ValueError: TOML's own
        way_out = f"the kinds are {', '.join(KINDS)}" if ".kind" in str(error) or "tag" in str(error) else _BY_KIND
        raise EmgEdgeError(f"{name} is no fault script: {plain(error)}; {way_out}") from error
    assert isinstance(script, Script)
    return script


def read(path: Path) -> Script:
    """Read a script from a file. Raises EmgEdgeError when it cannot be read, or as `parse` does."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise EmgEdgeError(f"cannot read the fault script {path}: {getattr(error, 'strerror', error)}") from error
    return parse(text, str(path))
