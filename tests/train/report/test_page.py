"""The page of an evaluation: whole, true to its document, safe, and complete in itself."""

import json
import re
from pathlib import Path

import pytest
from support.html_reader import Reader, text_of
from support.report_documents import NASTY, against, document, row, summary, told
from support.stretches import said, stretch

from emg_edge.errors import EmgEdgeError
from emg_edge.train.evaluation import measures
from emg_edge.train.evaluation.document import make_document
from emg_edge.train.evaluation.figures import make_row
from emg_edge.train.report.page import render, write_report
from emg_edge.train.report.words import METRICS

DASH = "\N{EN DASH}"


@pytest.fixture(scope="module")
def page() -> str:
    return render(document())


@pytest.fixture(scope="module")
def page_of_two() -> str:
    return render(document(own=row(), other=row("Other")))


def test_every_number_of_the_table_is_on_the_page(page: str) -> None:
    """Means, spreads, differences with their interval, seeds and costs all stand there, in the units announced."""
    text = text_of(page)
    for figure in ("85.9", "80.2", "86.1", "9.2", "± 1.2", "+5.7", "+2.3 to +8.9", "better for 2 of 3", "p = 0.250"):
        assert figure in text
    for figure in ("305", "362", "\N{MINUS SIGN}60", "\N{MINUS SIGN}100 to +20", "39,244", "53,240", "14.2 s (sd 1.1)"):
        assert figure in text
    for figure in ("76.5", "0.5", "81.1", "85.2", "91.3", "77.1", "6.2 %", "90.0", "61.4", "95.0"):
        assert figure in text


def test_how_it_was_measured_is_on_the_page(page: str) -> None:
    """Split, seeds, context, hop, window, versions, machine and the command to repeat it are told."""
    text = text_of(page)
    for fact in ("DB5: 2, 5", "0, 1, 2", "400 ms", "50 ms", "last 200 ms", "tensorflow 2.21.7", "Some & CPU, 2 cores"):
        assert fact in text
    assert "emg-edge evaluate --protocol ninapro-db5-a-within > out" in text
    assert "within session" in text
    assert "own training repetitions" in text


def test_the_page_stands_alone_and_is_well_formed(page_of_two: str) -> None:
    """Tags close in order, no script runs, nothing is fetched."""
    reader = Reader(page_of_two)
    assert not reader.all("script")
    assert not reader.all("link")
    assert not reader.all("img")
    addresses = re.findall(r"[a-z]+://[^\s\"'<>]*", page_of_two)
    assert set(addresses) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "@import" not in page_of_two
    for target in re.findall(r"url\(([^)]*)\)", page_of_two):
        assert target.startswith("#")


def test_ids_are_unique_and_references_resolve(page_of_two: str) -> None:
    """Several figures of one kind share a page without taking each other's clip paths and markers."""
    ids = re.findall(r'\sid="([^"]*)"', page_of_two)
    assert len(ids) == len(set(ids))
    references = re.findall(r'(?:href="|url\()#([^")]*)', page_of_two)
    references += " ".join(re.findall(r'aria-labelledby="([^"]*)"', page_of_two)).split()
    assert len(references) > 20
    assert set(references) <= set(ids)


def test_figures_have_a_title_and_a_description(page: str) -> None:
    """Each drawing is an image with a name and a text that carries its figures."""
    reader = Reader(page)
    drawings = reader.all("svg")
    assert len(drawings) == 4
    assert all(drawing["role"] == "img" for drawing in drawings)
    assert len(reader.all("desc")) == 4
    assert "int8 model from 81.1 to 91.3 %" in reader.text
    assert "40.0 % with 1, 60.0 % with 2, 80.0 % with 4" in reader.text


def test_tables_have_scoped_headers_and_even_rows(page_of_two: str) -> None:
    """Every header cell says what it heads, and every line of a table has as many cells as its head."""
    assert all(cell.get("scope") in ("col", "row") for cell in Reader(page_of_two).all("th"))
    tables = re.findall(r"<table.*?</table>", page_of_two, re.DOTALL)
    assert len(tables) == 1 + 2 * 4
    for table in tables:
        widths = {len(re.findall(r"<t[hd][ >]", line)) for line in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)}
        assert len(widths) == 1


def test_names_are_escaped(page: str) -> None:
    """A name with tags, an ampersand and dollars is text, in tables and in drawings, and is not read as a formula."""
    assert "<script" not in page
    assert "&amp;amp;" not in page
    assert NASTY in Reader(page).text
    assert "&lt;script&gt;" in page.split("<svg", 1)[1].split("</svg>", 1)[0]


