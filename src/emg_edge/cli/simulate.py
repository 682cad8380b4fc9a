"""`emg-edge simulate`: a board on a pseudo-terminal."""

from pathlib import Path

import click

from emg_edge.cli.board_options import duration
from emg_edge.cli.talk import say

BOARDS = ("cyton", "cyton-daisy", "ganglion", "myo", "framed", "csv")


@click.command()
@click.argument("board", type=click.Choice(BOARDS, case_sensitive=False))
@click.option("--source", default="forearm", metavar="forearm|counter|FILE", help="what it measures [forearm]")
@click.option("--fault-script", type=click.Path(path_type=Path), metavar="FILE", help="what goes wrong when (TOML)")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="of the forearm and the faults [the script's, else 0]")
@click.option("--subject", type=click.IntRange(1), default=1, help="which simulated wearer [1]")
@click.option("--duration", type=float, callback=duration, metavar="SECONDS", help="then end [no end]")
def command(
    board: str, source: str, fault_script: Path | None, seed: int | None, subject: int, duration: float
) -> None:
    """Simulate a BOARD as it behaves on its serial port, for any client.

    The first line on stdout is the path of the port; it stays the same when a fault unplugs the board. What goes
    wrong, by the script, is told on stderr as it happens. Ctrl-C ends it.

    `counter` makes loss provable: channel k (from 0) of sample n says (n + 1000 k) mod 2^20 on boards of 24 bits,
    ((n + 1000 k) mod 2^16) - 2^15 on framed, (n + 7 k) mod 2^10 on csv, and ((n + 7 k) mod 256) - 128 on the Myo.
    """
    from emg_edge.device.simulator.boards import SIMULATED  # noqa: PLC0415 - here and below: --help stays quick
    from emg_edge.device.simulator.pseudo_terminal import PseudoTerminal  # noqa: PLC0415
    from emg_edge.device.simulator.serve import serve  # noqa: PLC0415
    from emg_edge.device.simulator.simulated import simulated  # noqa: PLC0415
    from emg_edge.device.stopping import asked_to_stop  # noqa: PLC0415
    from emg_edge.firmware_bridge.faults.script import read  # noqa: PLC0415

    script = None if fault_script is None else read(fault_script)
    chosen = seed if seed is not None else script.seed if script is not None else 0
    faults = () if script is None else script.fault
    simulation = simulated(SIMULATED[board], source, faults=faults, seed=chosen, subject=subject)
    with asked_to_stop() as stopped, PseudoTerminal(board) as terminal:
        click.echo(terminal.path)
        say(f"simulating {SIMULATED[board].line}; open {terminal.path} with any client, end with Ctrl-C")
        serve(simulation, terminal, stopped, say, duration)
    if simulation.finished:
        say(f"{source} is over")
