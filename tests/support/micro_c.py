"""The C of an exported model, compiled on the host as a library, with the network left to the test."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.modelfile import Description, ModelFile
from emg_edge.quantize.micro import constants
from emg_edge.quantize.micro.plan import Plan
from emg_edge.quantize.micro.tensors import Tensors, tensors
from emg_edge.signal.adaptation import Adjustment
from emg_edge.signal.frontend import ContextStack, FrontEnd
from emg_edge.signal.source import Source

C = Path(str(files("emg_edge.quantize.micro") / "c"))
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-pedantic")
CHECKED = ("-fsanitize=undefined", "-fno-sanitize-recover=all")  # the run ends at anything that C leaves undefined

# What ctypes needs to know, told by the compiler; and a network that the test fills in.
_FACE = """
#include "emg_decoder.h"
#include "emg_network.h"
#include <stdlib.h>

typedef void (*network)(const int8_t *window, int8_t *logits);
static network own;
static int8_t logits[EMG_CLASSES];

const char *emg_network_init(void) { return NULL; }
const int8_t *emg_network_run(const int8_t *window) {
    own(window, logits);
    return logits;
}

emg_front_end *new_front_end(void) {
    emg_front_end *made = malloc(sizeof *made);
    emg_front_end_reset(made);
    return made;
}

int front_end(emg_front_end *front, const float *samples, int n, int8_t *windows) {
    int found = 0;
    for (int i = 0; i < n; i++) {
        if (emg_front_end_push(front, samples + i * EMG_SOURCE_CHANNELS)) {
            emg_front_end_window(front, windows + (found++) * (int)(EMG_CONTEXT * EMG_FEATURES));
        }
    }
    return found;
}

static emg_stream stream;
static emg_decoder decoder;

void start(emg_sink sink, network given) {
    own = given;
    emg_stream_init(&stream);
    emg_decoder_init(&decoder, sink);
}

const char *bytes(const uint8_t *data, int n, uint32_t now_ms) {
    const char *wrong = NULL;
    for (int i = 0; i < n; i++) {
        const emg_event event = emg_stream_take(&stream, data[i]);
        if (event == EMG_DATA) {
            const emg_data frame = emg_read_data(&stream);
            const char *said = emg_decoder_take(&decoder, &frame, now_ms);
            wrong = said ? said : wrong;
        } else if (event == EMG_HELLO) {
            const emg_hello hello = emg_read_hello(&stream);
            const char *said = emg_decoder_greet(&decoder, &hello);
            wrong = said ? said : wrong;
        }
    }
    return wrong;
}

uint32_t skipped(void) { return stream.skipped; }