@pytest.mark.parametrize(
    ("interval", "said", "unsaid"),
    [
        ((0.01, 0.09), "A win: the int8 model is better", "A loss"),
        ((-0.09, -0.01), "A loss: the int8 model is worse", "A win"),
        ((-0.01, 0.09), "Undecided: the interval spans zero", "A win"),
        ((0.0, 0.09), "Undecided: the interval spans zero", "A win"),
    ],
)
def test_the_verdict_is_what_the_interval_says(interval: tuple[float, float], said: str, unsaid: str) -> None:
    """A loss is called a loss as plainly as a win a win, and what spans zero is neither."""
    lost = told()
    lost["against_td6_lda"] = {"int8": {"accuracy": against(sum(interval) / 2, *interval)}}
    text = text_of(render(document(own=lost)))
    above = text[: text.index("How it was measured")]
    assert said in above
    assert unsaid not in above


def test_less_of_an_error_is_a_win() -> None:
    """The sign is read by the metric: a shorter delay wins, a longer one loses."""
    for interval, word in (((-0.1, -0.02), "win"), ((0.02, 0.1), "loss")):
        one = told()
        one["against_td6_lda"] = {"int8": {"delay_s": against(sum(interval) / 2, *interval)}}
        assert f'<strong class="badge {word}">{word}</strong>' in render(document(own=one))


def test_a_tiny_difference_keeps_its_sign() -> None:
    """What would round to 0.0 is written with the digits that show on which side it lies."""
    one = told()
    one["against_td6_lda"]["int8"]["accuracy"] = against(0.0003, 0.0002, 0.0004)
    assert "+0.03 points, 95 % interval over people +0.02 to +0.04" in text_of(render(document(own=one)))


def test_absent_parts_are_absent() -> None:
    """Without a part its heading, its figure and its column are gone; nothing stands there as zero."""
    bare = {"title": "TD6 + LDA alone", "decoders": {"td6_lda": {"accuracy": summary(0.7, 0.8)}}}
    small = document(own=bare)
    for key in ("command", "machine", "versions"):
        del small[key]
    page = render(small)
    text = text_of(page)
    for word in (
        "int8",
        "Delay",
        "majority class",
        "Learning",
        "By movement",
        "onset (s)",
        "taken for",
        "Cost",
        "Areas",
    ):
        assert word not in text[: text.index("How it was measured")]
    for word in ("Machine", "Versions", "To repeat it", "Published"):
        assert word not in text
    assert len(Reader(page).all("svg")) == 1  # by person
    assert "75.0" in text
    assert "badge" not in page[page.index("<body>") :]


def test_a_metric_that_one_decoder_lacks_is_a_dash(page: str) -> None:
    """The majority class has no delay: its cell says so."""
    line = page[page.index("Delay, ms") :].split("</tr>", maxsplit=1)[0]
    assert line.count(f'<td class="number">{DASH}</td>') == 1


@pytest.mark.parametrize("nothing", [None, float("nan")])
def test_a_value_without_meaning_is_never_a_number(nothing: float | None) -> None:
    """Null and NaN are dashes, or leave their line out; the words nan and None stay off the page."""
    one = row()
    one["decoders"]["int8"]["delay_s"]["mean"] = nothing
    for name in ("int8", "model", "td6_lda"):
        one["decoders"][name]["onsets_missed"] = {"mean": nothing, "sd": nothing, "subjects": {"DB5-S1": nothing}}
    one["by_movement"]["int8"][1]["recall"] = nothing
    one["decoders"]["int8"]["accuracy"]["subjects"]["DB5-S3"] = nothing
    one["against_td6_lda"]["int8"]["accuracy"]["interval95"] = [nothing, nothing]
    one["learning_curve"]["int8"]["balanced_accuracy"][0] = nothing
    text = text_of(render(document(own=one)))
    assert "Onsets missed" not in text
    assert "No verdict" in text
    assert not re.search(r"\bnan\b|\bNone\b", text)


def test_one_person_has_no_verdict() -> None:
    """With one person there is no interval and so no winner."""
    one = told()
    for metrics in one["decoders"].values():
        for part in metrics.values():
            part.update(sd=None, subjects={"DB5-S1": part["mean"]})
    one["against_td6_lda"]["int8"] = {"accuracy": {"difference": 0.05, "interval95": None, "people": 1}}
    text = text_of(render(document(own=one)))
    assert "one person" in text
    assert "No verdict" in text


