"""Results of jobs on disk."""

import json
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emg_edge.errors import EmgEdgeError
from emg_edge.train.evaluation.decided import Decided, Said
from emg_edge.train.evaluation.store import Results, pack, unpack

KEY = "own-scale.DB5-S1.seed0"


def said(m: int, threshold: float = float("nan")) -> Said:
    rng = np.random.default_rng(m)
    return Said(
        rng.integers(0, 13, m, dtype=np.int16),
        rng.integers(1, 13, m, dtype=np.int16),
        rng.random(m, dtype=np.float32),
        threshold,
    )


def decided(m: int, take: str = "S1_E1_A1 upper", **decoders: Said) -> Decided:
    rng = np.random.default_rng(m + 1)
    return Decided(
        wearer="DB5-S1",
        database="DB5",
        session=1,
        take=take,
        hop_s=0.05,
        time_s=np.cumsum(rng.random(m)),
        truth=rng.integers(0, 13, m, dtype=np.int16),
        repetition=rng.integers(1, 7, m, dtype=np.int16),
        scored=rng.random(m) < 0.5,
        decoders=decoders,
    )


def same(a: Any, b: Any) -> bool:
    """Field by field, arrays with their type and every bit."""
    if isinstance(a, Decided | Said):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return bool(a == b) or (a != a and b != b)  # nan


def test_what_is_packed_comes_back_bit_for_bit() -> None:
    """Tracks, decoders in their order, thresholds with nan, and facts."""
    tracks = [decided(40, int8=said(40, 0.25), td6_lda=said(40)), decided(0, "empty", model=said(0)), decided(7)]
    facts = {"parameters": 39_000, "seconds": 0.1 + 0.2, "label": "große Ringe", "epochs": [1, 2], "none": None}
    back, facts_back = unpack(pack(tracks, facts))
    assert len(back) == 3
    assert all(map(same, tracks, back))
    assert facts_back == facts


def test_numbers_of_numpy_are_numbers() -> None:
    """A figure computed with numpy needs no conversion by the job."""
    track = decided(3, int8=said(3, np.float32(0.1)))  # type: ignore[arg-type] - what a job may well hand over
    back, facts = unpack(pack([track], {"n": np.int64(3), "share": np.float64(0.5)}))
    assert facts == {"n": 3, "share": 0.5}
    assert back[0].decoders["int8"].threshold == np.float32(0.1)


def test_the_same_result_is_the_same_file() -> None:
    """No time of day gets into it."""
    assert pack([decided(9, int8=said(9))], {"a": 1}) == pack([decided(9, int8=said(9))], {"a": 1})


def test_no_object_is_pickled() -> None:
    """An array of objects is refused, so that reading a result never runs code."""
    track = decided(2, int8=Said(np.array([{}, {}]), np.zeros(2, np.int16), np.zeros(2, np.float32)))
    with pytest.raises(ValueError, match="Object arrays"):
        pack([track], {})


@pytest.mark.parametrize("strange", [b"", b"PK", b"nonsense" * 100, pack([], {})[:-5]])
def test_bytes_that_are_no_result_are_refused(strange: bytes) -> None:
    """One sentence, and what to do."""
    with pytest.raises(EmgEdgeError, match="not the result of a job"):
        unpack(strange)


def test_another_archive_is_refused(tmp_path: Path) -> None:
    """A zip with other things in it."""
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("about.json", json.dumps({"tracks": [{"decoders": {}}], "facts": {}}))
    with pytest.raises(EmgEdgeError, match="not the result of a job"):
        unpack(other.read_bytes())


def test_a_result_is_there_once_it_is_put(tmp_path: Path) -> None:
    """The folder is made; a second put replaces the first; nothing else is left lying about."""
    results = Results(tmp_path / "new" / "results")
    assert not results.has(KEY)
    for data in (b"first", b"", b"second"):
        results.put(KEY, data)
        assert results.has(KEY)
        assert results.get(KEY) == data
    assert len(list(results.folder.iterdir())) == 1


def test_an_absent_result_is_said(tmp_path: Path) -> None:
    """With its place, and that the command makes it."""
    with pytest.raises(EmgEdgeError, match="is missing or damaged; the same command makes it anew"):
        Results(tmp_path).get(KEY)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.binary(max_size=60), choice=st.data())
def test_a_damaged_or_truncated_file_counts_as_absent(tmp_path: Path, data: bytes, choice: st.DataObject) -> None:
    """Any one bit, any cut, anything behind it."""
    results = Results(tmp_path)
    results.put(KEY, data)
    (place,) = tmp_path.iterdir()
    stored = bytearray(place.read_bytes())
    at = choice.draw(st.integers(0, len(stored) - 1))
    flipped = bytearray(stored)
    flipped[at] ^= 1 << choice.draw(st.integers(0, 7))
    for damaged in (flipped, stored[:at], stored + b"x"):
        place.write_bytes(damaged)
        assert not results.has(KEY)
    results.put(KEY, data)
    assert results.get(KEY) == data


@pytest.mark.parametrize("key", ["", ".", "../other", "a/b", "a b", "-x", "x" * 201, "a\n", "ä"])
def test_a_key_is_a_plain_file_name(tmp_path: Path, key: str) -> None:
    """Nothing is ever written outside of the folder."""
    with pytest.raises(ValueError, match="is no name for a result"):
        Results(tmp_path).put(key, b"")
    assert not list(tmp_path.iterdir())
