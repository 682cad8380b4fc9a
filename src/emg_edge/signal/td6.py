"""TD6 and TD4: the classical time-domain features, the baseline beside every accuracy.

TD4 (Hudgins, Parker and Scott, IEEE TBME 40:82-94, 1993): mean absolute value, zero crossings, slope sign changes,
waveform length; with root mean square and log variance (Phinyomark, Expert Systems 39:7420-7431, 2012).
"""

import numpy as np
from numpy.typing import NDArray

NAMES = ("mav", "zc", "ssc", "wl", "rms", "logvar")
NAMES4 = NAMES[:4]
_SMALLEST_VARIANCE = 1e-12  # keeps the logarithm finite on a flat channel


def td6(signal: NDArray[np.floating], window: int, ends: NDArray[np.integer]) -> NDArray[np.float32]:
    """Features of the windows of `window` samples whose newest samples are `ends`.

    signal (n, channels) at least high-passed -> (len(ends), 6 * channels) float32, feature by feature.
    Crossings and slope changes are counted without a threshold, over the pairs and triples inside the window.
    Raises ValueError when a window would begin before the signal.
    """
    x, starts, ends = _checked(signal, window, ends)
    mean = _sums(x, starts, ends) / window
    power = _sums(x * x, starts, ends) / window
    variance = np.maximum((power - mean * mean) * window / (window - 1), _SMALLEST_VARIANCE)
    features = (*_hudgins(x, window, starts, ends), np.sqrt(power), np.log(variance))
    return np.concatenate(features, axis=1).astype(np.float32)


def td4(signal: NDArray[np.floating], window: int, ends: NDArray[np.integer]) -> NDArray[np.float32]:
    """The first four features of `td6` alone, (len(ends), 4 * channels)."""
    x, starts, ends = _checked(signal, window, ends)
    return np.concatenate(_hudgins(x, window, starts, ends), axis=1).astype(np.float32)


def _checked(
    signal: NDArray[np.floating], window: int, ends: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.integer], NDArray[np.integer]]:
    """Return the signal, and the first and last sample of each window."""
    ends = np.asarray(ends)
    starts = ends - window + 1
    if len(ends) and starts.min() < 0:
        raise ValueError(f"a window of {window} samples ends at sample {ends.min()}")
    return signal.astype(np.float64), starts, ends


def _hudgins(
    x: NDArray[np.float64], window: int, starts: NDArray[np.integer], ends: NDArray[np.integer]
) -> tuple[NDArray[np.float64], ...]:
    """Mean absolute value, zero crossings, slope sign changes, waveform length, each (len(ends), channels)."""
    step = np.diff(x, axis=0)  # step[i] lies between samples i and i + 1
    return (
        _sums(np.abs(x), starts, ends) / window,
        _sums((x[:-1] * x[1:] < 0).astype(float), starts, ends - 1),
        _sums((step[:-1] * step[1:] < 0).astype(float), starts, ends - 2),
        _sums(np.abs(step), starts, ends - 1),
    )


def _sums(values: NDArray[np.float64], first: NDArray[np.integer], last: NDArray[np.integer]) -> NDArray[np.float64]:
    """Sum of values[first..last], both included, from one running total."""
    total = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=total[1:])
    sums: NDArray[np.float64] = total[last + 1] - total[first]
    return sums
