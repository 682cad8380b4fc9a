"""emg-edge train."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emg_edge.cli.bar import bar
from emg_edge.cli.decoder_options import decoder_options
from emg_edge.cli.numbers import Numbers
from emg_edge.cli.training_extra import load
from emg_edge.errors import EmgEdgeError

if TYPE_CHECKING:
    from emg_edge.train.fitting.fit import Report, Step


@click.command("train")
@click.option(
    "--data", required=True, type=click.Path(path_type=Path), help="Folder or zip of NinaPro, own or other recordings."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Run folder to make, or to go on with.")
@click.option("--database", "databases", multiple=True, help="Only this database (DB1 ... DB7); may be repeated.")
@click.option("--subjects", type=Numbers(), default="", metavar="1,3,5-7", help="Only these.")
@click.option("--domain", type=click.Choice(["raw", "envelope"]), help="Default: raw if all recordings are.")
@click.option(
    "--montage", type=click.Choice(["ring4", "ring8", "ring8+2", "ring16"]), default="ring8", show_default=True
)
@click.option(
    "--context",
    "context_ms",
    type=click.Choice(["200", "400", "600", "1000"]),
    default="400",
    show_default=True,
    help="About how many milliseconds a decision looks back.",
)
@click.option("--rest/--no-rest", default=True, show_default=True, help="Learn rest too, as a live decoder must.")
@click.option(
    "--notch",
    "notch_hz",
    type=click.Choice(["0", "50", "60"]),
    default="0",
    show_default=True,
    help="Mains notch in Hz, 0 for none.",
)
@click.option(
    "--balance",
    type=click.Choice(["sampling", "weights", "none"]),
    default="sampling",
    show_default=True,
    help="How rare classes and small databases are made to count more.",
)
@decoder_options
@click.option("--head", metavar="DATABASE", help="With --recipe heads=database: whose head the decoder has.")
@click.option("--each-subject", is_flag=True, help="One decoder a person, and the mean over people.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
@click.option("--epochs", type=click.IntRange(1), default=60, show_default=True)
@click.option("--force", is_flag=True, help="Train a run folder anew.")
def command(
    data: Path,
    out: Path,
    context_ms: str,
    notch_hz: str,
    balance: str,
    epochs: int,
    recipe: tuple[str, ...],
    force: bool,
    **settings: Any,
) -> None:
    """Train a decoder; interrupted, the same command goes on.

    \b
    All that is there, merged:  emg-edge train --data ninapro --out runs/all
    A decoder a person:         emg-edge train --data ninapro --database DB5 --each-subject --out runs/each
    """
    # What can be refused is refused before the seconds that Keras takes.
    load("emg_edge.train.claim").refuse_foreign(out)
    changed = load("emg_edge.train.fitting.recipe").changed((f"balance={balance}", f"epochs={epochs}", *recipe))
    load("emg_edge.train.data.merge").look(data, settings["databases"], settings["subjects"])
    run = load("emg_edge.train.run", "loading Keras (a few seconds)")

    settings["databases"] = tuple(name.upper() for name in settings["databases"])
    settings["head"] = settings["head"] and settings["head"].upper()
    config = run.TrainConfig(
        data=str(data), context_ms=int(context_ms), notch_hz=float(notch_hz), recipe=changed, **settings
    )
    try:
        metrics = run.train(config, out, run.Watch(_say, bar, _fitting_bar), force=force)
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            click.echo(err=True)  # the bar's line, and the terminal's own ^C, end here
        raise EmgEdgeError(
            f"interrupted; the same command goes on with {out}, from its last checkpoint where it has one"
        ) from None
    click.echo(table(metrics))
    _say(
        f"wrote {out}; next: emg-edge quantize {out} --out gesture.tflite"
        if not settings["each_subject"]
        else f"wrote {out}: a run folder a person under {out / 'subjects'}"
    )


def table(metrics: dict[str, Any]) -> str:
    """Means over people beside the baselines, in per cent."""
    rows = [("", "accuracy", "balanced", "macro F1"), ("network", *_row(metrics["test"]))]
    rows += [(name.replace("_", " "), *_row(scores)) for name, scores in metrics["baseline"].items()]
    rows.append(("majority class", *_row(metrics["majority"])))
    people = f"{metrics['people']} {'person' if metrics['people'] == 1 else 'people'}"
    head = f"test repetitions, mean over {people}, {metrics['windows']} windows, per cent"
    return "\n".join([head, *(f"{a:<24}{b:>10}{c:>10}{d:>10}" for a, b, c, d in rows)])


def _row(scores: dict[str, float]) -> tuple[str, str, str]:
    a, b, c = (f"{100 * scores[key]:.1f}" for key in ("accuracy", "balanced_accuracy", "macro_f1"))
    return a, b, c


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


def _fitting_bar(title: str) -> "Report":
    """A bar over batches on a terminal; elsewhere a line every tenth epoch."""
    from tqdm import tqdm  # noqa: PLC0415 - only where a bar is drawn

    drawn = tqdm(total=1, desc=title, unit="batch", leave=False, disable=not sys.stderr.isatty())

    def report(step: "Step") -> None:
        stands = f"epoch {step.epoch + 1}/{step.epochs} loss {step.loss:.3f} accuracy {step.accuracy:.3f}"
        epoch_over, last = step.batch == step.batches, step.epoch + 1 == step.epochs
        if drawn.disable:
            if epoch_over and (step.epoch % 10 == 0 or last):
                _say(f"{title}: {stands}")
            return
        drawn.total = step.epochs * step.batches
        drawn.n = step.epoch * step.batches + step.batch
        drawn.set_postfix_str(stands, refresh=False)
        drawn.update(0)
        if epoch_over and last:
            drawn.close()

    return report
