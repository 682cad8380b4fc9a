"""How far two forms of one network may lie apart and still be called the same model."""

from collections.abc import Iterator

LEAST_AGREEMENT = 0.99  # of all windows: the same movement is the likeliest
MOST_ACCURACY_LOST = 0.005  # of balanced accuracy: half a point


def shortfalls(name: str, reference: str, agreement: float, accuracy_lost: float) -> Iterator[str]:
    """Yield a clause for each bound that one form misses against the reference; shares 0..1, of balanced accuracy."""
    if agreement < LEAST_AGREEMENT:
        yield (
            f"{name} decides as {reference} on {100 * agreement:.2f} % of the windows, and "
            f"{100 * LEAST_AGREEMENT:.0f} % is the least"
        )
    if accuracy_lost > MOST_ACCURACY_LOST:
        yield (
            f"{name} loses {100 * accuracy_lost:.2f} points of balanced accuracy, and "
            f"{100 * MOST_ACCURACY_LOST:g} is allowed"
        )
