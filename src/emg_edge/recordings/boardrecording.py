"""A recording of one of BrainFlow's boards, whoever wrote it: its rows, checked, with what is missing counted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.recordings import quality
from emg_edge.recordings.counting import LARGEST_NUMBER, Counting, missing, places
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.rows import Rows
from emg_edge.signal.montage import layout_of
from emg_edge.signal.source import Source

UNIX_S = (1e9, 1e10)  # what can be a time since 1970 in seconds: 2001 to 2286
RATE_TOLERANCE = 0.05  # relative; a host's clock stamps samples unevenly
MEASURABLE_S = 2.0  # in less, bunches of samples decide what the rate seems to be
_MILLISECONDS = 1e11  # the GUI has written both; nothing lies between


@dataclass(frozen=True)
class Track:
    """Columns of a recording, apart.

    signal        (n, channels) float32, microvolts
    acceleration  (n, 3) float32, g; zeros where none was sent; None where there are no such columns
    number        (n,) float64, as the board counts; None where there is no such column
    time_s        (n,) float64, Unix time; None where there is no such column
    line          (n,) int64, the line of the file
    """

    signal: NDArray[np.float32]
    acceleration: NDArray[np.float32] | None
    number: NDArray[np.float64] | None
    time_s: NDArray[np.float64] | None
    line: NDArray[np.int64]


def numbers(number: NDArray[np.float64], line: NDArray[np.int64], where: str, largest: int) -> NDArray[np.int64]:
    """Bring a column of sample numbers into int64. Raises RecordingError when one is none."""
    bad = (number != np.rint(number)) | (number < 0) | (number > largest)
    if bad.any():
        row = int(bad.argmax())
        raise RecordingError(
            f"{where}, line {line[row]}: the sample's number is {number[row]:g}, and whole numbers from 0 to {largest} "
            "were expected; it is damaged, of another board, or a recording of emg-edge without the .json beside it"
        )
    return number.astype(np.int64)


def seconds(time: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Read a column of Unix times in seconds or milliseconds; None when it holds something else."""
    time_s = time / 1000 if float(np.median(time)) > _MILLISECONDS else time
    return time_s if ((time_s >= UNIX_S[0]) & (time_s < UNIX_S[1])).all() else None


def measured_hz(track: Track, counting: Counting, where: str) -> float | None:
    """Say how many samples a second were made, those that are missing included; None where it cannot be told."""
    if track.time_s is None or track.number is None or len(track.line) < 2:
        return None
    counted = places(numbers(track.number, track.line, where, LARGEST_NUMBER), counting)
    index = np.cumsum(missing(counted, None, 1.0).lost + 1)
    apart = min(counted.turn, len(index) - 1)
    steps, spans_s = index[apart:] - index[:-apart], track.time_s[apart:] - track.time_s[:-apart]
    forward = spans_s > 0
    # The median: a long silence, or a bunch of samples, is in few of the spans.
    return float(np.median(steps[forward] / spans_s[forward])) if forward.any() else None


def recording_of(track: Track, counting: Counting, rate_hz: float, where: str, notes: tuple[str, ...]) -> Recording:
    """Make a recording, with what is missing and what is wrong remarked. Its movements are not known.

    Raises RecordingError when the samples' numbers are none or go back, or a sample is not finite.
    """
    said = list(notes)
    lost: NDArray[np.int32] | None = None
    if track.number is None:
        said.append("it has no column 'Sample Index': samples that are missing cannot be seen")
    else:
        lost = _lost(track, track.number, counting, rate_hz, where, said)
    _compare_rate(track, counting, rate_hz, where, said)
    said += quality.dead_channels(track.signal, rate_hz, where, rectified=False)
    nothing = np.zeros(len(track.signal), np.int16)
    return Recording(
        np.ascontiguousarray(track.signal),
        nothing,
        nothing,
        Source("raw", rate_hz, "uV", layout_of(track.signal.shape[1])),
        "own",
        1,
        acceleration=delivered(track.acceleration),
        notes=tuple(said),
        lost=lost,
    )


def delivered(acceleration: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """Tell real acceleration from the zeros of a board that sends none: an IMU feels gravity."""
    return np.ascontiguousarray(acceleration) if acceleration is not None and acceleration.any() else None


def as_lost(lost: NDArray[np.int64], line: NDArray[np.int64], where: str) -> NDArray[np.int32]:
    """Bring a count into a recording's type. Raises RecordingError where it is beyond belief."""
    if lost.max() > np.iinfo(np.int32).max:
        row = int(lost.argmax())
        raise RecordingError(
            f"{where}, line {line[row]}: {lost[row]} samples would be missing before it; its number or its time is "
            "damaged"
        )
    return lost.astype(np.int32)


def remark_loss(lost: NDArray[np.int32], rate_hz: float) -> tuple[str, ...]:
    """Say how much is missing, if anything."""
    total = int(lost.sum(dtype=np.int64))
    if not total:
        return ()
    places_said = int(np.count_nonzero(lost))
    return (
        f"{total} samples ({total / rate_hz:.2f} s) are missing in {places_said} "
        f"{'place' if places_said == 1 else 'places'}, {total / (total + len(lost)):.1%} of all",
    )


def _lost(
    track: Track, number: NDArray[np.float64], counting: Counting, rate_hz: float, where: str, said: list[str]
) -> NDArray[np.int32]:
    counted = numbers(number, track.line, where, LARGEST_NUMBER)
    found = missing(places(counted, counting), track.time_s, rate_hz)
    if found.back is not None:
        row = found.back
        raise RecordingError(
            f"{where}, line {track.line[row]}: the sample's number goes back from {counted[row - 1]} to "
            f"{counted[row]}, and by the times no turn of the counter has passed; samples were doubled or reordered"
        )
    if track.time_s is None:
        said.append("it has no usable times: losses of more than a turn of the counter cannot be seen")
    elif found.set_back:
        said.append(
            f"the clock was set back before line {track.line[found.set_back[0]]}: a loss of more than a turn of the "
            "counter just there cannot be seen"
        )
    lost = as_lost(found.lost, track.line, where)
    said += remark_loss(lost, rate_hz)
    return lost


def _compare_rate(track: Track, counting: Counting, rate_hz: float, where: str, said: list[str]) -> None:
    if track.time_s is None or float(track.time_s[-1] - track.time_s[0]) < MEASURABLE_S:
        return
    found_hz = measured_hz(track, counting, where)
    if found_hz is not None and abs(found_hz - rate_hz) > RATE_TOLERANCE * rate_hz:
        said.append(f"by its times it has {found_hz:.1f} samples a second, and {rate_hz:g} Hz was believed")


def track_of(rows: Rows, channels: int, *, moved: bool, number: bool, time: bool) -> Track:
    """Take rows apart: signal, then acceleration, in `signal`; number, then time, in `exact`."""
    time_s = seconds(rows.exact[:, int(number)]) if time else None
    return Track(
        rows.signal[:, :channels],
        rows.signal[:, channels:] if moved else None,
        rows.exact[:, 0] if number else None,
        time_s,
        rows.line,
    )
