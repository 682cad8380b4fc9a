"""The TFLite runtimes of this machine, each with the kernels that it can be had with."""

import contextlib
import functools
import importlib
from collections.abc import Iterator

from emg_edge.decoding.interpreter import RUNTIMES, Runtime, find_runtime
from emg_edge.decoding.micro import micro_runtime
from emg_edge.errors import MissingDependency
from emg_edge.quiet import quiet

PREFERRED = "litert, XNNPACK"  # what a device runs where nothing is said
REFERENCE = "litert, plain kernels"  # what the others are held against: no delegate chooses anything there


def runtimes() -> Iterator[Runtime]:
    """Yield what works here, the reference first. LiteRT is in every installation."""
    plain = find_runtime("litert")
    resolvers = importlib.import_module(RUNTIMES["litert"]).OpResolverType
    without = resolvers.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    yield Runtime(REFERENCE, functools.partial(plain.interpreter, experimental_op_resolver_type=without))
    yield Runtime(PREFERRED, plain.interpreter)
    for name in RUNTIMES:
        if name != "litert":
            try:
                with quiet():  # TensorFlow's first words
                    found = find_runtime(name)
            except MissingDependency:
                continue
            yield found
    with contextlib.suppress(MissingDependency):
        yield micro_runtime()
