"""Says that samples are missing or bytes damaged, without saying it for every one of them."""

QUIET_S = 2.0  # at most a sentence in so long: a link that loses all the time fills no log


class LossTalk:
    """Collects losses of one board and reports them together."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lost = self._places = self._damaged = self._damaged_before = 0
        self._said_s = float("-inf")

    def add(self, lost: int, skipped_bytes: int) -> None:
        """Take the samples lost just now, and all bytes so far that belonged to no whole packet."""
        self._lost += lost
        self._places += lost > 0
        self._damaged = skipped_bytes

    def news(self, now_s: float) -> tuple[str, ...]:
        """The sentence that is due now, if any."""
        damaged = self._damaged - self._damaged_before
        if not (self._lost or damaged) or now_s < self._said_s + QUIET_S:
            return ()
        parts = []
        if self._lost:
            where = "in a row" if self._places == 1 else f"in {self._places} places"
            parts.append("1 sample was lost" if self._lost == 1 else f"{self._lost} samples were lost, {where}")
        if damaged:
            parts.append(f"{damaged} bytes belonged to no whole packet")
        self._lost = self._places = 0
        self._damaged_before, self._said_s = self._damaged, now_s
        return (f"{self._name}: {'; '.join(parts)}",)
