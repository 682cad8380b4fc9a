import contextlib
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emg_edge.decoding import modelfile
from emg_edge.decoding.modelfile import DOCUMENT, LABELS, EdgeTpu, ModelFile, read, unpack
from emg_edge.errors import EmgEdgeError, ModelFileError
from emg_edge.models import shipped

DATA = shipped().read_bytes()


@pytest.fixture(scope="module")
def model() -> ModelFile:
    return unpack(DATA, "forearm.tflite")


def described_by(model: ModelFile, document: bytes, labels: bytes | None = None) -> bytes:
    """The same network with another document appended."""
    held = io.BytesIO(model.flatbuffer)
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(LABELS, "".join(f"{n}\n" for n in model.description.names) if labels is None else labels)
        archive.writestr(DOCUMENT, document)
    return held.getvalue()


def test_what_was_written_is_read(model: ModelFile, tmp_path: Path) -> None:
    """The network comes back byte for byte, the description equal but for the size and hash that are filled in."""
    unsigned = msgspec.structs.replace(model.description, model_bytes=0, model_sha256="")
    path = tmp_path / "new" / "gesture.tflite"
    modelfile.write(path, model.flatbuffer, unsigned)
    again = modelfile.read(path)
    assert again.flatbuffer == model.flatbuffer
    assert again.description == model.description
    assert again.description.model_bytes == len(model.flatbuffer)
    assert again.description.model_sha256 == hashlib.sha256(model.flatbuffer).hexdigest()


def test_a_file_without_news_has_no_word_of_it(model: ModelFile) -> None:
    """An emg-edge that knows no Edge TPU refuses unknown words, and reads this file: it has none."""
    assert model.description.edgetpu is None
    with zipfile.ZipFile(io.BytesIO(modelfile.pack(model.flatbuffer, model.description))) as archive:
        assert "edgetpu" not in json.loads(archive.read(DOCUMENT))


def test_the_same_model_gives_the_same_bytes(model: ModelFile) -> None:
    """No date and no order of a dictionary gets in."""
    assert modelfile.pack(model.flatbuffer, model.description) == modelfile.pack(model.flatbuffer, model.description)


def test_a_zip_tool_lists_the_labels_and_the_document(model: ModelFile) -> None:
    """Names and sizes are in the zip's directory; labels stand one a line in the order of the logits."""
    with zipfile.ZipFile(io.BytesIO(DATA)) as archive:
        assert archive.namelist() == [LABELS, DOCUMENT]
        assert archive.testzip() is None
        assert archive.read(LABELS).decode().splitlines() == list(model.description.names)
        assert json.loads(archive.read(DOCUMENT))["movements"] == list(model.description.movements)


def test_an_existing_file_is_not_replaced_unasked(model: ModelFile, tmp_path: Path) -> None:
    """The user's file stands unless force is said."""
    path = tmp_path / "mine.tflite"
    path.write_bytes(b"mine")
    with pytest.raises(EmgEdgeError, match="exists already"):
        modelfile.write(path, model.flatbuffer, model.description)
    assert path.read_bytes() == b"mine"
    modelfile.write(path, model.flatbuffer, model.description, force=True)
    assert modelfile.read(path).description == model.description


@settings(max_examples=150)
@given(data=st.data())
def test_any_flipped_bit_of_the_network_is_refused(data: st.DataObject) -> None:
    """Wherever it lies, alteration of the flatbuffer is noticed and said."""
    at = data.draw(st.integers(0, unpack(DATA, "x").description.model_bytes - 1))
    altered = bytearray(DATA)
    altered[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ModelFileError, match=r"altered or damaged: its \d+ bytes|is not a TFLite model"):
        unpack(bytes(altered), "g.tflite")


@settings(max_examples=300)
@given(data=st.data())
def test_a_damaged_tail_is_refused_or_changes_nothing(data: st.DataObject) -> None:
    """Whatever is flipped after the network, the description is the true one or the file is refused."""
    truth = unpack(DATA, "x").description
    altered = bytearray(DATA)
    for at in data.draw(st.lists(st.integers(truth.model_bytes, len(DATA) - 1), min_size=1, max_size=5)):
        altered[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ModelFileError):
        assert unpack(bytes(altered), "g.tflite").description == truth


