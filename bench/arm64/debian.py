"""Debian packages of any release and processor, unpacked and not installed; signatures are checked by apt itself.

Where the machine's own packages come from is read from its apt sources, so a mirror stays a mirror.
"""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path("/etc/apt")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
TOOLS = ("apt-get", "dpkg-deb")
# Debian merged these into /usr; the links are made by a package's script, which is not run here.
_MERGED = ("lib", "bin", "sbin")


@dataclass(frozen=True)
class Release:
    suite: str
    architecture: str


def archive(sources: Path = SOURCES) -> str:
    """Find the address of the Debian archive that this machine uses; ends the program where it uses none."""
    paths = (*sorted(sources.glob("sources.list.d/*")), sources / "sources.list")
    for text in (path.read_text() for path in paths if path.is_file()):
        for stanza in re.split(r"\n\s*\n", text):
            fields = dict(re.findall(r"^(\w[\w-]*):[ \t]*(.+)$", stanza, re.MULTILINE))
            place = fields.get("URIs", "").split()[:1]
            if place and place[0].rstrip("/").endswith("/debian") and "main" in fields.get("Components", "").split():
                return place[0]
        found = re.search(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+/debian/?)\s+\S+\s+.*\bmain\b", text, re.MULTILINE)
        if found:
            return found[1]
    sys.exit(f"no Debian archive in {sources}/sources.list or sources.list.d; this needs a Debian machine")


def unpack(release: Release, packages: list[str], folder: Path, *, dependencies: bool = True) -> Path:
    """Fetch packages with all that they depend on, and unpack them into folder/root, once. Returns that root."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None] or [str(KEYRING)] * (not KEYRING.exists())
    if missing:
        sys.exit(f"{', '.join(missing)} is not on this machine; expected Debian, with apt and its archive's keyring")
    root, done = folder / "root", folder / "unpacked"
    wanted = " ".join(packages)
    if done.exists() and done.read_text() == wanted:
        return root
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("lists/partial", "archives/partial", "root"):
        (folder / part).mkdir(parents=True)
    (folder / "status").touch()
    line = f"deb [signed-by={KEYRING} arch={release.architecture}] {archive()} {release.suite} main\n"
    (folder / "sources.list").write_text(line)
    print(f"fetching {wanted} of {release.suite}, {release.architecture}", file=sys.stderr)
    _apt(release, folder, "update", "--error-on=any")
    _apt(release, folder, "install", "--yes", "--download-only", "--no-install-recommends", *packages)
    for package in sorted((folder / "archives").glob("*.deb")):
        if dependencies or package.name.split("_")[0] in packages:
            subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
    for name in _MERGED:
        if not (root / name).exists():
            (root / name).symlink_to(f"usr/{name}")
    shutil.rmtree(folder / "archives")
    done.write_text(wanted)
    return root


def _apt(release: Release, folder: Path, *words: str) -> None:
    """Run apt-get on lists and a status of its own: the machine's packages are neither seen nor touched."""
    held = folder.resolve()  # apt takes other paths for those below its own folders
    options = {
        "Dir::Etc::sourcelist": held / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": held / "lists",
        "Dir::State::status": held / "status",
        "Dir::Cache": held,
        "APT::Architecture": release.architecture,
        "APT::Architectures": release.architecture,
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "root",  # another user may not enter this folder
    }
    command = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in options.items()), *words]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        sys.exit(f"apt-get {words[0]} failed for {release.suite} ({release.architecture}): {reason}")
