"""The target clock of simulated boards: sample k is due at start + k / rate, so nothing drifts."""

import math
import time

# Further behind than this the host was asleep or suspended: the clock starts anew instead of catching up.
RESYNC_S = 1.0


class Pace:
    """Says when samples are due, and sleeps until then.

    `samples_per_s` counts in wall time: rate times speed; math.inf waits for nothing. What is late is handed out
    at once, with the time at which it was due, until the clock has caught up.
    """

    def __init__(self, samples_per_s: float) -> None:
        self._per_s = samples_per_s
        self.restart()

    def restart(self) -> None:
        self._start_s = time.monotonic()

    def wait(self, sample: int, timeout_s: float) -> float | None:
        """Sleep until `sample` samples are due; the time they were due, or None when that is beyond the time-out."""
        now_s = time.monotonic()
        if math.isinf(self._per_s):
            return now_s
        due_s = self._start_s + sample / self._per_s
        if now_s - due_s > RESYNC_S:
            self._start_s += now_s - due_s
            return now_s
        if due_s - now_s > timeout_s:
            time.sleep(max(0.0, timeout_s))
            return None
        time.sleep(max(0.0, due_s - now_s))
        return due_s