def test_rest_makes_balanced_accuracy_the_headline() -> None:
    """Where rest is a class it would fill the plain accuracy, so the sentence at the top is about the balanced one."""
    one = told()
    for metrics in one["decoders"].values():
        metrics["balanced_accuracy"] = summary(0.61, 0.62, 0.63)
    with_rest = document(own=one)
    with_rest["protocol"]["rest"] = True
    assert "Balanced accuracy, mean over 3 people: int8 model 62.0 %" in text_of(render(with_rest))
    assert "Accuracy (CA), mean over 3 people: int8 model 85.9 %" in text_of(render(document(own=one)))


def test_rows_are_compared_at_the_top_and_say_their_scale() -> None:
    """Several rows stand in one table, and the one that looks ahead says that it does."""
    other = told("On all of the wearer's signal")
    other["against_td6_lda"]["int8"]["accuracy"] = against(-0.05, -0.09, -0.01)
    text = text_of(render(document(own=told(), other=other)))
    assert "All rows:" in text
    assert "transductive" in text
    assert "A loss: the int8 model is worse" in text


def test_many_classes_and_people_still_draw() -> None:
    """All 52 movements of NinaPro and its 78 people make a page; cells too small for numbers have none."""
    one = {**told(), "confusion": {}}
    names = [f"movement {i}" for i in range(52)]
    counts = [[9 if i == j else int(i == 7) for j in range(52)] for i in range(52)]
    one["confusion"]["int8"] = {"movements": list(range(52)), "names": names, "counts": counts}
    for metrics in one["decoders"].values():
        metrics["accuracy"]["subjects"] = {f"DB2-S{i}": 0.5 + i / 200 for i in range(78)}
    Reader(render(document(own=one)))


def test_the_same_document_gives_the_same_page(page: str) -> None:
    """Pages can be compared, made at once or from the stored JSON: no date, no random id."""
    assert render(json.loads(json.dumps(document()))) == page


def test_the_page_knows_every_metric_and_its_direction() -> None:
    """What the evaluation measures has words here, and no metric is judged by the wrong sign."""
    assert [metric.key for metric in METRICS] == list(measures.METRICS)
    assert {metric.key: not metric.less_is_better for metric in METRICS if metric.judged} == {
        metric.key: measures.METRICS[metric.key] for metric in METRICS if metric.judged
    }


def test_what_the_evaluation_makes_is_told() -> None:
    """From decisions to the page: the network is right everywhere, TD6 + LDA in part, and both figures stand there."""
    truth, worse = "0000111111000022222200", ("0000111111000011222200", "0000111122000022111100")
    people = [
        stretch(f"DB5-S{i}", truth, int8=said(truth, threshold=0.5), td6_lda=said(worse[i % 2], threshold=0.5))
        for i in (1, 2, 3)
    ]
    made = make_row("Own scale", {0: people}, rest=True)
    whole = {**document()["protocol"], "rest": True}
    text = text_of(
        render(make_document(whole, {"people": ["DB5-S1"]}, [0], {"own": made}, "own", {"numpy": "2"}, {"cores": 1}))
    )
    theirs = made["decoders"]["td6_lda"]["balanced_accuracy"]["mean"]
    assert f"int8 model 100.0 %, TD6 + LDA {100 * theirs:.1f} %, majority class 33.3 %" in text
    for area in made["areas_for_improvement"]:
        assert area in text


def test_another_schema_is_refused() -> None:
    """A document of another version is not guessed at."""
    with pytest.raises(EmgEdgeError, match="schema 2 and this report reads 1"):
        render({**document(), "schema": 2})


def test_writing_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """A document that cannot be drawn leaves the page of before; one that can replaces it and leaves nothing else."""
    path = tmp_path / "report.html"
    write_report(document(own=told()), path)
    before = path.read_bytes()
    assert before.startswith(b"<!DOCTYPE html>")
    broken = document(own=told())
    broken["rows"]["own"]["confusion"] = {"int8": {"movements": [1, 2], "names": ["a", "b"], "counts": [[1, 2], [3]]}}
    with pytest.raises(ValueError, match="inhomogeneous"):
        write_report(broken, path)
    assert path.read_bytes() == before
    write_report(document(own=told("Another")), path)
    assert b"Another" in path.read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The reason reaches the user as one sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EmgEdgeError, match="cannot write"):
        write_report(document(own=told()), tmp_path / "file" / "report.html")
