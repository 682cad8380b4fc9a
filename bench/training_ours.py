"""Our side of bench/training.py: emg_edge.train.fitting.fit as `emg-edge train` calls it.

    python bench/training_ours.py WORK.npz

The threads are TensorFlow's own environment variables. Prints one JSON document.
"""

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import tensorflow as tf
from training_work import SEED, read, weights_in

from emg_edge.signal.spec import default_spec
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.data.splits import Side
from emg_edge.train.fitting.fit import Step, fit
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.shape import Shape
from emg_edge.train.fitting.task import Task


def main() -> None:
    work, settings, arrays = read(Path(sys.argv[1]))
    frames, counted = arrays["frames"], arrays["counted"]
    data = FrameSet(
        frames,
        arrays["classes"],
        np.where(counted, Side.TRAIN, Side.TEST).astype(np.int8),
        np.zeros(len(frames), np.int64),
    )
    recipe = msgspec.convert(settings["recipe"], Recipe)
    shape = Shape(work.dilations, work.width)
    task = Task(data, work.classes, shape, recipe, SEED, default_spec(work.domain, shape.context, work.montage))
    rows: list[dict[str, Any]] = []
    began_s, began_cpu_s = time.perf_counter(), time.process_time()

    def report(step: Step) -> None:
        nonlocal began_s, began_cpu_s
        if step.batch == step.batches:
            now_s, now_cpu_s = time.perf_counter(), time.process_time()
            spent = {"seconds": now_s - began_s, "cpu_seconds": now_cpu_s - began_cpu_s}
            rows.append({**spent, "loss": step.loss, "accuracy": step.accuracy})
            began_s, began_cpu_s = now_s, now_cpu_s

    network, _ = fit(task, None, report, weights_in(arrays))
    parameters = sum(math.prod(variable.shape) for variable in network.trainable_variables)
    version = f"TensorFlow {tf.__version__}, Keras {keras.__version__}"
    print(json.dumps({"version": version, "parameters": parameters, "epochs": rows}))


if __name__ == "__main__":
    main()
