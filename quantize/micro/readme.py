"""The README of an exported folder."""

from typing import TYPE_CHECKING

from emg_edge.decoding.modelfile import Description

if TYPE_CHECKING:
    from emg_edge.quantize.micro.export import Export


def readme(made: "Export", description: Description) -> str:
    """What it is, what it takes, how to build it."""
    accuracy = description.quantisation.stated
    below = (
        ""
        if made.within_bound
        else "\n  **It is below the parity bound**: it differs more from the float network than is allowed."
    )
    arena = (
        "its arena was not measured, as the microcontroller interpreter was not there: EMG_ARENA_BYTES is a guess"
        if made.arena_bytes is None
        else f"its arena {made.arena_bytes} bytes on a 64-bit computer, less on a 32-bit processor"
    )
    size = (
        f"Flash and memory were not measured: {made.unmeasured}."
        if made.footprint is None
        else f"On a Cortex-M4, by {made.footprint.compiler} with -Os: {made.footprint.flash} bytes of flash, the model "
        f"among them, and {made.footprint.memory} of memory, to which come the arena, the stack, and TensorFlow Lite "
        "Micro's own code."
    )
    return f"""\
# A gesture decoder for a microcontroller

Made by `emg-edge quantize --target micro`: frames of emg-edge's serial packet in, a JSON line a decision out.

- It decides {len(made.movements)} movements: {", ".join(made.movements)}.
  Balanced accuracy of the int8 network on its test windows: {100 * accuracy:.1f} %.{below}
- It expects {made.source_channels} channels at {made.source_hz:g} Hz from a board that knows its microvolts; frames are
  standardised for {made.wearer}.
- The network has {made.model_bytes} bytes (SHA-256 {made.model_sha256}), {arena}.
  Operators: {", ".join(made.operators)}.
- {size}

| file | what it is |
| --- | --- |
| `emg_model.h`, `emg_model.c`, `emg_model_data.c` | this model's numbers; nothing else was made for it |
| `emg_stream.c` | bytes of the packet -> frames |
| `emg_front_end.c` | samples -> the network's input, in single precision |
| `emg_network_tflm.cpp` | the network, by TensorFlow Lite Micro |
| `emg_decoder.c` | frames -> decisions: gaps, silence, softmax |
| `emg_run.c` | the program: starts the board, prints decisions |
| `emg_port.h`, `port_posix.c` | the four functions that a board must give, and a computer's |

On a computer: build TensorFlow Lite Micro (`make -f tensorflow/lite/micro/tools/make/Makefile microlite` in its
repository), then `make TFLM=/path/to/tflite-micro` here, and `./emg_micro /dev/ttyACM0`.

On a board: put these files into your project, less `port_posix.c`, write the four functions of `emg_port.h` for its
serial ports and its clock, and call `emg_run()`.
"""
