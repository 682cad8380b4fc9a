"""emg_model.h, emg_model.c and emg_model_data.c: a model's numbers as C."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from emg_edge.decoding.modelfile import Description
from emg_edge.quantize.micro.plan import Plan
from emg_edge.quantize.micro.tensors import Tensors
from emg_edge.signal.adaptation import RATE_TOLERANCE
from emg_edge.signal.biquad import THROUGH, Section

_NUMBERS_A_LINE = 16


def header(plan: Plan, tensors: Tensors, description: Description, arena_bytes: int, model_bytes: int) -> str:
    """emg_model.h: sizes, scales, and what the arrays are called."""
    spec, source = plan.spec, plan.source
    bands = plan.bands[0] if plan.bands else ()
    up, span = plan.taps.shape
    methods = " ".join(f"(r).{method}();" for method in tensors.resolver)
    defines = {
        "EMG_SOURCE_CHANNELS": source.channels,
        "EMG_SOURCE_RATE_MILLIHERTZ": f"{round(1000 * source.rate_hz)}u",
        "EMG_RATE_TOLERANCE": _float(RATE_TOLERANCE),
        "EMG_UNIT": _text(plan.unit),
        "EMG_UNITS_PER_UV": _float(plan.gain),
        "EMG_BRIDGE": f"{spec.longest_bridge(source.rate_hz)}u",
        "EMG_CHANNELS": f"{spec.channels}u",
        "EMG_FEATURES": f"{spec.features}u",
        "EMG_RESAMPLE_UP": up,
        "EMG_RESAMPLE_DOWN": plan.down,
        "EMG_RESAMPLE_SPAN": f"{span}u",
        "EMG_SECTIONS": len(plan.sections),
        "EMG_SMOOTH_LENGTH": f"{plan.smooth.length}u",
        "EMG_SMOOTH_STEP": f"{plan.smooth.step}u",
        "EMG_BAND_SECTIONS": len(bands),
        "EMG_FRAME_LENGTH": f"{plan.frame.length}u",
        "EMG_FRAME_STEP": f"{plan.frame.step}u",
        "EMG_FRAME_SQUARE": int(plan.frame.square),
        "EMG_LOGARITHM": int(spec.frame.kind != "raw"),
        "EMG_FLOOR": _float(spec.floor(plan.unit)),
        "EMG_CLIP": _float(spec.clip),
        "EMG_CONTEXT": f"{spec.context}u",
        "EMG_HOP": f"{spec.hop}u",
        "EMG_CLASSES": len(description.movements),
        "EMG_LONGEST_NAME": f"{max(len(_json(name).encode()) for name in description.names)}u",
        "EMG_MIN_PROBABILITY": _float(0.0),
        "EMG_INPUT_SCALE": _float(tensors.input.scale),
        "EMG_INPUT_ZERO": tensors.input.zero_point,
        "EMG_LOGITS_SCALE": _float(tensors.logits.scale),
        "EMG_LOGITS_OUTPUT": tensors.logits_output,
        "EMG_MODEL_BYTES": model_bytes,
        "EMG_ARENA_BYTES": arena_bytes,
        "EMG_OPERATORS": len(tensors.resolver),
        "EMG_ADD_OPERATORS(r)": methods,
    }
    wide = max(map(len, defines))
    below = "" if description.quantisation.within_bound else "\n * The model is BELOW THE PARITY BOUND."
    lines = "\n".join(f"#define {name:<{wide}} {value}" for name, value in defines.items())
    return f"""\
/* Made by emg-edge quantize --target micro: the constants of one model on one source.
 *
 * Samples are brought to EMG_UNIT; frames are standardised for {_comment(plan.wearer)}. Amplitudes are limited to
 * +-EMG_CLIP standard deviations. A decision below EMG_MIN_PROBABILITY is 'unknown'.{below}
 */
#ifndef EMG_MODEL_H
#define EMG_MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

{lines}

/* H(z) = (b0 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2) */
typedef struct {{
    float b0, b1, b2, a1, a2;
}} emg_section;

extern const uint8_t emg_columns[EMG_CHANNELS]; /* of the source, in the order of the montage */
extern const float emg_taps[EMG_RESAMPLE_UP][EMG_RESAMPLE_SPAN];
extern const emg_section emg_sections[];
extern const emg_section emg_band_sections[]; /* EMG_BAND_SECTIONS of each band, band after band */
extern const float emg_mean[EMG_FEATURES], emg_sd[EMG_FEATURES];
extern const char *const emg_names[EMG_CLASSES]; /* of the movements, in the order of the logits */
extern const int16_t emg_numbers[EMG_CLASSES];   /* 0 is rest */
extern const unsigned char emg_model[EMG_MODEL_BYTES];

#ifdef __cplusplus
}}
#endif
#endif
"""


def source(plan: Plan, description: Description) -> str:
    """emg_model.c: the arrays."""
    taps = ",\n    ".join(_row(map(_float, row)) for row in plan.taps.tolist())
    bands = [section for band in plan.bands for section in band]
    return f"""\
#include "emg_model.h"

const uint8_t emg_columns[EMG_CHANNELS] = {_row(map(str, plan.columns))};

const float emg_taps[EMG_RESAMPLE_UP][EMG_RESAMPLE_SPAN] = {{
    {taps},
}};

const emg_section emg_sections[] = {_sections(plan.sections)};

const emg_section emg_band_sections[] = {_sections(bands)};

const float emg_mean[EMG_FEATURES] = {_row(map(_float, plan.scale.mean))};

const float emg_sd[EMG_FEATURES] = {_row(map(_float, plan.scale.sd))};

const char *const emg_names[EMG_CLASSES] = {_row(map(_text, description.names))};

const int16_t emg_numbers[EMG_CLASSES] = {_row(map(str, description.movements))};
"""


def data(flatbuffer: bytes) -> str:
    """emg_model_data.c: the flatbuffer, aligned as TensorFlow Lite Micro wants it."""
    rows = (flatbuffer[start : start + _NUMBERS_A_LINE] for start in range(0, len(flatbuffer), _NUMBERS_A_LINE))
    lines = "\n".join("    " + " ".join(f"0x{byte:02x}," for byte in row) for row in rows)
    return f"""\
#include "emg_model.h"

#if defined(__GNUC__)
__attribute__((aligned(16)))
#endif
const unsigned char emg_model[EMG_MODEL_BYTES] = {{
{lines}
}};
"""


def _sections(sections: Sequence[Section]) -> str:
    """Of none, one that is not used: C knows no empty array."""
    rows = (_row(map(_float, msgspec.structs.astuple(section))) for section in sections or (THROUGH,))
    return "{\n    " + ",\n    ".join(rows) + ",\n}"


def _row(numbers: Iterable[str]) -> str:
    return "{" + ", ".join(numbers) + "}"


def _float(number: float) -> str:
    """Write the nearest single-precision number so that C reads the same one."""
    text = np.format_float_positional(np.float32(number), unique=True, trim="0")
    return f"{text}f"


def _text(name: str) -> str:
    """Write a C string that stands within JSON as it is; C would read trigraphs in question marks."""
    return '"' + _json(name).replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?") + '"'


def _json(name: str) -> str:
    """Write what stands between the quotes of a JSON string."""
    return msgspec.json.encode(name).decode()[1:-1]


def _comment(name: str) -> str:
    """Write a name that cannot end the comment that it stands in."""
    return "".join(letter if letter.isprintable() and letter not in "*\\" else "?" for letter in name)
