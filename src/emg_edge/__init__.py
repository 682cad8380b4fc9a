"""emg-edge: from public surface-EMG data to a gesture decoder that runs live on a Raspberry Pi."""

from importlib.metadata import version

__version__ = version("emg-edge")
__all__ = ["__version__"]