int samples(const uint8_t *data, int n, int32_t *counts, uint16_t *numbers, int *hellos) {
    emg_stream own_stream;
    int found = 0;
    emg_stream_init(&own_stream);
    for (int i = 0; i < n; i++) {
        const emg_event event = emg_stream_take(&own_stream, data[i]);
        *hellos += event == EMG_HELLO;
        if (event == EMG_DATA) {
            const emg_data frame = emg_read_data(&own_stream);
            for (unsigned sample = 0; frame.channels == EMG_SOURCE_CHANNELS && sample < frame.samples; sample++) {
                for (unsigned channel = 0; channel < frame.channels; channel++) {
                    counts[found * EMG_SOURCE_CHANNELS + (int)channel] = emg_count(&frame, sample, channel);
                }
                numbers[found++] = (uint16_t)(frame.number + sample);
            }
        }
    }
    return found;
}
void tick(uint32_t now_ms) { emg_decoder_tick(&decoder, now_ms); }
"""


class Decision(ctypes.Structure):
    """Mirrors emg_decision of emg_decoder.h."""

    _fields_ = (
        ("time_ms", ctypes.c_uint32),
        ("sequence", ctypes.c_uint32),
        ("lost", ctypes.c_uint32),
        ("state", ctypes.c_int),
        ("movement", ctypes.c_int),
        ("probability", ctypes.c_float),
    )


SINK = ctypes.CFUNCTYPE(None, ctypes.POINTER(Decision))
NETWORK = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_int8), ctypes.POINTER(ctypes.c_int8))


def write_sources(plan: Plan, tensors: Tensors, description: Description, folder: Path) -> Path:
    """The folder as `export` would write it, without the flatbuffer."""
    shutil.copytree(C, folder)
    (folder / "emg_model.h").write_text(constants.header(plan, tensors, description, 1, 1))
    (folder / "emg_model.c").write_text(constants.source(plan, description))
    return folder


class Library:
    """The compiled front end, stream and decoder of one plan."""

    def __init__(self, plan: Plan, tensors: Tensors, description: Description, folder: Path) -> None:
        self._shape = plan.spec.context, plan.spec.features
        self._classes = len(description.movements)
        write_sources(plan, tensors, description, folder)
        (folder / "face.c").write_text(_FACE)
        sources = ["emg_model.c", "emg_front_end.c", "emg_stream.c", "emg_decoder.c", "face.c"]
        command = ["cc", *STRICT, *CHECKED, "-O1", "-shared", "-fPIC", *sources, "-lm", "-o", "face.so"]
        subprocess.run(command, check=True, cwd=folder)
        self.c = ctypes.CDLL(str(folder / "face.so"))
        self.c.new_front_end.restype = ctypes.c_void_p
        self.c.bytes.restype = ctypes.c_char_p
        self.c.skipped.restype = ctypes.c_uint32
        self._held: tuple[object, ...] = ()

    def windows(self, samples: NDArray[np.float32]) -> NDArray[np.int8]:
        """(n, source channels) -> (m, context, features) int8, of a front end that begins anew."""
        given = np.ascontiguousarray(samples, np.float32)
        out = np.zeros((len(given) + 1, *self._shape), np.int8)
        front = ctypes.c_void_p(self.c.new_front_end())
        found = self.c.front_end(
            front, given.ctypes.data_as(ctypes.c_void_p), len(given), out.ctypes.data_as(ctypes.c_void_p)
        )
        return out[:found]

    def start(self, sink: Callable[[Decision], None], network: Callable[[NDArray[np.int8]], NDArray[np.int8]]) -> None:
        """Begin to decode, with `network` from (context, features) int8 to (classes,) int8."""

        def run(window: "ctypes._Pointer[ctypes.c_int8]", logits: "ctypes._Pointer[ctypes.c_int8]") -> None:
            given = np.ctypeslib.as_array(window, self._shape)
            np.ctypeslib.as_array(logits, (self._classes,))[:] = network(given)

        def said(decision: "ctypes._Pointer[Decision]") -> None:
            copy = Decision()
            ctypes.pointer(copy)[0] = decision.contents
            sink(copy)

        self._held = SINK(said), NETWORK(run)
        self.c.start(*self._held)

    def take(self, data: bytes, now_ms: int = 0) -> str | None:
        """Feed bytes of the line; returns what the decoder complained of last."""
        wrong = self.c.bytes(data, len(data), now_ms)
        return None if wrong is None else wrong.decode()

    def samples(self, data: bytes, channels: int) -> tuple[NDArray[np.int32], NDArray[np.uint16], int]:
        """What the stream in C reads of bytes: (n, channels) counts, (n,) numbers, and how many hellos."""
        counts, numbers = np.zeros((len(data), channels), np.int32), np.zeros(len(data), np.uint16)
        hellos = ctypes.c_int(0)
        found = self.c.samples(
            data,
            len(data),
            counts.ctypes.data_as(ctypes.c_void_p),
            numbers.ctypes.data_as(ctypes.c_void_p),
            ctypes.byref(hellos),
        )
        return counts[:found], numbers[:found], hellos.value

    def tick(self, now_ms: int) -> None:
        self.c.tick(now_ms)

    @property
    def skipped(self) -> int:
        return int(self.c.skipped())


def muscle(source: Source, seconds: float, seed: int = 0) -> NDArray[np.float32]:
    """Bursts on each channel in turn, with the offset of a DC-coupled amplifier and its drift, in microvolts."""
    rng = np.random.default_rng(seed)
    n = round(seconds * source.rate_hz)
    time_s = np.arange(n)[:, None] / source.rate_hz
    effort = 8 + 400 * np.maximum(0, np.sin(2 * np.pi * (0.4 * time_s + np.arange(source.channels) / source.channels)))
    offset = rng.uniform(-40_000, 40_000, source.channels) + 2_000 * np.sin(0.3 * time_s)
    return (offset + effort * rng.standard_normal((n, source.channels))).astype(np.float32)


def python_windows(planned: Plan, samples: NDArray[np.float32], model: ModelFile) -> NDArray[np.int8]:
    """The windows that the live loop would make, quantised."""
    spec = planned.spec
    front = FrontEnd(spec, planned.source, planned.scale, None, Adjustment(unit=planned.unit))
    windows = ContextStack(spec.context, spec.hop, spec.features).push(front.push(samples))
    grid = tensors(model.flatbuffer).input
    integers = np.rint(windows / np.float32(grid.scale)) + grid.zero_point
    return np.clip(integers, -128, 127).astype(np.int8)
