"""Accelerators that a TFLite runtime hands a network to, each by a library of its own.

Only the standard library is imported here: the command line reads the names for its help.
"""

import ctypes
import sys
from dataclasses import dataclass
from typing import Any

from emg_edge.errors import DelegateError
from emg_edge.quiet import quiet

# What a library must have to be one: the interface that TFLite calls external delegates.
SYMBOLS = ("tflite_plugin_create_delegate", "tflite_plugin_destroy_delegate")


@dataclass(frozen=True)
class DelegateKind:
    """`libraries` is platform -> file; `operator` is the custom operator that a model compiled for it holds."""

    title: str
    libraries: dict[str, str]
    operator: bytes
    installing: str
    no_device: str


DELEGATES: dict[str, DelegateKind] = {
    "edgetpu": DelegateKind(
        title="Edge TPU",
        libraries={"linux": "libedgetpu.so.1", "darwin": "libedgetpu.1.dylib", "win32": "edgetpu.dll"},
        operator=b"edgetpu-custom-op",
        installing="it comes with Coral's Edge TPU runtime (Debian package libedgetpu1-std); see docs/edgetpu.md",
        no_device="is it plugged in, and may this user reach it (group plugdev)?",
    ),
}
CPU, AUTO = "cpu", "auto"
CHOICES = (AUTO, *DELEGATES, CPU)


def compiled_for(flatbuffer: bytes) -> str | None:
    """Name of the delegate that a model was compiled for, or None: the CPU can run it."""
    return next((name for name, kind in DELEGATES.items() if kind.operator in flatbuffer), None)


def library_of(name: str) -> str:
    """Give the library's usual name on this platform."""
    libraries = DELEGATES[name].libraries
    return libraries.get(sys.platform, libraries["linux"])


def load(name: str, library: str, load_delegate: Any) -> Any:
    """Load a delegate by a runtime's `load_delegate`; it lives as long as the object that is returned.

    Raises DelegateError when there is no such library, it is none of these, or it finds no device.
    """
    kind = DELEGATES[name]
    try:  # here first: the runtimes' own loaders leave half an object behind when there is no library
        with quiet():
            handle = ctypes.CDLL(library)
    except OSError as error:
        raise DelegateError(f"the library {library} cannot be loaded ({error}); {kind.installing}") from error
    missing = [symbol for symbol in SYMBOLS if not hasattr(handle, symbol)]
    if missing:
        raise DelegateError(f"the library {library} is no TFLite delegate: it has no {' and no '.join(missing)}")
    try:
        with quiet():
            return load_delegate(library)
    except (ValueError, RuntimeError) as error:
        told = " ".join(str(error).removeprefix(f"Failed to load delegate from {library}").split())
        reason = told or "and gives no reason, as it does where there is none"
        raise DelegateError(f"{library} finds no {kind.title} ({reason}): {kind.no_device}") from error