@settings(max_examples=100)
@given(st.one_of(st.integers(0, len(DATA) - 1), st.integers(len(DATA) - 400, len(DATA) - 1)))
def test_a_file_cut_short_is_refused(length: int) -> None:
    """At every length, with a sentence and never another exception."""
    with pytest.raises(ModelFileError, match=r"g\.tflite is (a TFLite model without|not a TFLite model|damaged)"):
        unpack(DATA[:length], "g.tflite")


def test_a_foreign_tflite_is_refused_with_the_reason(model: ModelFile) -> None:
    """A model without our description, and one with somebody else's files appended."""
    with pytest.raises(ModelFileError, match="without emg-edge's description"):
        unpack(model.flatbuffer, "g.tflite")
    held = io.BytesIO(model.flatbuffer)
    with zipfile.ZipFile(held, "a") as archive:
        archive.writestr("labels.txt", "cat\ndog\n")
    with pytest.raises(ModelFileError, match="without emg-edge's description"):
        unpack(held.getvalue(), "g.tflite")


@pytest.mark.parametrize("data", [b"", b"TFL3", b"PK\x03\x04" + bytes(100), b"\x89PNG\r\n\x1a\n", bytes(5000)])
def test_another_kind_of_file_is_refused(data: bytes) -> None:
    """What has not TFLite's identifier is said not to be a model."""
    with pytest.raises(ModelFileError, match=r"is not a TFLite model; make one with: emg-edge quantize"):
        unpack(data, "g.tflite")


def altered(change: Callable[[dict[str, Any]], object]) -> Callable[[ModelFile], bytes]:
    """The document with a change made by hand."""

    def document(model: ModelFile) -> bytes:
        held: dict[str, Any] = json.loads(msgspec.json.encode(model.description))
        change(held)
        return json.dumps(held).encode()

    return document


def compiled_from(source: str) -> dict[str, Any]:
    held: dict[str, Any] = msgspec.to_builtins(EdgeTpu("a compiler", "g.tflite", 0, "", 1, {}, None, None, {}))
    return held | {"source": source}


