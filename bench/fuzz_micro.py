"""Fuzz the exported C for as long as you like: libFuzzer where clang is, under the address and undefined sanitizers.

    python bench/fuzz_micro.py --seconds 60

Starts from whole lines of a simulated board. Ends with 1, and leaves the bytes, where a sanitizer speaks.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import numpy as np

from emg_edge.decoding import modelfile
from emg_edge.firmware_bridge.protocols import framed
from emg_edge.firmware_bridge.simulated.framed import DEFAULT
from emg_edge.models import shipped
from emg_edge.quantize.micro.export import export
from emg_edge.signal.source import Source

FUZZER = Path(__file__).resolve().parents[1] / "tests" / "support" / "micro_fuzz.c"
C = ("emg_model.c", "emg_stream.c", "emg_front_end.c", "emg_decoder.c")


@click.command()
@click.option("--seconds", default=60, show_default=True)
def main(seconds: int) -> None:
    if shutil.which("clang") is None:
        sys.exit(
            "no clang on PATH; on Debian: apt install clang (the tests fuzz with the system's compiler, for less long)"
        )
    with tempfile.TemporaryDirectory() as held:
        folder, corpus = Path(held) / "micro", Path(held) / "corpus"
        export(modelfile.read(shipped()), Source("raw", 1000.0, "uV", "ring8"), folder)
        corpus.mkdir()
        rng = np.random.default_rng(0)
        for k, width in enumerate((2, 3)):
            counts = rng.integers(-2000, 2000, (1200, 8)).astype(np.int32)
            frames = [framed.encode_data(counts[at : at + 8], at, width) for at in range(0, len(counts), 8)]
            (corpus / f"{k}").write_bytes(framed.encode_hello(DEFAULT) + b"".join(frames))
        sanitizers = "-fsanitize=fuzzer,address,undefined"
        build = ["clang", "-std=gnu99", "-g", "-O1", sanitizers, "-fno-sanitize-recover=all", "-DLIBFUZZER", "-I."]
        subprocess.run([*build, *C, str(FUZZER), "-lm", "-o", "fuzzer"], check=True, cwd=folder)
        options = [f"-max_total_time={seconds}", "-max_len=40000", "-print_final_stats=1"]
        done = subprocess.run([folder / "fuzzer", *options, str(corpus)], check=False, cwd=Path.cwd())
        sys.exit(done.returncode and 1)


if __name__ == "__main__":
    main()
