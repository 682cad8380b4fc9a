"""A real Cyton's packets, as BrainFlow recorded them, put back on the wire."""

from pathlib import Path

import numpy as np
import pytest
from support.decode_check import decode, random_chunks

from emg_edge.firmware_bridge.protocols.cyton import CytonDecoder
from emg_edge.firmware_bridge.protocols.cyton_framing import LIMITS, STOP, write_packets
from emg_edge.firmware_bridge.protocols.cyton_settings import microvolts_per_count


@pytest.mark.realdata
def test_a_real_board_s_packets_read_as_brainflow_read_them(shared_data: Path) -> None:
    """Its microvolts are whole counts of our scale, its railed channels at our limit, its acceleration as ours."""
    recorded = np.loadtxt(shared_data / "openbci" / "brainflow_cyton_5000.tsv")
    exact = recorded[:, 1:9] / microvolts_per_count((24,) * 8)
    counts = np.rint(exact).astype(np.int32)
    np.testing.assert_allclose(exact, counts, atol=1e-4)  # the file has six decimals
    assert (counts == LIMITS[1]).any()

    kinds = recorded[:, 12].astype(np.uint8) - STOP
    counter, auxiliary = recorded[:, 0].astype(np.int64), recorded[:, 13:19].astype(np.uint8)
    wire = write_packets(counts, counter, auxiliary, kinds).tobytes()
    got_counts, number, skipped = decode(CytonDecoder(), random_chunks(wire, np.random.default_rng(0), 300))
    np.testing.assert_array_equal(got_counts, counts)
    np.testing.assert_array_equal(number, counter)
    assert skipped == 0
    acceleration = CytonDecoder().push(wire).acceleration
    assert acceleration is not None
    np.testing.assert_allclose(acceleration, recorded[:, 9:12], atol=1e-6)