def first_scale(document: dict[str, Any]) -> dict[str, Any]:
    scale: dict[str, Any] = next(iter(document["scales"]["units"].values()))
    return scale


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (altered(lambda d: d.update(owner="me")), "`owner` means nothing there"),
        (altered(lambda d: d["signal"].update(gain=3)), "`gain` means nothing there"),
        (altered(lambda d: d.pop("movements")), "`movements` is missing"),
        (
            altered(lambda d: d.update(schema=99)),
            "has a description of schema 99, and this emg-edge reads 1: update emg-edge",
        ),
        (altered(lambda d: d.update(schema=99, owner="me")), "has a description of schema 99"),
        (altered(lambda d: d["signal"].update(montage="ring9")), "unknown montage 'ring9'"),
        (altered(lambda d: d["signal"].update(rate_hz=0)), "a rate of 0 Hz"),
        (altered(lambda d: d.update(names=d["names"][1:])), "movements and"),
        (altered(lambda d: d.update(model_bytes=-7)), "altered or damaged"),
        (altered(lambda d: d.update(model_bytes=10**15)), "altered or damaged"),
        (altered(lambda d: d.update(names=["a"] * len(d["names"]))), "name different gestures"),
        (altered(lambda d: first_scale(d)["sd"].__setitem__(0, 0.0)), "standard deviations above 0"),
        (altered(lambda d: first_scale(d)["sd"].pop()), "8 means and 7 standard deviations"),
        (altered(lambda d: first_scale(d).update(mean=[0.0], sd=[1.0])), "has a scale of 1 features for"),
        (altered(lambda d: first_scale(d)["mean"].__setitem__(0, 1e308)), "do not fit single precision"),
        (altered(lambda d: d["movements"].__setitem__(0, -1)), "movements are different whole numbers"),
        (altered(lambda d: d["movements"].__setitem__(0, 10**25)), "movements are different whole numbers"),
        (altered(lambda d: d["movements"].__setitem__(0, d["movements"][1])), "movements are different whole numbers"),
        (altered(lambda d: d["signal"].update(floors={})), "needs the floor of one unit"),
        (altered(lambda d: d["signal"].update(rate_hz=1e300)), "a rate of 1e.300 Hz"),
        (altered(lambda d: d["signal"].update(rate_hz=1e-300)), "longer than 1 s at 1e-300 Hz"),
        (altered(lambda d: d["signal"]["frame"].update(length=10**9, step=10**9)), "longer than 1 s at 200 Hz"),
        (altered(lambda d: d["signal"].update(context=10**18)), "more than 60 s"),
        (altered(lambda d: d["signal"].update(hop=10**18)), "more than 60 s"),
        (altered(lambda d: d["signal"].update(envelope_ms=1e300)), "more than 60 s"),
        (altered(lambda d: d["quantisation"].update(balanced_accuracy={})), "how accurate the quantised network is"),
        (altered(lambda d: d.update(edgetpu=compiled_from(""))), "is no file's name"),
        (altered(lambda d: d.update(edgetpu=compiled_from("a\0b"))), "is no file's name"),
        (altered(lambda d: d.update(edgetpu=compiled_from("../g.tflite"))), "is no file's name"),
        (lambda _: b"", "truncated"),
        (lambda _: b"[]", "expected a table"),
        (lambda _: b"3", "expected a table"),
        (lambda _: b"\xff\xfe{}", "malformed"),
        (lambda _: b'{"schema": 1, "x": "\xff"}', "damaged description"),
        (lambda _: b"[" * 1_000_000, "damaged description"),
        (lambda _: b'{"schema": 1, "metrics": ' + b'{"a":' * 100_000, "nested too deeply"),
        (lambda _: b" " * (5 << 20), "more than 4 MiB"),
    ],
)
def test_a_document_that_is_not_ours_is_refused(
    model: ModelFile, document: Callable[[ModelFile], bytes], reason: str
) -> None:
    """Unknown keys, another schema, values that cannot be, a bomb: each with its reason, and the file's name."""
    with pytest.raises(ModelFileError, match=reason) as refused:
        unpack(described_by(model, document(model)), "g.tflite")
    assert str(refused.value).startswith("g.tflite ")
    assert len(str(refused.value)) < 400


def test_huge_labels_are_not_unpacked(model: ModelFile) -> None:
    """The labels are bounded as the document is."""
    with pytest.raises(ModelFileError, match="more than 4 MiB"):
        unpack(described_by(model, msgspec.json.encode(model.description), bytes(5 << 20)), "g.tflite")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_in_another_packing_is_said_too(model: ModelFile, method: int) -> None:
    """A tool may have packed the zip anew by another method; damage of that is no other exception."""
    held = io.BytesIO(model.flatbuffer)
    with zipfile.ZipFile(held, "a", method) as archive:
        archive.writestr(LABELS, b"rest\n")
        archive.writestr(DOCUMENT, msgspec.json.encode(model.description))
        at = archive.getinfo(DOCUMENT).header_offset + 30 + len(DOCUMENT)
    data = held.getvalue()
    with pytest.raises(ModelFileError, match="name different gestures"):
        unpack(data, "g.tflite")
    with pytest.raises(ModelFileError, match="its description cannot be unpacked"):
        unpack(data[:at] + b"\xff" * 40 + data[at + 40 :], "g.tflite")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Absent, a folder, or far too large."""
    with pytest.raises(ModelFileError, match=r"cannot read the model .*nowhere\.tflite: no such file"):
        modelfile.read(tmp_path / "nowhere.tflite")
    with pytest.raises(ModelFileError, match=r"cannot read the model .*: is a directory"):
        modelfile.read(tmp_path)
    huge = tmp_path / "huge.tflite"
    with huge.open("wb") as file:
        file.truncate(modelfile.MAX_BYTES + 1)
    with pytest.raises(ModelFileError, match="larger than 64 MiB"):
        modelfile.read(huge)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Nor is a device read without end."""
    os.mkfifo(tmp_path / "g.tflite")
    for path in (tmp_path / "g.tflite", Path("/dev/zero")):
        with pytest.raises(ModelFileError, match="is neither a file nor a folder"):
            read(path)
