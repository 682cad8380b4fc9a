"""A link that is lost and comes back: when to try again, what to say of it, and how much is missing then."""

FIRST_RETRY_S, LONGEST_RETRY_S = 0.1, 0.5  # back-off; looking for a port twice a second costs next to nothing
LONGEST_LULL_S = 0.05  # a sample is read at most so long after it came: what gathers is let gather no longer

# How long the board's counting takes to tell whether silence was a delay or a loss of whole turns (see numbering). If
# the link is lost before, the silence counts as a part of the absence.
SURE_S = 0.8


class Absence:
    """Follows one board; sentences for the user are added to `told`.

    away     the link was lost, and no sample has come since
    retry_s  when to try to connect again
    returns  times that it came back
    """

    def __init__(self, name: str, rate_hz: float, told: list[str]) -> None:
        self._name, self._rate_hz, self._told = name, rate_hz, told
        self.away, self.retry_s, self.returns = False, 0.0, 0
        self._newest_s: float | None = None  # when the newest sample came, as far as the board's rate tells
        self._jump_s, self._jumped_s = 0.0, 0.0  # time without samples that nobody has accounted for, and when it ended
        self._wait_s = FIRST_RETRY_S
        self._reason, self._gone = "", False  # why it was lost last, and whether the port itself was gone

    def lose(self, reason: str, now_s: float, *, gone: bool = False) -> None:
        """The link is lost, or an attempt to have it back was in vain; `gone` when there is not even a port."""
        if reason != self._reason and not (gone and self._gone):  # that it is still not there is no news
            self._told.append(f"{reason} (trying again meanwhile)")
        if self._newest_s is not None and now_s - self._jumped_s < SURE_S:
            self._newest_s -= self._jump_s
        self._jump_s = 0.0
        self.away, self._reason, self._gone = True, reason, gone
        self.retry_s = now_s + self._wait_s
        self._wait_s = min(2 * self._wait_s, LONGEST_RETRY_S)

    def hear(self, samples: int, lost: int, now_s: float) -> int:
        """Samples came, and so many are known to be missing among them.

        Returns how many more are missing if the link was away: by the clock, as the board's counting is new.
        """
        missing = 0
        if self.away:
            self.away = False
            self.returns += 1
            self._wait_s, self._reason, self._gone = FIRST_RETRY_S, "", False
            if self._newest_s is not None:
                away_s = now_s - self._newest_s
                self._told.append(
                    f"{self._name} is connected again, {away_s:.1f} s after its last sample; its scale is kept"
                )
                missing = max(0, round(away_s * self._rate_hz) - samples)
        self._follow(samples + lost + missing, lost, now_s)
        return missing

    def _follow(self, samples: int, lost: int, now_s: float) -> None:
        """Tell when the newest of so many more samples came: it may have waited here while others gathered."""
        if self._newest_s is None:
            self._newest_s = now_s
            return
        by_rate_s = self._newest_s + samples / self._rate_hz
        self._newest_s = min(max(by_rate_s, now_s - LONGEST_LULL_S), now_s)
        if lost:  # the board's counting has told
            self._jump_s = 0.0
        elif self._newest_s - by_rate_s > LONGEST_LULL_S:
            self._jump_s, self._jumped_s = self._newest_s - by_rate_s, now_s
