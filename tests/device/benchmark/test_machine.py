from pathlib import Path

import pytest

from emg_edge.device.benchmark import machine


def test_the_words_of_a_pi_that_was_throttled() -> None:
    """Bits 0 to 3 are now, 16 to 19 since it was switched on."""
    assert machine.throttled(0x0) == []
    assert machine.throttled(0x50005) == ["under-voltage", "throttled", "under-voltage before", "throttled before"]


def test_a_pi_is_named_with_its_heat_and_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the files in which Linux tells them; the hottest zone counts."""
    (tmp_path / "model").write_bytes(b"Raspberry Pi 5 Model B Rev 1.0\0")
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nModel\t\t: Raspberry Pi 5\n")
    for name, text in (("scaling_cur_freq", "1500000"), ("scaling_max_freq", "2400000"), ("scaling_governor", "x\n")):
        (tmp_path / name).write_text(text)
    for zone, text in (("thermal_zone0", "48312\n"), ("thermal_zone1", "51000\n"), ("thermal_zone2", "broken")):
        (tmp_path / zone).mkdir()
        (tmp_path / zone / "temp").write_text(text)
    for name, place in (
        ("_TREE", tmp_path / "model"),
        ("_CPUINFO", tmp_path / "cpuinfo"),
        ("_CLOCKS", tmp_path),
        ("_ZONES", tmp_path),
    ):
        monkeypatch.setattr(machine, name, place)
    found, stands = machine.machine(), machine.condition()
    assert (found.name, found.cpu) == ("Raspberry Pi 5 Model B Rev 1.0", "Raspberry Pi 5")
    assert (stands.temperature_c, stands.mhz, stands.most_mhz, stands.governor) == (51.0, 1500.0, 2400.0, "x")


def test_where_linux_tells_nothing_nothing_is_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in most containers."""
    for name in ("_TREE", "_CPUINFO", "_CLOCKS", "_ZONES"):
        monkeypatch.setattr(machine, name, tmp_path / "absent")
    monkeypatch.setenv("PATH", str(tmp_path))
    stands = machine.condition()
    assert (stands.temperature_c, stands.mhz, stands.governor, stands.throttled) == (None, None, None, None)
    assert machine.machine().name


@pytest.mark.parametrize(
    ("printed", "told"), [("throttled=0x50000", ["under-voltage before", "throttled before"]), ("no firmware", None)]
)
def test_the_firmware_is_asked(
    printed: str, told: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the tool that Raspberry Pi OS has; what it does not say is not known."""
    tool = tmp_path / "vcgencmd"
    tool.write_text(f"#!/bin/sh\necho '{printed}'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert machine.condition().throttled == told
