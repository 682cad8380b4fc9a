"""How it was measured, in words: data, split, window, what guards against leaks, machine and versions."""

from collections.abc import Mapping
from typing import Any

from emg_edge.train.report.words import EVALUATIONS

SCALES: dict[str, str] = {
    "own-training": "standardised with the mean and standard deviation of the person's own training repetitions",
    "training-people": "standardised with the training people's mean and standard deviation: nothing of the person",
    "causal": "standardised with the training people's scale, adapted without labels to the person's signal so far",
    "own-signal": "standardised on all of the person's unlabelled signal, test repetitions included "
    "(transductive: an upper bound that a live decoder cannot reach)",
}
GUARDS: tuple[str, ...] = (
    "The split is made of people, sessions and repetitions before any window is cut: no window has samples on both "
    "sides.",
    "Both rings of one recording stand on one side; copies of one recording on both sides are refused.",
    "A window counts only where its whole context lies on one side; it may reach back into the rest before the "
    "movement, as it does live.",
    "Scaling is fitted on the training side; a row that uses the tested person's own signal, without its labels, says "
    "so.",
    "TD6 + LDA (four time-domain features, RMS and log variance; shrinkage LDA) has the model's own context and split.",
)
GUARD_OF_REST = "The threshold for 5 % false activation is chosen on training repetitions alone."


def plain_keys(protocol: Mapping[str, Any]) -> dict[str, Any]:
    """The protocol with its names as Python spells them, however it was stored."""
    return {key.replace("-", "_"): value for key, value in protocol.items()}


def guards_of(protocol: Mapping[str, Any]) -> tuple[str, ...]:
    """What keeps test data out of training, a sentence each."""
    return (*GUARDS, GUARD_OF_REST) if protocol.get("rest") else GUARDS


def method_of(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Pairs of what and how; what the document does not say is left out."""
    protocol, data = plain_keys(document.get("protocol", {})), document.get("data", {})
    machine = document.get("machine") or {}
    pairs = [
        ("Protocol", protocol.get("name")),
        ("Kind", EVALUATIONS.get(protocol.get("evaluation", ""), protocol.get("evaluation"))),
        ("Data", _data(data)),
        ("People", _listed(data.get("people"))),
        ("Exercises", _listed(protocol.get("exercises"))),
        ("Tested repetitions", _by_database(protocol.get("test"))),
        ("Training sessions", _listed(protocol.get("train_sessions"))),
        ("Tested sessions", _listed(protocol.get("test_sessions"))),
        ("Rest", _rest(protocol.get("rest"))),
        ("Signal", protocol.get("domain")),
        ("Electrodes", protocol.get("montage")),
        ("Context", _in("ms", protocol.get("context_ms"))),
        ("Decision every", _in("ms", protocol.get("hop_ms"))),
        ("A window counts", _window(protocol.get("settle_ms"))),
        ("Seeds", _listed(document.get("seeds"))),
        ("Unit of statistics", "the person: values are means over seeds, then mean and standard deviation over people"),
        (
            "Verdicts",
            "a win or a loss where the paired 95 % interval over people lies on one side of zero, else undecided; "
            "not corrected for the number of metrics and rows",
        ),
        ("Published for comparison", protocol.get("published")),
        ("Machine", ", ".join(part for part in (machine.get("cpu"), _counted(machine.get("cores"), "core")) if part)),
        ("Versions", ", ".join(f"{name} {version}" for name, version in (document.get("versions") or {}).items())),
    ]
    return tuple((name, str(value)) for name, value in pairs if value not in (None, ""))


def scale_of(protocol: Mapping[str, Any], name: str) -> str:
    """How the row standardises a tested person's signal, a phrase; "" where the protocol does not say."""
    for row in protocol.get("rows") or ():
        if isinstance(row, Mapping) and row.get("name") == name:
            return SCALES.get(row.get("scale", ""), "")
    return ""


def _data(data: Mapping[str, Any]) -> str:
    told = []
    for name, subjects in (data.get("databases") or {}).items():
        told.append(f"{name} (subjects {_listed(subjects)})")
    if data.get("recordings") is not None:
        told.append(_counted(data["recordings"], "recording"))
    return "; ".join(told)


def _listed(values: Any) -> str:
    if isinstance(values, list | tuple):
        return ", ".join(str(value) for value in values)
    return "" if values is None else str(values)


def _by_database(test: Any) -> str:
    if not isinstance(test, Mapping):
        return _listed(test)
    return "; ".join(f"{name}: {_listed(repetitions)}" for name, repetitions in test.items())


def _rest(rest: Any) -> str:
    if rest is None:
        return ""
    return "a class, decided like a movement" if rest else "left out: only movements are decided and scored"


def _window(settle_ms: Any) -> str:
    if settle_ms is None:
        return "where it is settled in one movement; onsets and delays are scored along the whole recording"
    return f"where the last {settle_ms} ms lie in one movement; onsets and delays are scored along the whole recording"


def _counted(count: Any, noun: str) -> str:
    return "" if count is None else f"{count} {noun}{'' if count == 1 else 's'}"


def _in(unit: str, value: Any) -> str:
    return "" if value is None else f"{value} {unit}"
