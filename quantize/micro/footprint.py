"""Flash and memory on a Cortex-M4, of everything but TensorFlow Lite Micro itself, where a cross compiler is here."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from emg_edge.errors import MissingDependency

COMPILER, SIZE = "arm-none-eabi-gcc", "arm-none-eabi-size"
CORTEX_M4 = ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")
_SMALL = ("-Os", "-std=c99", "-ffunction-sections", "-fdata-sections", "--specs=nano.specs", "--specs=nosys.specs")
_STRIPPED = ("-Wl,--gc-sections", "-lm")
# In place of the network and of the board: enough to be linked.
_STUBS = """
#include "emg_network.h"
#include "emg_port.h"
#include "emg_model.h"
const char *emg_network_init(void) { return 0; }
const int8_t *emg_network_run(const int8_t *window) { return (const int8_t *)emg_model + (window[0] & 1); }
int emg_port_read(uint8_t *bytes, size_t room) { bytes[0] = 0; return room > 0; }
void emg_port_send(const char *bytes, size_t length) { (void)bytes; (void)length; }
void emg_port_print(const char *line) { (void)line; }
uint32_t emg_port_ms(void) { return 0; }
int main(void) { return emg_run(); }
"""


@dataclass(frozen=True)
class Footprint:
    """Bytes: `flash` is code, constants and the model; `memory` what is written to, less stack and arena."""

    compiler: str
    flash: int
    memory: int


def footprint(folder: Path) -> Footprint:
    """Compile and link an exported folder for a Cortex-M4. Raises MissingDependency where that cannot be done here."""
    for program in (COMPILER, SIZE):
        if shutil.which(program) is None:
            raise MissingDependency(f"no {program} on PATH (Debian's gcc-arm-none-eabi, libnewlib-arm-none-eabi)")
    try:
        return _measured(folder)
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no reason was given"])[-1]
        program = Path(error.cmd[0]).name
        raise MissingDependency(f"{program} failed ({last}); Debian's libnewlib-arm-none-eabi is needed too") from error


def _measured(folder: Path) -> Footprint:
    sources = [str(path) for path in sorted(folder.glob("emg_*.c"))]
    with tempfile.TemporaryDirectory() as held:
        stubs, program = Path(held) / "stubs.c", Path(held) / "program.elf"
        stubs.write_text(_STUBS)
        _run([COMPILER, *CORTEX_M4, *_SMALL, f"-I{folder}", *sources, str(stubs), *_STRIPPED, "-o", str(program)])
        sizes = _run([SIZE, str(program)]).splitlines()[1].split()
    text, initialised, zeroed = map(int, sizes[:3])
    version = _run([COMPILER, "-dumpfullversion"]).strip()
    return Footprint(f"{COMPILER} {version}", text + initialised, initialised + zeroed)


def _run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - fixed programs
