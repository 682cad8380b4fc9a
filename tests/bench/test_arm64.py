"""The parts of `make test-arm64` that need neither Debian nor QEMU."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "bench" / "arm64"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # a dataclass looks for its own module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sources.list", "# a comment\ndeb http://mirror.example/debian bookworm main contrib\n"),
        ("sources.list", "deb [arch=amd64 signed-by=/x.gpg] http://mirror.example/debian bookworm main\n"),
        (
            "sources.list.d/debian.sources",
            "Types: deb\n# URIs: http://old.example/debian\nURIs: http://mirror.example/debian\nSuites: bookworm\n"
            "Components: main\n\nTypes: deb\nURIs: http://mirror.example/debian-security\n"
            "Suites: x\nComponents: main\n",
        ),
    ],
)
def test_the_archive_is_the_machines_own(tmp_path: Path, name: str, text: str) -> None:
    """Both formats of apt's sources; neither its security archive nor anybody else's."""
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "a.list").write_text("deb https://other.example/apt stable main\n")
    (tmp_path / name).write_text(text)
    assert loaded("debian").archive(tmp_path) == "http://mirror.example/debian"


def test_a_machine_without_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no Debian archive in .*; this needs a Debian machine"):
        loaded("debian").archive(tmp_path)


def lines(path: Path, numbers: list[int], probability: float) -> Path:
    path.write_text("".join(json.dumps({"number": n, "probability": probability}) + "\n" for n in numbers))
    return path


def test_decisions_are_compared_one_by_one(tmp_path: Path) -> None:
    """The bound is a share of them; probabilities are compared where the gesture is the same."""
    compare = loaded("compare")
    here = lines(tmp_path / "here", [1] * 1000, 0.5)
    found = compare.compare(here, lines(tmp_path / "there", [1] * 999 + [2], 0.75))
    assert (found.decisions, found.same, found.probability, found.problem) == (1000, 0.999, 0.25, "")
    worse = compare.compare(here, lines(tmp_path / "worse", [1] * 998 + [2, 3], 0.5))
    assert worse.problem == "99.80 % of the decisions are the same, and 99.9 % is the least"
    with pytest.raises(SystemExit, match="1000 decisions here and 3 there"):
        compare.compare(here, lines(tmp_path / "few", [1] * 3, 0.5))
