import dataclasses
import itertools
import time

import numpy as np
import pytest
from support.scripted_board import Kept, ScriptedBoard

from emg_edge.decoding.decisions import DecisionLayer
from emg_edge.device.boards.replay import ReplayBoard
from emg_edge.device.decoder import Decoder
from emg_edge.device.loop import STALE_AFTER_S, Limits, Loop
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.simulated import simulated
from emg_edge.device.simulator.virtual import virtual
from emg_edge.device.sinks import OutputClosed
from emg_edge.device.summary import Setting
from emg_edge.device.tally import Tally
from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.faults.script import Power, Unplug
from emg_edge.sampleblock import SampleBlock
from emg_edge.signal.adaptation import Adjustment
from emg_edge.signal.source import Source

SETTING = Setting("b", "m", "r", "s")


class Run:
    """A loop on a board, with all that it said and wrote."""

    def __init__(self, model, board, sink=None, min_probability=0.0, ring=None):
        self.kept, self.said, self.board = Kept(), [], board
        told = model.description
        self.tally = Tally(told.movements)
        decoder = Decoder(model, board.source, told.scales.units["myo-count"], ring)
        layer = DecisionLayer(told.movements, told.names, min_probability)
        sinks = [sink or self.kept]
        self.loop = Loop(board, decoder, layer, sinks, self.tally, bridge=10, say=self.said.append)

    def go(self, limits=Limits(), stopped=lambda: False):  # noqa: B008 - frozen
        self.loop.run(limits, stopped)
        return self.kept.decisions

    @property
    def summary(self):
        return self.tally.summary(SETTING, self.board.source.rate_hz, self.loop.health())


def cut(recording, *edges, lost=()):
    """Blocks of a recording between edges; `lost` gives the loss declared before each."""
    pairs = list(itertools.pairwise(edges))
    losses = [*lost, *[0] * len(pairs)]
    return [
        SampleBlock(recording.samples[a:b], 0.0, losses[k], recording.movement[a:b]) for k, (a, b) in enumerate(pairs)
    ]


def test_a_decision_every_hop_numbered_without_a_gap(model, recording):
    """Sequence numbers run from 0, and decisions lie a hop apart."""
    decisions = Run(model, ReplayBoard(recording, float("inf"), 33)).go()
    spec = model.description.signal
    first = spec.frame.length + (spec.context - 1) * spec.frame.step
    assert [d.seq for d in decisions] == list(range(len(decisions)))
    assert len(decisions) == (len(recording.samples) - first) // (spec.hop * spec.frame.step) + 1


def test_the_truth_of_a_decision_is_that_of_its_newest_sample(model, recording):
    """Decision k carries the label at the newest sample of window k, however blocks are cut."""
    decisions = Run(model, ReplayBoard(recording, float("inf"), 41)).go()
    spec = model.description.signal
    first = spec.frame.length + (spec.context - 1) * spec.frame.step - 1
    newest = first + spec.hop * spec.frame.step * np.arange(len(decisions))
    assert [d.truth for d in decisions] == recording.movement[newest].tolist()


def test_accuracy_leaves_out_what_has_not_settled(model, recording):
    """The summary's accuracy is the share of right decisions more than 300 ms after a change of truth."""
    run = Run(model, ReplayBoard(recording, float("inf"), 500))
    decisions = run.go()
    spec = model.description.signal
    first = spec.frame.length + (spec.context - 1) * spec.frame.step - 1
    changes = np.flatnonzero(np.diff(recording.movement)) + 1
    judged = [
        d
        for k, d in enumerate(decisions)
        if not any(0 <= first + k * spec.hop * spec.frame.step - c <= 60 for c in changes)
    ]
    assert 0 < len(judged) < len(decisions)
    assert run.summary.judged == len(judged)
    assert run.summary.accuracy == pytest.approx(np.mean([d.number == d.truth for d in judged]))


