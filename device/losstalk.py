"""Says that samples are missing, without saying it for every one of them."""

QUIET_S = 2.0  # at most a sentence in so long: a link that loses all the time fills no log


class LossTalk:
    """Collects losses and reports them together."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lost = self._places = 0
        self._said_s = float("-inf")

    def add(self, lost: int) -> None:
        self._lost += lost
        self._places += lost > 0

    def news(self, now_s: float) -> tuple[str, ...]:
        """The sentence that is due now, if any."""
        if not self._lost or now_s < self._said_s + QUIET_S:
            return ()
        where = "in a row" if self._places == 1 else f"in {self._places} places"
        sentence = f"{self._lost} samples of {self._name} were lost, {where}"
        self._lost = self._places = 0
        self._said_s = now_s
        return (sentence,)
