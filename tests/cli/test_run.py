import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from emg_edge.decoding import modelfile
from emg_edge.decoding.interpreter import Network, softmax
from emg_edge.models import shipped
from emg_edge.recordings.open import open_recording
from emg_edge.signal.frontend import FrontEnd
from emg_edge.signal.windows import windows

FAST = ("--board", "synthetic", "--speed", "max", "--duration", "10")

# What a run on a device must not load: their weight is the difference between a Pi and a workstation.
HEAVY = ("tensorflow", "keras", "sklearn", "matplotlib", "scipy.signal", "scipy.io", "scipy.stats", "brainflow", "tqdm")


def emg_edge(*arguments: str, **how) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emg_edge", *arguments]
    return subprocess.run(command, **{"capture_output": True, "text": True, "timeout": 120} | how, check=False)


def decisions(done: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(done: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """Check the manner of a refusal: exit code, nothing on stdout, no traceback; return what was said."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def fast(tmp_path_factory) -> tuple[list[dict], dict, str]:
    """Ten seconds of the bare command at full speed: its lines, its summary, its talk."""
    path = tmp_path_factory.mktemp("run") / "s.json"
    done = emg_edge("run", *FAST, "--summary", str(path))
    assert done.returncode == 0, done.stderr
    return decisions(done), json.loads(path.read_text()), done.stderr


def test_the_bare_command_decodes_the_simulated_forearm(fast):
    """Without a model of the user's the shipped one is used, which is said."""
    lines, summary, said = fast
    assert "model that ships" in said
    assert len(lines) == summary["decisions"] > 180
    assert {line["state"] for line in lines} == {"rest", "active"}
    assert 0 <= summary["accuracy"] <= 1


def test_the_shipped_model_knows_the_simulated_forearm(tmp_path: Path):
    """Over ten minutes, which hold every movement many times, nine decisions in ten are right."""
    path = tmp_path / "s.json"
    emg_edge("run", "--board", "synthetic", "--speed", "max", "--duration", "600", "--summary", str(path))
    assert json.loads(path.read_text())["accuracy"] >= 0.9


def test_lines_and_summary_agree(fast):
    """Every line has all fields, and the summary counts them."""
    lines, summary, _ = fast
    for line in lines:
        assert line.keys() == {
            *("time_s", "seq", "gesture", "number", "probability", "state", "latency_ms", "samples_lost", "truth")
        }
    assert [line["seq"] for line in lines] == list(range(len(lines)))
    assert summary["samples"] == 2000
    assert summary["samples_lost"] == 0
    assert summary["realtime_factor"] > 1
    assert summary["scale"].startswith("SIM-S1/")


def test_the_seed_decides_the_run():
    """The same seed decides the same; another, something else."""
    first, again, other = (
        [line["probability"] for line in decisions(emg_edge("run", *FAST, "--seed", seed))] for seed in "223"
    )
    assert first == again
    assert first != other


def test_movements_can_be_chosen():
    """Only what is asked for is made, by name or number."""
    done = emg_edge("run", *FAST, "--movement", "index flexion", "--movement", "4")
    assert {line["truth"] for line in decisions(done)} <= {0, 1, 4}


def test_a_live_run_takes_its_time():
    """At real time, two seconds of signal take two seconds, and hardly any of them computing."""
    began_s = time.monotonic()
    done = emg_edge("run", "--board", "synthetic", "--duration", "2")
    assert time.monotonic() - began_s >= 2
    assert 30 <= len(decisions(done)) <= 33


def test_nothing_heavy_is_imported():
    """A run on the synthetic board loads no TensorFlow, no scipy.signal or scipy.io, no BrainFlow."""
    code = (
        "import sys\nfrom emg_edge.cli.main import main\n"
        f"try:\n    main(['run', *{FAST!r}])\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("module", ["emg_edge.cli.run", "emg_edge.cli.boards"])
def test_a_command_module_is_light(module):
    """Importing the command for its help loads neither numpy nor msgspec."""
    code = f"import sys, {module}\nprint([m for m in ('numpy', 'scipy', 'msgspec') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_cleanly_with_a_summary(tmp_path: Path, number):
    """The run ends at once with exit code 0, whole lines, its figures on stderr and in the file."""
    path = tmp_path / "s.json"
    command = [sys.executable, "-m", "emg_edge", "run", "--board", "synthetic", "--summary", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        lines = [run.stdout.readline() for _ in range(3)]
        run.send_signal(number)
        out, said = run.communicate(timeout=20)
    assert run.returncode == 0
    assert "Traceback" not in said
    assert "3 decisions" in said or "decisions (" in said
    written = [json.loads(line) for line in [*lines, *out.splitlines()]]
    assert json.loads(path.read_text())["decisions"] == len(written)


def test_a_reader_that_goes_away_ends_the_run_quietly():
    """`emg-edge run | head -2` ends with the figures and no complaint."""
    command = f"{sys.executable} -m emg_edge run --board synthetic --speed max | head -2"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=True)
    assert len(done.stdout.splitlines()) == 2
    assert "decisions (" in done.stderr
    assert "BrokenPipe" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_stdout_is_one_sentence():
    """Decisions that cannot be written end the run with the reason, without Python's own complaints at exit."""
    with Path("/dev/full").open("w") as full:
        done = emg_edge("run", *FAST, stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert done.returncode == 1
    assert "no space left" in done.stderr
    assert "Exception" not in done.stderr
    assert "Traceback" not in done.stderr


def on_terminal(*arguments: str) -> str:
    """What a terminal shows of a run whose stdout and stderr are that terminal."""
    outside, inside = pty.openpty()
    run = subprocess.Popen([sys.executable, "-m", "emg_edge", "run", *arguments], stdout=inside, stderr=inside)
    os.close(inside)
    shown = b""
    try:
        while piece := os.read(outside, 65536):
            shown += piece
    except OSError:  # Linux says EIO when the other end is closed
        pass
    os.close(outside)
    assert run.wait(timeout=20) == 0
    return shown.decode()


def test_a_terminal_shows_the_view_and_no_json():
    """A person sees the gesture and the truth, redrawn in place, and the figures at the end."""
    shown = on_terminal(*FAST)
    assert shown.count("\r\x1b[K") > 100
    assert "truth: " in shown
    assert '"seq"' not in shown
    assert "accuracy" in shown


def test_json_can_be_had_on_a_terminal():
    """--json writes lines wherever stdout goes."""
    shown = on_terminal(*FAST, "--json")
    assert '"seq":0' in shown
    assert "truth: " not in shown


def test_the_view_can_be_had_beside_the_lines():
    """--view with pipes: lines on stdout, and on stderr a log of what changes beside the truth."""
    done = emg_edge("run", *FAST, "--view")
    assert len(decisions(done)) > 180
    assert re.search(r"decided .+ made .+ right", done.stderr)


def test_below_the_least_probability_the_state_is_unknown():
    """--min-probability 1 names nothing."""
    assert {line["state"] for line in decisions(emg_edge("run", *FAST, "--min-probability", "1"))} <= {"unknown"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--board", "synthetic", "--duration", "-3"),
        ("--board", "synthetic", "--duration", "0"),
        ("--board", "synthetic", "--duration", "nan"),
        ("--board", "synthetic", "--speed", "fast"),
        ("--board", "synthetic", "--speed", "0"),
        ("--board", "synthetic", "--file", "x.mat"),
        ("--board", "replay", "--file", "x.mat", "--movement", "fist"),
        ("--board", "brainflow:CYTON_BOARD", "--speed", "max"),
        ("--board", "brainflow:CYTON_BOARD", "--channels", "one"),
        ("--board", "synthetic", "--min-probability", "2"),
        (),
    ],
)
def test_misuse_exits_with_two(arguments):
    """An option that makes no sense, or that the board would ignore, is misuse."""
    assert "Error: " in refused(emg_edge("run", *arguments), 2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--board", "nosuch"), "unknown board 'nosuch'"),
        (("--board", "replay"), "--file"),
        (("--board", "replay", "--file", "nothing-here.mat"), "nothing-here.mat"),
        (("--board", "synthetic", "--movement", "flying"), "no movement 'flying'"),
        (("--board", "synthetic", "--model", "nothing-here.tflite"), "nothing-here.tflite"),
        (("--board", "synthetic", "--wearer", "DB9-S1"), "'DB9-S1'"),
        (("--board", "synthetic", "--ring", "left"), "'left'"),
        (("--board", "synthetic", "--summary", "/dev/null"), "/dev/null"),
    ],
)
def test_bad_input_is_one_sentence(arguments, said):
    """What cannot be done is said in a line, with exit code 1, before anything is decided."""
    text = refused(emg_edge("run", *arguments))
    assert said in text.splitlines()[-1]
    assert text.splitlines()[-1].startswith("emg-edge: ")


def test_a_foreign_or_altered_model_is_refused(tmp_path: Path):
    """Junk, and a shipped model with one bit turned, are not run."""
    junk = tmp_path / "junk.tflite"
    junk.write_bytes(os.urandom(3000))
    assert "not a TFLite model" in refused(emg_edge("run", "--board", "synthetic", "--model", str(junk)))
    data = bytearray(shipped().read_bytes())
    data[5000] ^= 1
    altered = tmp_path / "altered.tflite"
    altered.write_bytes(data)
    assert "altered or damaged" in refused(emg_edge("run", "--board", "synthetic", "--model", str(altered)))


def test_a_table_is_replayed_with_rate_and_unit(tmp_path: Path):
    """A CSV of eight columns plays when its rate and unit are said; the mean scale is used, which is said too."""
    table = tmp_path / "own.csv"
    np.savetxt(table, np.random.default_rng(0).integers(-20, 20, (1000, 8)), fmt="%d", delimiter=",")
    arguments = ("run", "--board", "replay", "--file", str(table), "--speed", "max", "--unit", "myo-count")
    done = emg_edge(*arguments, "--rate", "200")
    assert len(decisions(done)) > 80
    assert {line["truth"] for line in decisions(done)} == {None}
    assert "mean scale" in done.stderr
    assert "rate" in refused(emg_edge(*arguments))


@pytest.mark.realdata
@pytest.mark.parametrize("ring", ["upper", "lower"])
def test_live_probabilities_are_those_of_the_offline_evaluation(shared_data: Path, ring):
    """A NinaPro file through the command line gives, window for window, what the same file gives offline."""
    path = shared_data / "ninapro" / "DB5" / "s1" / "S1_E1_A1.mat"
    done = emg_edge(
        "run", "--board", "replay", "--file", str(path), "--speed", "max", "--ring", ring, "--wearer", "mean"
    )
    live = decisions(done)
    model, recording = modelfile.read(shipped()), open_recording(path)
    told = model.description
    spec = told.signal
    front = FrontEnd(spec, recording.source, told.scales.units["myo-count"], ring)
    cut = windows(front.push(recording.samples), spec.context)[:: spec.hop]
    network = Network(model.flatbuffer)
    offline = np.array([softmax(network(window)) for window in cut])
    assert len(live) == len(offline) > 10_000
    assert [line["probability"] for line in live] == offline.max(axis=1).tolist()
    assert [line["number"] for line in live] == [told.movements[best] for best in offline.argmax(axis=1)]


@pytest.mark.realdata
def test_a_file_of_two_rings_plays_the_upper_one_unless_told(shared_data: Path):
    """A ring-of-eight model on DB5's sixteen channels: the upper ring is used, and said."""
    path = shared_data / "ninapro" / "DB5" / "s1" / "S1_E1_A1.mat"
    arguments = ("run", "--board", "replay", "--file", str(path), "--speed", "max", "--duration", "5")
    plain, upper, lower = (emg_edge(*arguments, *ring) for ring in ((), ("--ring", "upper"), ("--ring", "lower")))
    assert "upper is used" in plain.stderr
    told = [[line["probability"] for line in decisions(done)] for done in (plain, upper, lower)]
    assert told[0] == told[1] != told[2]


@pytest.mark.realdata
def test_an_envelope_recording_is_refused_by_a_raw_model(shared_data: Path):
    """DB1's envelope cannot be turned back into raw EMG: both domains are named."""
    path = next((shared_data / "ninapro" / "DB1").rglob("S1_A1_E1.mat"))
    assert "envelope" in refused(emg_edge("run", "--board", "replay", "--file", str(path)))


def test_a_slow_reader_of_a_replay_misses_nothing():
    """Every decision reaches a reader that sleeps while the pipe fills up."""
    command = [sys.executable, "-m", "emg_edge", "run", "--board", "synthetic", "--speed", "max", "--duration", "120"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        assert run.stdout is not None
        time.sleep(2)  # some 500 lines fill it
        lines = run.stdout.read().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(len(lines)))
    assert len(lines) > 2000
