"""The words of a report: what each figure is called, which way is better, how it is written, and who won."""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

SCHEMA = 1  # of the documents that this package reads
NBSP = "\N{NO-BREAK SPACE}"  # a number stays beside its unit


class Unit(Enum):
    """How a figure is written: shares in percent, seconds in milliseconds, rates as they are."""

    SHARE = "%"
    SECONDS = "ms"
    PER_SECOND = "per s"
    PER_MINUTE = "per min"

    @property
    def of_difference(self) -> str:
        return "points" if self is Unit.SHARE else self.value


SCALE = {Unit.SHARE: 100, Unit.SECONDS: 1000, Unit.PER_SECOND: 1, Unit.PER_MINUTE: 1}


@dataclass(frozen=True)
class Metric:
    key: str
    name: str
    meaning: str
    unit: Unit = Unit.SHARE
    less_is_better: bool = False
    judged: bool = True  # False: neither more nor less is better in itself


METRICS: tuple[Metric, ...] = (
    Metric("accuracy", "Accuracy (CA)", "windows decided right"),
    Metric("balanced_accuracy", "Balanced accuracy", "mean over classes of their recall"),
    Metric("macro_f1", "Macro F1", "mean over classes of the F1 score"),
    Metric("execution_accuracy", "Executions right", "executions that most of their settled windows decided right"),
    Metric("active_error", "Active error (AER)", "decisions for a movement that are wrong", less_is_better=True),
    Metric(
        "instability",
        "Instability (INS)",
        "decisions that differ from the one before, true changes included",
        less_is_better=True,
    ),
    Metric(
        "switches_per_s",
        "Switches",
        "changes of the decision inside a settled movement",
        Unit.PER_SECOND,
        less_is_better=True,
    ),
    Metric(
        "delay_s",
        "Delay",
        "median time from the onset to the first of four right decisions in a row",
        Unit.SECONDS,
        less_is_better=True,
    ),
    Metric("onsets_missed", "Onsets missed", "onsets never followed by four right decisions", less_is_better=True),
    Metric("false_activation", "False activation", "settled rest decided as a movement", less_is_better=True),
    Metric(
        "false_activations_per_min",
        "False activations",
        "activations that begin in settled rest",
        Unit.PER_MINUTE,
        less_is_better=True,
    ),
    Metric("missed_activation", "Missed activation", "settled movement decided as rest", less_is_better=True),
    Metric(
        "right_at_5_percent",
        "Movements right at 5 % false activation",
        "settled movement that is active above the threshold chosen on training, and the right movement",
    ),
    Metric(
        "false_activation_at_5_percent",
        "False activation at that threshold",
        "what the threshold chosen on training really gave on the test rest: the nearer to 5 %, the better chosen",
        judged=False,
    ),
)
METRIC_OF = {metric.key: metric for metric in METRICS}

DECODERS: dict[str, str] = {  # in the order of the report: the compared two side by side, on a phone's screen, too
    "int8": "int8 model",
    "td6_lda": "TD6 + LDA",
    "model": "float network",
    "td4_lda": "TD4 + LDA",
    "majority": "majority class",
}

EVALUATIONS: dict[str, str] = {
    "WithinSession": "within session: trained and tested on the same person in the same session, on other repetitions",
    "CrossSession": "cross session: trained on a person's earlier sessions, tested on later ones",
    "CrossSubject": "cross subject: tested on people who are not in training",
}


def metric_of(key: str) -> Metric:
    """What is known of a metric; one that is new here goes by its key, as a share."""
    return METRIC_OF.get(key) or Metric(key, key.replace("_", " "), "")


def decoder_name(key: str) -> str:
    return DECODERS.get(key, key)


def number(value: Any) -> float | None:
    """A finite number, or None for what has no value (null, NaN)."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def written(value: float, unit: Unit) -> str:
    """Write a figure without its unit, as finely as it can be trusted: 84.1 (%), 284 (ms), 1.32 (per s)."""
    match unit:
        case Unit.SHARE:
            return f"{100 * value:.1f}"
        case Unit.SECONDS:
            return f"{1000 * value:.0f}"
        case Unit.PER_SECOND:
            return f"{value:.2f}"
        case Unit.PER_MINUTE:
            return f"{value:.1f}"


def signed(value: float, unit: Unit) -> str:
    """Write a difference with its sign; one that would round to zero gets the digits that show its side."""
    text = written(abs(value), unit)
    if value and not text.strip("0."):
        text = f"{SCALE[unit] * abs(value):.1g}"
    return ("\N{MINUS SIGN}" if value < 0 else "+" if value > 0 else "") + text


def p_written(p: float) -> str:
    text = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    return text.replace(" ", NBSP)


class Verdict(Enum):
    """What the paired interval says; the word stands on the page."""

    WIN = "win"
    LOSS = "loss"
    UNDECIDED = "undecided"


def verdict(interval: tuple[float, float], *, less_is_better: bool) -> Verdict:
    """A win or a loss only where the whole interval lies on one side of zero."""
    low, high = interval
    if low <= 0 <= high:
        return Verdict.UNDECIDED
    return Verdict.WIN if (low > 0) != less_is_better else Verdict.LOSS
