import pytest

from emg_edge.cli import bar


def test_without_a_terminal_long_work_tells_where_it_is_and_short_work_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(bar.bar([1, 2, 3], "reading")) == [1, 2, 3]
    assert capsys.readouterr().err == ""
    seconds = iter(range(0, 1000, 20))
    monkeypatch.setattr(bar.time, "monotonic", lambda: next(seconds))
    assert list(bar.bar("abcdef", "reading")) == list("abcdef")
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "reading: 1 of 6"
    assert len(told) == 3
