"""How to install an extra of ours where this program runs."""

import shlex
import sys


def install(extra: str) -> str:
    """Return the command, for this very Python.

    The pip on PATH may be another's (pipx gives every program a Python of its own), and what is installed already is
    not looked up again: it works for a checkout that no index has, too.
    """
    return f"{shlex.quote(sys.executable or 'python3')} -m pip install 'emg-edge[{extra}]'"
