"""A Myo and a Ganglion by native Bluetooth, without their dongle."""

from typing import ClassVar, Self

from emg_edge.device.boards import columns
from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.wire import WireBoard
from emg_edge.device.ports import bleak_library
from emg_edge.device.ports.bluetooth import BluetoothPort
from emg_edge.firmware_bridge.protocols import ganglion, myo
from emg_edge.firmware_bridge.protocols.ganglion_bluetooth import GanglionBluetoothClient
from emg_edge.firmware_bridge.protocols.gatt_client import GattClient
from emg_edge.firmware_bridge.protocols.myo_bluetooth import MyoBluetoothClient
from emg_edge.signal.source import Source, Unit


class _BluetoothBoard(WireBoard):
    channels: ClassVar[int]
    rate_hz: ClassVar[float]
    unit: ClassVar[Unit]
    client: ClassVar[type[GattClient]]

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        chosen = columns.choose(cls.name, cls.channels, options.channels)
        client = cls.client(options.mac_address or None)
        return cls(Source("raw", cls.rate_hz, cls.unit, chosen.layout), client, BluetoothPort(), chosen.chosen)

    @classmethod
    def unavailable(cls) -> str | None:
        return bleak_library.unavailable()


class MyoBluetoothBoard(_BluetoothBoard):
    """Eight channels of raw 8-bit counts at 200 Hz, as the recordings that models are trained on."""

    name = "myo-bluetooth"
    channels, rate_hz = myo.CHANNELS, myo.RATE_HZ
    unit = "myo-count"
    client = MyoBluetoothClient


class GanglionBluetoothBoard(_BluetoothBoard):
    """Four channels at 200 Hz."""

    name = "ganglion-bluetooth"
    channels, rate_hz = ganglion.CHANNELS, ganglion.RATE_HZ
    unit = "uV"
    client = GanglionBluetoothClient
