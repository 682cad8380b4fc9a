"""The muscles of a forearm, as a ring of electrodes sees them.

Angles are degrees around the forearm, electrode 1 of the ring of eight at 0 and electrode 2 at 45: the wearer's
right arm with the electrodes where NinaPro DB5's upper Myo has them (extensors under electrodes 1-3, the bare
edge of the ulna at 4, flexors under 5-7, the thumb's side at 8). Places follow the cross-sections of anatomy
atlases, in round numbers; this is a stand-in for a person, not a finite-element model of one.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Muscle:
    """Where a muscle's belly lies and how many motor units stand for it.

    angle_deg  around the forearm
    depth_mm   from the skin to the middle of the belly
    along_mm   from the ring of electrodes towards the hand
    units      motor units; a real muscle has hundreds, the surface signal is made by few
    """

    name: str
    angle_deg: float
    depth_mm: float
    along_mm: float
    units: int


# Numbers 2-5 are the fingers from index to little.
MUSCLES: tuple[Muscle, ...] = (
    # the thumb's side
    Muscle("BR", 318, 7, 0, 22),  # brachioradialis
    Muscle("ECRL", 345, 7, -5, 24),  # long radial wrist extensor
    Muscle("ECRB", 8, 8, 5, 24),  # short radial wrist extensor
    # the back of the forearm
    Muscle("EDC2", 28, 8, 10, 16),  # finger extensor, by finger
    Muscle("EDC3", 44, 7, 5, 20),
    Muscle("EDC4", 60, 7, 5, 18),
    Muscle("EDC5", 76, 8, 10, 14),
    Muscle("EDM", 86, 7, 10, 14),  # little finger's own extensor
    Muscle("ECU", 104, 7, 0, 22),  # ulnar wrist extensor
    Muscle("SUP", 12, 14, -5, 20),  # supinator
    Muscle("EIP", 72, 12, 35, 14),  # index finger's own extensor
    Muscle("EPL", 50, 12, 30, 16),  # long thumb extensor
    Muscle("APL", 18, 11, 25, 18),  # long thumb abductor with the short extensor (EPB)
    # the palm's side
    Muscle("FCU", 182, 6, 0, 22),  # ulnar wrist flexor
    Muscle("FDP5", 168, 11, 10, 14),  # deep finger flexor, by finger
    Muscle("FDP4", 184, 12, 10, 16),
    Muscle("FDP3", 204, 12, 10, 16),
    Muscle("FDP2", 222, 13, 15, 14),
    Muscle("FDS5", 198, 9, 15, 14),  # superficial finger flexor, by finger
    Muscle("FDS4", 216, 8, 5, 20),
    Muscle("FDS3", 236, 8, 5, 20),
    Muscle("FDS2", 252, 9, 15, 16),
    Muscle("PL", 248, 5, 0, 12),  # long palmar
    Muscle("FCR", 272, 6, 0, 22),  # radial wrist flexor
    Muscle("FPL", 290, 12, 20, 20),  # long thumb flexor
    Muscle("PT", 298, 8, -15, 22),  # round pronator
    # the upper arm, which only the 12-electrode set-ups look at
    Muscle("BIC", 230, 10, -200, 24),
    Muscle("TRI", 50, 10, -200, 24),
)
INDEX: dict[str, int] = {muscle.name: index for index, muscle in enumerate(MUSCLES)}
