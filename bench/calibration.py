"""What the windows that int8's ranges are taken from are worth: how many, which, clipped or not; and int16 activations.

    python bench/calibration.py RUN [RUN ...]

Each on the test windows of a training run, against its float network: lost balanced accuracy, agreement, and the 99 %
quantile of the probability error; means over the runs, as Markdown.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.interpreter import Network, softmax
from emg_edge.decoding.metrics import confusion, scores
from emg_edge.decoding.runfolder import NETWORK, read_decoder, read_windows
from emg_edge.quantize.convert import convert
from emg_edge.quantize.network import in_keras, load_network

Choice = Callable[[NDArray[np.float32], NDArray[np.int64]], NDArray[np.float32]]


def some(n: int) -> Choice:
    return lambda windows, _: np.random.default_rng(0).permutation(windows)[:n]


def clipped(share: float) -> Choice:
    def choose(windows: NDArray[np.float32], _: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.clip(windows, *np.quantile(windows, (share / 2, 1 - share / 2))).astype(np.float32)

    return choose


# `decided` is what the float network says of each window.
CHOICES: dict[str, Choice] = {
    "all that training left (equally many a movement, rest among them)": lambda windows, _: windows,
    "100 of them": some(100),
    "30 of them": some(30),
    "10 of them": some(10),
    "1 of them": some(1),
    "one movement alone": lambda windows, decided: windows[decided == decided.max()],
    "rest alone, or what is taken for it": lambda windows, decided: windows[decided == decided.min()],
    "the quietest tenth": lambda windows, _: windows[np.argsort(windows.mean(axis=(1, 2)))[: len(windows) // 10]],
    "the loudest tenth": lambda windows, _: windows[np.argsort(windows.mean(axis=(1, 2)))[-len(windows) // 10 :]],
    "all, with 1 % of the frames' numbers clipped": clipped(0.01),
    "all, with 5 % of them clipped": clipped(0.05),
}


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
def main(runs: tuple[Path, ...]) -> None:
    rows: dict[str, list[tuple[float, float, float]]] = {}
    size = 0
    for run in runs:
        context = read_decoder(run)[0].signal.context
        windows, network = read_windows(run), load_network(run / NETWORK)
        given, tested = windows.cut(windows.calibration, context), windows.cut(windows.test, context)
        size = len(given)
        reference = in_keras(network)(tested)
        decided = in_keras(network)(given).argmax(axis=1)
        for name, choose in CHOICES.items():
            int8 = convert(network, choose(given, decided))
            rows.setdefault(name, []).append(_cost(int8, tested, reference, windows.test_classes))
        int16 = convert(network, given, "int16")
        rows.setdefault("all, int16 activations", []).append(_cost(int16, tested, reference, windows.test_classes))
    print(f"{len(runs)} runs, {size} calibration windows in the last of them\n")
    print("| ranges taken from | balanced accuracy lost, points | agreement | probability error, 99 % |")
    print("| --- | --- | --- | --- |")
    for name, found in rows.items():
        lost, same, error = np.mean(found, axis=0)
        print(f"| {name} | {100 * lost:+.2f} | {100 * same:.2f} % | {error:.3f} |")


def _cost(
    flatbuffer: bytes, tested: NDArray[np.float32], reference: NDArray[np.float32], classes: NDArray[np.int64]
) -> tuple[float, float, float]:
    logits = Network(flatbuffer).each(tested)
    balanced = [_balanced(one, classes) for one in (reference, logits)]
    same = float((logits.argmax(axis=1) == reference.argmax(axis=1)).mean())
    error = np.abs(softmax(logits) - softmax(reference)).max(axis=1)
    return balanced[0] - balanced[1], same, float(np.quantile(error, 0.99))


def _balanced(logits: NDArray[Any], classes: NDArray[np.int64]) -> float:
    return scores(confusion(classes, logits.argmax(axis=1), logits.shape[1]))["balanced_accuracy"]


if __name__ == "__main__":
    main()