def test_silence_becomes_stale_soon_and_is_repeated(model, recording):
    """Within 200 ms of the last sample the state is stale, with no gesture; a second later it is said again."""
    script = [*cut(recording, 0, 200), 1.5, *cut(recording, 200, 220)]
    board = ScriptedBoard(recording.source, script)
    run = Run(model, board)
    decisions = run.go()
    states = [d.state for d in decisions]
    first = states.index("stale")
    assert states.count("stale") == 2
    stale = decisions[first]
    assert (stale.gesture, stale.number, stale.probability, stale.latency_ms, stale.truth) == (None,) * 5
    assert STALE_AFTER_S < 0.2
    waited_s = stale.time_s - board.handed_s[0]
    assert STALE_AFTER_S - 0.01 < waited_s < STALE_AFTER_S + 0.5  # a busy machine's slack
    assert decisions[first + 1].time_s - stale.time_s == pytest.approx(1.0, abs=0.4)
    assert states[-1] != "stale"
    assert [text.split(" deliver")[1][:12] for text in run.said] == ["s no samples", "s again, aft"]


def test_nothing_is_stale_before_the_first_sample(model, recording):
    """A board that takes its time to start has no state to be stale."""
    decisions = Run(model, ScriptedBoard(recording.source, [0.4, *cut(recording, 0, 200)])).go()
    assert "stale" not in {d.state for d in decisions}


def test_a_board_that_never_delivers_is_given_up(model, recording, monkeypatch):
    """Started and silent is an error with what to check, and the board is let go."""
    monkeypatch.setattr("emg_edge.device.loop.FIRST_SAMPLE_S", 0.2)
    board = ScriptedBoard(recording.source, [30.0])
    with pytest.raises(BoardError, match="delivered nothing"):
        Run(model, board).go()
    assert board.stops == 1


def test_a_short_gap_keeps_the_rhythm(model, recording):
    """A loss no longer than a frame is bridged: as many decisions as without it, and it stands on a line."""
    whole = Run(model, ScriptedBoard(recording.source, cut(recording, 0, 300, 600))).go()
    script = [*cut(recording, 0, 300), *cut(recording, 306, 600, lost=[6])]
    run = Run(model, ScriptedBoard(recording.source, script))
    decisions = run.go()
    assert len(decisions) == len(whole)
    assert "unknown" not in {d.state for d in decisions}
    assert sum(d.samples_lost for d in decisions) == run.summary.samples_lost == 6
    assert run.summary.samples == 594


def test_a_long_gap_says_unknown_and_starts_anew(model, recording):
    """After a loss longer than a frame: one unknown line, then nothing until the context is full of new samples."""
    script = [*cut(recording, 0, 300), *cut(recording, 500, 800, lost=[200])]
    run = Run(model, ScriptedBoard(recording.source, script))
    decisions = run.go()
    unknown = [d for d in decisions if d.state == "unknown"]
    assert len(unknown) == 1
    assert unknown[0].samples_lost == 200
    assert (unknown[0].gesture, unknown[0].truth) == (None, None)
    after = [d.probability for d in decisions[decisions.index(unknown[0]) + 1 :]]
    anew = Run(model, ScriptedBoard(recording.source, cut(recording, 500, 800))).go()
    assert after == [d.probability for d in anew]


def test_what_is_not_finite_is_warned_of_once_and_leaves_no_trace(model, recording):
    """NaN counts as lost; once it is out of the context, decisions are finite and sure as before."""
    samples = recording.samples.copy()
    samples[300:305, 2] = np.nan
    samples[400:403, 4] = np.inf
    blocks = [SampleBlock(samples[k : k + 50], 0.0) for k in range(0, 1000, 50)]
    run = Run(model, ScriptedBoard(recording.source, blocks))
    decisions = run.go()
    assert all(d.probability is not None and np.isfinite(d.probability) for d in decisions)
    assert run.summary.samples_lost == 8
    assert sum("NaN" in text for text in run.said) == 1


@pytest.mark.parametrize("block", [7, 200])
def test_it_ends_with_the_duration_to_the_sample(model, recording, block):
    """A duration of signal is kept whatever the blocks."""
    run = Run(model, ReplayBoard(recording, float("inf"), block))
    run.go(Limits(signal_s=2.515))
    assert run.summary.samples == 503


def test_it_ends_by_the_clock_when_samples_stop(model, recording):
    """A silent board does not hold a limited run for ever."""
    began_s = time.monotonic()
    Run(model, ScriptedBoard(recording.source, [*cut(recording, 0, 200), 60.0])).go(Limits(wall_s=0.3))
    assert time.monotonic() - began_s < 5


def test_it_ends_when_asked(model, recording):
    """`stopped` is asked between blocks, and the board is let go."""
    board = ScriptedBoard(recording.source, [60.0])
    Run(model, board).go(stopped=lambda: True)
    assert board.stops == 1


