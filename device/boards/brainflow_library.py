"""BrainFlow itself: whether it works on this machine, and its boards by name."""

import difflib
import platform
import warnings
from typing import Any

from emg_edge.errors import BoardError, MissingDependency
from emg_edge.extras import install

_LIST = "https://brainflow.readthedocs.io/en/stable/SupportedBoards.html"


def load() -> Any:
    """Import BrainFlow. Raises MissingDependency when it, or its library for this processor, is not here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of its own use of pkg_resources
            import brainflow.board_shim as module  # noqa: PLC0415 - an extra

            module.BoardShim.get_version()  # the first call that needs the native library
    except ImportError as error:
        raise MissingDependency(
            f"BrainFlow is not installed here ({error}); install it with: {install('brainflow')}"
        ) from error
    except OSError as error:
        raise MissingDependency(
            f"BrainFlow's native library does not load on {platform.machine()} ({error}): on Linux its wheel holds "
            "x86-64 libraries only; use our own driver where there is one (--board cyton, cyton-daisy, ganglion, myo), "
            "build BrainFlow from source here, or run this on an x86-64 machine"
        ) from error
    return module


def board_id(module: Any, name: str) -> Any:
    """Find a member of BrainFlow's BoardIds, in upper or lower case, with or without '_BOARD'. Raises BoardError."""
    ids = {board.name: board for board in module.BoardIds}
    if not name:
        raise BoardError(f"say which BrainFlow board, as in brainflow:CYTON_WIFI_BOARD; the list: {_LIST}")
    found = next((ids[word] for word in (name.upper(), f"{name.upper()}_BOARD") if word in ids), None)
    if found is None:
        near = difflib.get_close_matches(name.upper(), ids, n=3)
        hint = f"near it are {', '.join(near)}; " if near else ""
        raise BoardError(f"BrainFlow knows no board '{name}': {hint}the list: {_LIST}")
    return found
