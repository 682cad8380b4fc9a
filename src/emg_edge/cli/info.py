"""emg-edge info."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from emg_edge.decoding.modelfile import Description
    from emg_edge.signal.spec import SignalSpec


@click.command("info")
@click.argument("model", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the whole description as JSON.")
def command(model: Path | None, as_json: bool) -> None:
    """Show all that is inside the model file MODEL (without one, inside the model that ships with emg-edge).

    Ends with 1 where the file contradicts itself: the network and its description do not belong together.
    """
    import msgspec  # noqa: PLC0415 - keeps the command line light

    from emg_edge.decoding.contradictions import refuse_contradictions  # noqa: PLC0415 - likewise
    from emg_edge.decoding.modelfile import read  # noqa: PLC0415 - likewise
    from emg_edge.models import shipped  # noqa: PLC0415 - likewise

    path = model or shipped()
    opened = read(path)
    description = opened.description
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(description), indent=2).decode())
    else:
        click.echo(describe(str(path), description))
    refuse_contradictions(opened, str(path))


def describe(path: str, d: "Description") -> str:
    """A page for people; --json has every number."""
    signal, training, cost = d.signal, d.training, d.quantisation
    lines = [
        ("file", f"{path}, {d.model_bytes} bytes of model, SHA-256 {d.model_sha256[:16]}... (checked)"),
        ("decides", f"{len(d.movements)} movements: {', '.join(d.names)}"),
        ("takes", f"{signal.domain}, {signal.rate_hz:g} Hz, {signal.channels} channels ({signal.montage})"),
        ("units", ", ".join(f"{unit} (mean of the training people)" for unit in d.scales.units)),
        (
            "front end",
            ("" if signal.domain == "raw" else f"of raw sources {signal.envelope_ms:g} ms RMS after ")
            + f"high-pass {signal.highpass_hz:g} Hz, "
            + (f"notch {signal.notch_hz:g} Hz, " if signal.notch_hz else "no notch, ") +
            _frames(signal),
        ),
        ("context", f"{signal.context_ms:g} ms, a decision every {signal.hop_ms:g} ms"),
        ("trained on", "simulated recordings: " * training.simulated + _people(training.databases)),
        ("knows", f"{len(d.scales.wearers)} wearers and rings: {', '.join(sorted(d.scales.wearers)[:6])}"
                  + (", ..." if len(d.scales.wearers) > 6 else "")),
        ("seed", f"{training.seed}; {', '.join(f'{name} {number}' for name, number in training.versions.items())}"),
        (
            "test windows",
            f"{cost.windows}: accuracy {_percent(cost.accuracy)}, balanced {_percent(cost.balanced_accuracy)}",
        ),
        (
            d.quantisation.activations,
            f"{cost.scheme}; same decision as float on {100 * cost.agreement:.2f} %, "
            + ("within the parity bound" if cost.within_bound else "BELOW THE PARITY BOUND, written by --below-bound"),
        ),
        ("operators", ", ".join(dict.fromkeys(cost.operators))),
        *_edgetpu(d),
    ]  # fmt: skip
    return "\n".join(f"{name:<14}{text}" for name, text in lines)


def _edgetpu(d: "Description") -> list[tuple[str, str]]:
    told = d.edgetpu
    if told is None:
        return []
    left = "".join(f"; {count} x {reason}" for reason, count in told.on_cpu.items())
    source = f"{told.source} ({told.source_bytes} bytes of model, SHA-256 {told.source_sha256[:16]}...)"
    return [
        ("Edge TPU", f"{told.compiler}: {told.mapped} operators mapped, {sum(told.on_cpu.values())} on the CPU{left}"),
        ("made from", f"{source}: that one runs on a CPU"),
    ]


def _frames(signal: "SignalSpec") -> str:
    frame, step = signal.frame, f"every {1000 * signal.frame.step / signal.rate_hz:g} ms"
    beside = ", with the acceleration" if signal.acceleration else ""
    if frame.kind == "raw":
        return f"samples {step}{beside}"
    bands = ", ".join(f"{band.low_hz:g}-{band.high_hz:g} Hz" for band in frame.bands)
    kind = f"rms in {bands}" if bands else frame.kind
    return f"log {kind} of {1000 * frame.length / signal.rate_hz:g} ms {step}{beside}"


def _people(databases: dict[str, list[int]]) -> str:
    return "; ".join(f"{name} subjects {', '.join(map(str, numbers))}" for name, numbers in databases.items())


def _percent(shares: dict[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {100 * share:.1f} %" for name, share in shares.items())
