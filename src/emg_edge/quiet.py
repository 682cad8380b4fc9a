"""Keep the chatter of native libraries off the user's terminal."""

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def quiet(*descriptors: int) -> Iterator[None]:
    """Send what is written to these file descriptors (stderr, unless said) to nowhere.

    Native code writes past Python's sys.stderr ("INFO: Created TensorFlow Lite XNNPACK delegate"), so the
    descriptor itself is turned. Exceptions pass through: what matters is raised, not written.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    saved = {fd: os.dup(fd) for fd in descriptors or (2,)}
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        for fd in saved:
            os.dup2(null, fd)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for fd, copy in saved.items():
            os.dup2(copy, fd)
            os.close(copy)
        os.close(null)
