import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("keras", reason="evaluating needs the train extra")

from emg_edge.cli.main import cli, main
from emg_edge.train.evaluation.protocol import names
from emg_edge.train.simulated.files import Plan, simulate

PROTOCOL = "ninapro-db5-a-within"
METRICS = {"accuracy", "balanced_accuracy", "macro_f1", "execution_accuracy", "instability", "switches_per_s"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten people of DB5, exercise A."""
    root = tmp_path_factory.mktemp("data")
    simulate(Plan("DB5", 10, repetitions=5, hold_s=0.6, rest_s=0.4), root)
    return root


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for all tests here: a recording is brought to the front end once."""
    monkeypatch.setenv("EMG_EDGE_CACHE", str(cache))


def invoked(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["evaluate", *map(str, arguments)], catch_exceptions=False)


def stopped(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout and last line of stderr of a command that is expected to end the process."""
    with pytest.raises(SystemExit) as end:
        main(["evaluate", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(str(end.value.code)), out, err.splitlines()[-1]


def evaluated(file: Path, *arguments: object) -> dict[str, Any]:
    """The JSON that the command wrote."""
    result = invoked("--json", file, *arguments)
    assert result.exit_code == 0
    document: dict[str, Any] = json.loads(file.read_bytes())
    return document


def shares(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Decoder -> all that is said of it; what a computer may take another time for is left out."""
    return {name: document[name] for name in ("int8", "model", "td6_lda", "majority") if name in document}


def test_list_names_the_protocols() -> None:
    """One a line, with what it is; nothing is loaded for it."""
    result = invoked("--list")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(names())
    assert any(line.startswith(PROTOCOL) and "400 ms" in line for line in lines)


def test_an_evaluation_from_recordings_to_figures(data: Path, tmp_path: Path) -> None:
    """The JSON is what others read: four decoders, shares with mean, sd and people; the page and the table show it."""
    file, report = tmp_path / "F.json", tmp_path / "R.html"
    arguments = ["--protocol", PROTOCOL, "--data", data, "--subjects", "1,2", "--seeds", 1, "--recipe", "epochs=2"]
    result = invoked(*arguments, "--recipe", "width=16", "--json", file, "--report", report)
    assert result.exit_code == 0
    document = json.loads(file.read_bytes())
    for name in ("int8", "model", "td6_lda"):
        assert set(document[name]) >= METRICS
    assert set(document["majority"]) == {"accuracy", "balanced_accuracy", "macro_f1"}
    for decoder in shares(document).values():
        for metric in ("accuracy", "balanced_accuracy", "macro_f1"):
            found = decoder[metric]
            assert set(found["subjects"]) == {"SIM-S1", "SIM-S2"}
            first, second = found["subjects"].values()
            assert 0 <= min(first, second) <= found["mean"] <= max(first, second) <= 1
            assert found["mean"] == pytest.approx((first + second) / 2)
            assert found["sd"] == pytest.approx(abs(first - second) / 2**0.5)
            assert "worst_decile" not in found
    assert document["td6_lda"]["accuracy"]["mean"] > document["majority"]["accuracy"]["mean"]
    recipe = document["protocol"]["decoder"]["recipe"]
    assert (recipe["epochs"], recipe["width"]) == (2, 16)
    assert document["command"].startswith("emg-edge ")
    assert "<html" in report.read_text()
    rows = [line for line in result.stdout.splitlines() if line.startswith("TD6 + LDA")]
    assert len(rows) == 1
    assert f"{100 * document['td6_lda']['accuracy']['mean']:.1f}" in rows[0]
    assert f"wrote {file}" in result.stderr
    again = invoked(*arguments, "--recipe", "width=16")
    assert "2 of 2 jobs are done already" in again.stderr
    table = result.stdout[result.stdout.index(again.stdout[:20]) :]  # the converter's talk, which goes to nowhere live
    assert again.stdout == table


def test_from_ten_people_on_the_worst_tenth_is_told(data: Path, tmp_path: Path) -> None:
    """Of ten, that is the worst one."""
    arguments = ["--protocol", PROTOCOL, "--data", data, "--baselines-only"]
    ten = evaluated(tmp_path / "ten.json", *arguments)["td6_lda"]["accuracy"]
    assert len(ten["subjects"]) == 10
    assert ten["worst_decile"] == pytest.approx(min(ten["subjects"].values()))
    nine = evaluated(tmp_path / "nine.json", *arguments, "--subjects", "1-9")["td6_lda"]["accuracy"]
    assert "worst_decile" not in nine
    assert nine["subjects"] == {name: share for name, share in ten["subjects"].items() if name != "SIM-S10"}


def test_td4_and_a_learning_curve_on_request(data: Path, tmp_path: Path) -> None:
    """Both are beside what is there anyway."""
    arguments = ["--protocol", PROTOCOL, "--data", data, "--subjects", 3, "--baselines-only", "--td4"]
    document = evaluated(tmp_path / "F.json", *arguments, "--learning-curve")
    assert set(document["td4_lda"]) == set(document["td6_lda"])
    assert document["rows"]["own"]["learning_curve"]["repetitions"] == [1, 2, 3, 4]


@pytest.mark.slow
def test_processes_give_the_same_figures(data: Path, tmp_path: Path) -> None:
    """However many there are; each has a folder of its own here, so that nothing is taken over."""
    arguments = ["--protocol", PROTOCOL, "--data", data, "--subjects", "1,2", "--seeds", 1]
    quick = ["--recipe", "epochs=1", "--recipe", "width=16"]
    one, two = (
        evaluated(tmp_path / f"{jobs}.json", *arguments, *quick, "--jobs", jobs, "--out", tmp_path / f"{jobs}")
        for jobs in (1, 2)
    )
    assert shares(one) == shares(two)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--data", "somewhere"],
        ["--protocol", PROTOCOL],
        ["--protocol", PROTOCOL, "--data", "somewhere", "--seeds", "0"],
        ["--protocol", PROTOCOL, "--data", "somewhere", "--jobs", "0"],
        ["--protocol", PROTOCOL, "--data", "somewhere", "--subjects", "x"],
        ["--protocol", PROTOCOL, "--data", "somewhere", "--frames", "cooked"],
        ["--protocol", PROTOCOL, "--data", "somewhere", "--json", "."],
    ],
    ids=lambda words: words[-2],
)
def test_misuse_is_two(wrong: list[str]) -> None:
    """An option that is missing, or cannot mean anything, is named before anything is loaded."""
    result = invoked(*wrong)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "loading" not in result.stderr
    assert "--" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--protocol", "db5"], "there is no protocol 'db5'; known are "),
        (["--protocol", "ninapro-db1-a-within"], "holds nothing of the database asked for; it holds DB5"),
        (["--protocol", PROTOCOL, "--subjects", "11"], f"{PROTOCOL} tests people of DB5; there: SIM-S1, "),
        (["--protocol", PROTOCOL, "--recipe", "nosie=1"], "the recipe cannot be changed by 'nosie=1'"),
        (
            ["--protocol", PROTOCOL, "--recipe", "noise=much"],
            "the recipe cannot be changed so: in `noise`: expected a number",
        ),
        (["--protocol", "ninapro-db5-a-loso", "--learning-curve"], "a learning curve is of training repetitions"),
        (["--protocol", "merged-a-loso"], "trains on other people than SIM-S1, and there are none of DB1"),
    ],
    ids=["protocol", "database", "subject", "key", "value", "curve", "merged"],
)
def test_what_cannot_be_evaluated_is_one_sentence(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    """Exit 1, the sentence last on stderr, stdout empty."""
    code, out, last = stopped(capsys, "--data", data, *arguments)
    assert (code, out) == (1, "")
    assert last.startswith("emg-edge: ")
    assert sentence in last


def test_people_without_the_repetitions_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What failed, and that the others are kept."""
    simulate(Plan("DB5", 1, repetitions=1, hold_s=0.6, rest_s=0.4), tmp_path)
    with pytest.raises(SystemExit) as end:
        main(["evaluate", "--protocol", PROTOCOL, "--data", str(tmp_path), "--baselines-only"])
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (1, "")
    assert "SIM-S1 has no repetition to test on under ninapro-db5-a-within; add the missing" in err
    assert err.splitlines()[-1].startswith("emg-edge: 1 of 1 jobs failed, for the reasons told above")
