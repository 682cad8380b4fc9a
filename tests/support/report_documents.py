"""Documents of evaluations, made by hand: what a page is drawn from."""

from typing import Any

NASTY = "<script>alert('x')</script> & $a_b$"
PEOPLE = ("DB5-S1", "DB5-S3", NASTY)


def summary(*values: float) -> dict[str, Any]:
    mean = sum(values) / len(values)
    subjects = dict(zip(PEOPLE, values, strict=False))
    return {"mean": mean, "sd": 0.0123, "median": 0.7654, "worst_decile": None, "seed_sd": 0.0045, "subjects": subjects}


def against(difference: float, low: float, high: float) -> dict[str, Any]:
    interval = [low, high]
    return {"difference": difference, "interval95": interval, "wilcoxon_p": 0.25, "better": 2, "people": 3}


def row(title: str = "On the wearer's own scale") -> dict[str, Any]:
    names = ["index flexion", "index extension", NASTY]
    by_movement = [
        {"movement": 1 + i, "name": name, "recall": 0.9 - i / 7, "precision": 0.8, "execution_accuracy": 0.95}
        | {"taken_for": [[names[i - 1], 0.0617]]}
        for i, name in enumerate(names)
    ]
    return {
        "title": title,
        "decoders": {
            "int8": {"accuracy": summary(0.811, 0.852, 0.913), "delay_s": summary(0.281, 0.302, 0.333)},
            "model": {"accuracy": summary(0.812, 0.856, 0.914), "delay_s": summary(0.28, 0.3, 0.35)},
            "td6_lda": {"accuracy": summary(0.771, 0.792, 0.843), "delay_s": summary(0.351, 0.362, 0.373)},
            "majority": {"accuracy": summary(0.091, 0.092, 0.093)},
        },
        "against_td6_lda": {
            "int8": {"accuracy": against(0.0567, 0.0234, 0.0891), "delay_s": against(-0.06, -0.1, 0.02)}
        },
        "by_movement": {"int8": by_movement},
        "by_onset": {
            name: {"time_s": [0.0, 0.05, 0.1, 0.5], "accuracy": [0.1, 0.4, None, 0.9], "executions": [9, 9, 9, 3]}
            for name in ("int8", "td6_lda")
        },
        "confusion": {"int8": {"movements": [1, 2, 3], "names": names, "counts": [[9, 1, 0], [0, 9, 1], [0, 0, 0]]}},
        "learning_curve": {
            "repetitions": [1, 2, 4],
            "td6_lda": {"balanced_accuracy": [0.5, 0.6, 0.7]},
            "int8": {"balanced_accuracy": [0.4, 0.6, 0.8]},
        },
        "areas_for_improvement": [f"{NASTY} is far below the others."],
        "cost": {"parameters": 39244, "int8_bytes": 53240, "training_seconds": {"mean": 14.16, "sd": 1.06}},
    }


def told(title: str = "Told") -> dict[str, Any]:
    """A row without what is drawn from more than its table: quick to make."""
    drawn = ("by_onset", "confusion", "learning_curve")
    return {key: part for key, part in row(title).items() if key not in drawn}


def document(**rows: dict[str, Any]) -> dict[str, Any]:
    rows = rows or {"own": row()}
    return {
        "schema": 1,
        "protocol": {
            "name": "ninapro-db5-a-within",
            "title": f"DB5 {NASTY}",
            "text": "Trained on four repetitions & tested on two.",
            "rest": False,
            "context_ms": 400,
            "hop_ms": 50,
            "settle-ms": 200,
            "montage": "myo-double",
            "domain": "raw",
            "evaluation": "WithinSession",
            "test": {"DB5": [2, 5]},
            "rows": [{"name": "own", "scale": "own-training"}, {"name": "other", "scale": "own-signal"}],
        },
        "data": {"people": list(PEOPLE), "databases": {"DB5": [1, 3]}, "recordings": 3},
        "seeds": [0, 1, 2],
        "versions": {"tensorflow": "2.21.7"},
        "machine": {"cores": 2, "cpu": "Some & CPU"},
        "command": "emg-edge evaluate --protocol ninapro-db5-a-within > out",
        "headline": next(iter(rows)),
        "rows": rows,
    }
