import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decode_check import check_decoder

from emg_edge.firmware_bridge.protocols import ganglion, gatt, myo
from emg_edge.firmware_bridge.protocols.ganglion_bluetooth import NOTIFY, GanglionBluetoothDecoder
from emg_edge.firmware_bridge.protocols.myo_bluetooth import EMG, IMU, MyoBluetoothDecoder

KINDS = (gatt.Find, gatt.Connect, gatt.Read, gatt.Write, gatt.Subscribe, gatt.Disconnect)
TOLD = (gatt.Heard, gatt.Found, gatt.Done, gatt.Value, gatt.Absent, gatt.Notified)
MESSAGES = st.one_of(
    *(
        st.builds(
            kind, **{name: st.binary() if of is bytes else st.text() for name, of in kind.__annotations__.items()}
        )
        for kind in (*KINDS, *TOLD)
    )
)
FOREIGN = gatt.Notified("0000", b"\x01\x02\x03").pack()  # what no decoder can use


@given(st.lists(MESSAGES, max_size=5))
def test_messages_survive_the_way(sent):
    """Packed one after another, they are read again as they were, each with its end."""
    wire = b"".join(message.pack() for message in sent)
    read = list(gatt.messages(wire))
    assert [message for message, _ in read] == sent
    assert [end for _, end in read] == np.cumsum([len(message.pack()) for message in sent]).tolist()


@given(MESSAGES)
def test_a_part_is_no_message(message):
    """Of a message that is not whole, nothing is read."""
    assert not list(gatt.messages(message.pack()[:-1]))


@pytest.mark.parametrize(
    "wire", [b"\x00\x00\x00", b"\x03\x03\x00\x00\x00\x00", b"\x84\x03\x00\x05\x00\x00"], ids=["kind", "long", "field"]
)
def test_what_is_no_message_is_a_defect(wire):
    """Both ends are ours: it raises."""
    with pytest.raises(ValueError, match=r"no message of kind|are no"):
        list(gatt.messages(wire))


def test_myo_notifications_become_samples():
    """However they are cut: two samples each, numbered by their characteristic; others are counted as skipped."""
    rng = np.random.default_rng(0)
    counts = rng.integers(-128, 128, (60, 8)).astype(np.int32)
    frames = [gatt.Notified(EMG[k % 4], myo.emg_value(counts[2 * k : 2 * k + 2])).pack() for k in range(30)]
    check_decoder(MyoBluetoothDecoder, frames, counts, np.arange(60) % 8, rng, junk=FOREIGN)


def test_the_myos_acceleration_is_the_newest():
    """NaN before the first; each sample has what was known when it came."""
    emg = gatt.Notified(EMG[0], bytes(16)).pack()
    imu = [gatt.Notified(IMU, myo.imu_value((1, 0, 0, 0), (0, k, 1), (0, 0, 0))).pack() for k in (0.5, -0.5)]
    decoded = MyoBluetoothDecoder().push(emg + imu[0] + emg + imu[1] + emg)
    assert np.isnan(decoded.acceleration[:2]).all()
    np.testing.assert_allclose(decoded.acceleration[2:, 1], [0.5, 0.5, -0.5, -0.5])


def test_ganglion_notifications_become_samples():
    """However they are cut; text and impedances are passed by without being skipped bytes."""
    rng = np.random.default_rng(0)
    counts = rng.integers(-(2**23), 2**23, (8, 4)) & ~0x7F  # what is left of 24 bits in 19, the lowest for the sign
    packed = ganglion.pack_upper(counts.reshape(4, 2, 4), 19)
    frames = [gatt.Notified(NOTIFY, bytes([100 + k]) + row.tobytes()).pack() for k, row in enumerate(packed)]
    expected = ganglion.unpack_upper(np.insert(packed, 0, 100, axis=1), 19).reshape(-1, 4).astype(np.int32)
    check_decoder(lambda: GanglionBluetoothDecoder(3), frames, expected, np.arange(8), rng, junk=FOREIGN)
    text = gatt.Notified(NOTIFY, bytes([206]) + bytes(19)).pack()
    decoded = GanglionBluetoothDecoder(3).push(text + frames[0] + text)
    assert (len(decoded.counts), decoded.skipped) == (2, 0)


@given(st.lists(st.tuples(st.sampled_from([*EMG, IMU, NOTIFY, ""]), st.binary(max_size=40)), max_size=8))
def test_no_notification_breaks_a_decoder(notified):
    """Whatever a peripheral notifies, of whatever length."""
    wire = b"".join(gatt.Notified(uuid, value).pack() for uuid, value in notified)
    for decoder in (MyoBluetoothDecoder(), GanglionBluetoothDecoder(2), GanglionBluetoothDecoder(3)):
        decoded = decoder.push(wire)
        assert decoded.counts.shape == (len(decoded.number), decoder.channels)
        assert ((decoded.number >= 0) & (decoded.number < decoder.wrap)).all()
