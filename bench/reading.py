"""Reading, checking and merging NinaPro against scipy.io.loadmat alone, on the same files in one run.

python bench/reading.py ../shared/data/ninapro
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LOADMAT = """
import scipy.io, sys, time
from pathlib import Path
began = time.perf_counter()
size = 0
for path in sorted(Path(sys.argv[1]).rglob('*.mat')):
    size += scipy.io.loadmat(path)['emg'].nbytes
print(time.perf_counter() - began, size)
"""
MERGE = """
import sys, time
from pathlib import Path
from emg_edge.signal.spec import default_spec
from emg_edge.train.data import merge
import numpy
def peak():
    return int(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1]) * 1024
before, began = peak(), time.perf_counter()
found = merge.look(Path(sys.argv[1]), (), ())
merged = merge.merge(found, default_spec(merge.domain_of(found.takes, None, 'ring8'), 7))
print(time.perf_counter() - began, peak() - before)
"""


def run(code: str, path: Path, **environment: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )
    return [float(word) for word in done.stdout.split()]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--runs", type=int, default=5)
    asked = arguments.parse_args()
    rows = []
    for _ in range(asked.runs):
        with tempfile.TemporaryDirectory() as cache:
            load_s, decoded = run(LOADMAT, asked.path)
            cold_s, peak = run(MERGE, asked.path, EMG_EDGE_CACHE=cache)
            warm_s, _ = run(MERGE, asked.path, EMG_EDGE_CACHE=cache)
        rows.append((cold_s / load_s, load_s, cold_s, warm_s, peak / decoded))
        print(f"loadmat {load_s:.2f} s, merge {cold_s:.2f} s, again {warm_s:.2f} s", file=sys.stderr)
    ratio, load_s, cold_s, warm_s, memory = sorted(rows)[len(rows) // 2]
    result = {
        "merge_to_loadmat": round(ratio, 2),
        "loadmat_s": round(load_s, 2),
        "merge_s": round(cold_s, 2),
        "from_cache_s": round(warm_s, 2),
        "peak_memory_to_decoded_signals": round(memory, 2),
        "runs": asked.runs,
        "began": time.strftime("%Y-%m-%d"),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
