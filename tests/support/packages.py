"""The packages of emg-edge as they lie on disk."""

from pathlib import Path

SIDES = ("train", "quantize", "device", "firmware_bridge")


def package_folders(root: Path) -> dict[str, Path]:
    """Package name -> its folder in the checkout."""
    places = {"emg_edge": root / "src" / "emg_edge", **{f"emg_edge.{side}": root / side for side in SIDES}}
    found = {}
    for package, place in places.items():
        for init in place.rglob("__init__.py"):
            found[".".join((package, *init.parent.relative_to(place).parts))] = init.parent
    return found