def test_a_board_that_fails_leaves_figures(model, recording):
    """An error of the board comes through; what was decided before is in the summary, and the board is let go."""
    board = ScriptedBoard(recording.source, [*cut(recording, 0, 300), BoardError("unplugged")])
    run = Run(model, board)
    with pytest.raises(BoardError, match="unplugged"):
        run.go()
    assert run.summary.decisions == len(run.kept.decisions) > 0
    assert board.stops == 1


def test_channels_that_were_not_well_are_listed_by_number(model):
    """Channel 2 comes before channel 10."""
    source = Source("raw", 200.0, "myo-count", "double-ring")
    run = Run(model, ScriptedBoard(source, [SampleBlock(np.zeros((400, 16), np.float32), 0.0)]), ring="upper")
    run.go()
    assert list(run.summary.channels_flagged) == [str(channel) for channel in range(1, 17)]


def test_a_reader_that_goes_ends_the_run(model, recording):
    """What a sink raises ends the loop and lets the board go."""

    class Gone(Kept):
        def write(self, decision):
            raise OutputClosed

    board = ScriptedBoard(recording.source, cut(recording, 0, 300))
    with pytest.raises(OutputClosed):
        Run(model, board, Gone()).go()
    assert board.stops == 1


def test_an_unsure_decision_is_unknown(model, recording):
    """Below the least probability no gesture is named, but the probability is."""
    decisions = Run(model, ReplayBoard(recording, float("inf")), min_probability=1.0).go()
    assert {d.state for d in decisions} == {"unknown"}
    assert {d.gesture for d in decisions} == {None}
    assert all(d.probability < 1 for d in decisions)


def test_movements_beyond_the_model_are_counted(model, recording):
    """What the model cannot know is judged wrong, and counted; where it is all there is, there is no accuracy."""
    foreign = dataclasses.replace(recording, movement=np.full_like(recording.movement, 60))
    run = Run(model, ReplayBoard(foreign, float("inf")))
    run.go()
    assert run.summary.accuracy is None
    assert run.summary.beyond_model == run.summary.judged == run.summary.decisions
    half = np.where(np.arange(len(recording.movement)) < len(recording.movement) // 2, recording.movement, 60)
    run = Run(model, ReplayBoard(dataclasses.replace(recording, movement=half.astype(np.int16)), float("inf")))
    run.go()
    assert 0 < run.summary.beyond_model < run.summary.judged
    assert run.summary.accuracy is not None
    assert run.summary.accuracy <= 1 - run.summary.beyond_model / run.summary.judged


@pytest.mark.parametrize(("name", "fault"), [("myo", Unplug(at_s=2, for_s=2)), ("cyton", Power(at_s=2, for_s=2))])
def test_a_board_that_goes_and_comes_is_stale_and_then_decided_anew(model, name, fault):
    """Stale within 200 ms of the last sample, no gesture of the time before, and decisions within 2 s of the return."""
    simulation = simulated(SIMULATED[name], "forearm", faults=[fault], movements=(1, 6))
    board, port = virtual(name, simulation)
    told, heard = model.description, []

    class Timed(Kept):
        def write(self, decision):
            heard.append((simulation.elapsed_s, decision.state))
            super().write(decision)

    unit = "myo-count"
    scale = told.scales.units[unit]
    decoder = Decoder(model, board.source, scale, adjustment=Adjustment(unit=unit))
    layer = DecisionLayer(told.movements, told.names, 0.0)
    tally, said = Tally(told.movements), []
    loop = Loop(board, decoder, layer, [Timed()], tally, bridge=10, say=said.append, clock=port.now)
    loop.run(Limits(), lambda: simulation.elapsed_s >= 7)
    first_stale = next(at_s for at_s, state in heard if state == "stale")
    assert 2 < first_stale < 2.2
    away = [state for at_s, state in heard if first_stale <= at_s < 4]
    assert set(away) == {"stale"}
    back_s, state = next((at_s, state) for at_s, state in heard if at_s >= 4 and state != "stale")
    assert state == "unknown"  # a gap that cannot be bridged
    assert next(at_s for at_s, state in heard if at_s > back_s and state in ("active", "rest")) < 4 + 2
    assert loop.health().reconnects == 1
    assert any("its scale is kept" in sentence for sentence in said)
