"""Loading what only the train extra brings."""

import importlib
import importlib.util
import logging
import os
from typing import Any

import click

from emg_edge.errors import MissingDependency
from emg_edge.extras import install
from emg_edge.quiet import quiet


def load(module: str, announcement: str = "") -> Any:
    """Import a module that needs Keras, quietly. Raises MissingDependency when the extra is not installed."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if announcement and importlib.util.find_spec("keras"):
        click.echo(announcement, err=True)
    try:
        with quiet():
            imported = importlib.import_module(module)
    except ImportError as error:
        if error.name is not None and error.name.startswith("emg_edge"):
            raise
        raise MissingDependency(
            f"this command needs the extra 'train', and {error.name or error} is not installed here; {install('train')}"
        ) from error
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of retracing once there are several people
    return imported
