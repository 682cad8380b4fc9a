"""Merging: every recording under a path as tracks of one domain, one montage and one numbering."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emg_edge.errors import RecordingError, SpecError
from emg_edge.progress import Progress, in_order
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.take import Take
from emg_edge.recordings.takes import Found, find
from emg_edge.signal.adaptation import adaptation
from emg_edge.signal.framing import SlidingMean
from emg_edge.signal.frontend import FrontEnd
from emg_edge.signal.montage import rings
from emg_edge.signal.source import Domain
from emg_edge.signal.spec import SignalSpec
from emg_edge.train.data import cache
from emg_edge.train.data.track import Track


@dataclass(frozen=True)
class Merged:
    """Tracks in a stable order, and what the user should know of how they were made, a sentence each."""

    tracks: tuple[Track, ...]
    remarks: tuple[str, ...]


def look(path: Path, databases: Collection[str], subjects: Collection[int], progress: Progress = in_order) -> Found:
    """Find what is there, by headers alone. Raises RecordingError when that is nothing."""
    return find(path, tuple(databases) or None, tuple(subjects) or None, progress)


def domain_of(takes: Sequence[Take], asked: Domain | None, montage: str) -> Domain:
    """Domain that was asked for; else raw when every take that can serve as the montage is raw, else envelope."""
    if asked is not None:
        return asked
    sources = [take.source for take in takes]
    raw = all(source.domain == "raw" for source in sources if rings(source.layout, montage))
    return "raw" if raw else "envelope"


def merge(found: Found, spec: SignalSpec, progress: Progress = in_order) -> Merged:
    """Bring every take to the spec's domain and montage; each ring of a take is a track of its own.

    One recording is in memory at a time; what is returned is memory-mapped from the cache, unless it is small. A take
    that cannot be read is left out and remarked. Raises SpecError when a take cannot serve (an envelope in the raw
    domain), RecordingError when no take is left.
    """
    tracks: list[Track] = []
    remarks = [*found.unreadable, *found.remarks]
    for take in found.takes:  # refuses before any long work
        if rings(take.source.layout, spec.montage):
            _check(take, spec)
    for take in progress(found.takes, "reading"):
        names = rings(take.source.layout, spec.montage)
        if not names:
            remarks.append(f"{take} is left out: its electrodes cannot serve as the montage {spec.montage}")
            continue
        try:
            made, notes = _tracks_of(take, spec, names)
        except RecordingError as error:
            remarks.append(str(error))
            continue
        if not all(len(track.frames) for track in made):
            remarks.append(f"{take} is left out: it is shorter than one frame")
            continue
        tracks += made
        remarks += [f"{take}: {note}" for note in notes]
    if not tracks:
        raise RecordingError(
            f"none of the {len(found.takes)} recordings can be used: {remarks[-1]}; choose others with --database and "
            "--subjects, or another --montage"
        )
    return Merged(tuple(tracks), tuple(remarks))


def _tracks_of(take: Take, spec: SignalSpec, names: Sequence[str]) -> tuple[list[Track], tuple[str, ...]]:
    if not take.cached:
        recording = _labelled(take)
        return [make_track(recording, spec, ring) for ring in names], recording.notes
    content = take.digest()
    keys = [cache.key_of(content, str(take), spec, ring) for ring in names]
    stored = [one for one in map(cache.load, keys) if one is not None]
    if len(stored) == len(keys):
        return [track for track, _ in stored], stored[0][1]
    recording = _labelled(take)
    made = []
    for key, ring in zip(keys, names, strict=True):
        track = make_track(recording, spec, ring)
        cache.store(key, track, recording.notes)
        mapped = cache.load(key)  # memory-mapped, unless another process is just replacing it
        made.append(track if mapped is None else mapped[0])
    return made, recording.notes


def _labelled(take: Take) -> Recording:
    recording = take.read()
    if recording.unlabelled is not None and recording.unlabelled.all():
        raise RecordingError(f"{take} is left out: its movements are not known")
    return recording


def make_track(recording: Recording, spec: SignalSpec, ring: str) -> Track:
    """Run one ring of a recording through the front end; no standardisation yet."""
    front_end = FrontEnd(spec, recording.source, ring=ring)
    signal = front_end.path.push(recording.samples)
    frames = front_end.frame(signal, recording.acceleration)
    timing = front_end.timing
    newest = timing.newest(np.arange(len(frames)))
    framing = SlidingMean(spec.frame.length, spec.frame.step, root_mean_square=True)
    axes = recording.acceleration
    # An envelope was smoothed before it was recorded, over about as long as we smooth to make one.
    smoothed = round(spec.envelope_ms * spec.rate_hz / 1000) - 1 if recording.source.domain == "envelope" else 0
    return Track(
        wearer=recording.wearer,
        database=recording.database,
        subject=recording.subject,
        session=recording.session,
        exercise=recording.exercise,
        take=recording.take,
        ring=ring,
        unit=recording.source.unit,
        simulated=recording.simulated,
        overlap=math.ceil((timing.span + smoothed - 1) / timing.stride),
        signal=signal.astype(np.float32),
        frames=frames,
        ends=framing.first + framing.stride * np.arange(len(frames)),
        movement=recording.movement[newest],
        repetition=recording.repetition[newest],
        acceleration=None if axes is None else axes[newest],
        movement_names=recording.movement_names,
    )


def _check(take: Take, spec: SignalSpec) -> None:
    if spec.domain == "raw" and take.source.domain == "envelope":
        raise SpecError(
            f"{take} is a rectified envelope, which cannot be turned back into raw EMG; say --domain envelope, or name "
            "the databases to use with --database"
        )
    adaptation(spec, take.source, rings(take.source.layout, spec.montage)[0])
