"""Blocks as a board delivers them, written by our recorder."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from emg_edge.device.recorder import Recorder
from emg_edge.recordings.description import Description, describe
from emg_edge.sampleblock import SampleBlock
from emg_edge.signal.source import Source, Unit

ARRIVED_S = 1000.0  # on the host's clock, the first block


def description(layout: str = "ring8", rate_hz: float = 250.0, unit: Unit = "uV", **more: object) -> Description:
    return describe(Source("raw", rate_hz, unit, layout), "cyton", **more)  # type: ignore[arg-type] # a test's words


def random_blocks(seed: int, lengths: Sequence[int], channels: int = 8, rate_hz: float = 250.0) -> list[SampleBlock]:
    """Samples of any size and sign that float32 can hold, one block after the other, arriving on time."""
    rng = np.random.default_rng(seed)
    arrived_s = ARRIVED_S
    blocks = []
    for length in lengths:
        arrived_s += length / rate_hz
        power = rng.uniform(-40, 38, (length, channels))
        samples = (rng.choice([-1, 1], (length, channels)) * 10**power).astype(np.float32)
        blocks.append(SampleBlock(samples, arrived_s))
    return blocks


def with_more(block: SampleBlock, **more: object) -> SampleBlock:
    return msgspec.structs.replace(block, **more)  # type: ignore[arg-type] # a test's words


def record(path: Path, blocks: Sequence[SampleBlock], described: Description | None = None) -> Path:
    with Recorder(path, described or description()) as recorder:
        for block in blocks:
            recorder.write(block)
    return path
