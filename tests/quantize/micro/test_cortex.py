"""The exported front end on an emulated Cortex-M4, where a cross compiler and QEMU's machine are here."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.micro_c import muscle, python_windows, write_sources

from emg_edge.decoding.modelfile import ModelFile
from emg_edge.quantize.micro.footprint import COMPILER, CORTEX_M4
from emg_edge.quantize.micro.plan import plan
from emg_edge.quantize.micro.tensors import tensors
from emg_edge.signal.source import Source

SUPPORT = Path(__file__).parents[2] / "support"
QEMU = "qemu-system-arm"


@pytest.mark.skipif(
    not (shutil.which(COMPILER) and shutil.which(QEMU)),
    reason=f"no {COMPILER} and {QEMU} on this machine (Debian: gcc-arm-none-eabi, libnewlib-arm-none-eabi, {QEMU})",
)
def test_a_cortex_m4_makes_the_same_windows(model: ModelFile, tmp_path: Path) -> None:
    """Its own floating-point unit and C library, to a step of int8."""
    planned = plan(model.description, Source("raw", 1000.0, "uV", "ring8"))
    folder = write_sources(planned, tensors(model.flatbuffer), model.description, tmp_path / "c")
    command = [COMPILER, *CORTEX_M4, "-O2", "-std=gnu99", "--specs=rdimon.specs", "-I.", "emg_model.c"]
    command += ["emg_front_end.c", str(SUPPORT / "cortex_m4.c"), "-T", str(SUPPORT / "cortex_m4.ld"), "-lm"]
    subprocess.run([*command, "-o", "m4.elf"], check=True, cwd=folder)
    samples = muscle(planned.source, 6.0)
    (samples * np.float32(planned.gain)).tofile(folder / "samples.bin")
    machine = [QEMU, "-M", "mps2-an386", "-nographic", "-semihosting", "-kernel", "m4.elf"]
    subprocess.run(machine, check=True, cwd=folder, timeout=120)
    expected = python_windows(planned, samples, model)
    found = np.fromfile(folder / "windows.bin", np.int8).reshape(expected.shape)
    steps = np.abs(found.astype(int) - expected)
    assert steps.max() <= 1
    assert (steps == 0).mean() >= 0.998
