"""`emg-edge record`: write what a board delivers."""

import dataclasses
import sys
from pathlib import Path
from typing import Any

import click

from emg_edge.cli.board_options import board_options, collect, duration, refuse_ignored
from emg_edge.cli.talk import say


@click.command()
@board_options
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="the recording to make")
@click.option("--duration", type=float, callback=duration, metavar="SECONDS", help="of signal, then end [no end]")
@click.option("--wearer", metavar="NAME", help="who wears the electrodes")
@click.option("--label", metavar="NAME|NUMBER", help="the movement that is made all the time [unknown]")
@click.pass_context
def command(ctx: click.Context, /, board: str, out: Path, **given: Any) -> None:
    """Record a board into FILE, and what the board is into FILE.json.

    FILE is a table of tab-separated numbers with the columns of BrainFlow's files, so that BrainFlow plays it and
    pandas reads it: sample number, channels, acceleration, time, label. It is written as samples arrive; nothing is
    overwritten. Ctrl-C ends it. Play it with: emg-edge run --board replay --file FILE
    """
    refuse_ignored(ctx, board)
    from tqdm import tqdm  # noqa: PLC0415 - here and below: nothing heavy before the options are found good

    from emg_edge.device.boards.registry import open_board  # noqa: PLC0415
    from emg_edge.device.recording import record  # noqa: PLC0415
    from emg_edge.device.stopping import asked_to_stop  # noqa: PLC0415
    from emg_edge.firmware_bridge.forearm.wearer import FINGER_MOVEMENTS  # noqa: PLC0415
    from emg_edge.movements import number_of  # noqa: PLC0415

    label = None if given["label"] is None else number_of(given["label"])
    movements = tuple(number_of(word) for word in given["movement"]) or FINGER_MOVEMENTS  # for a simulated wearer
    options = dataclasses.replace(collect(given), movements=movements)
    total = None if given["duration"] == float("inf") else given["duration"]
    with (
        asked_to_stop() as stopped,
        tqdm(total=total, desc="recording", unit="s", leave=False, disable=not sys.stderr.isatty()) as bar,
    ):
        take = record(
            open_board(board, options),
            out,
            wearer=given["wearer"],
            label=label,
            duration_s=given["duration"],
            stopped=stopped,
            say=say,
            progress=bar.update,
        )
    say(f"{take.samples} samples, {take.seconds:.1f} s, {take.lost} lost, in {out}")
