"""What Python's archive readers raise on damaged input: zipfile documents a part of it only."""

import lzma
import zipfile
import zlib

ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    KeyError,
    OSError,
    RuntimeError,
    ValueError,
    MemoryError,
)
