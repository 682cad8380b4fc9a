"""Our drivers on simulated boards, on a simulated clock: for campaigns, benchmarks and tests."""

from collections.abc import Callable

from emg_edge.device.boards.csv import CsvBoard
from emg_edge.device.boards.cyton import CytonBoard, DaisyBoard
from emg_edge.device.boards.framed import FramedBoard
from emg_edge.device.boards.ganglion import GanglionBoard
from emg_edge.device.boards.myo import MyoBoard
from emg_edge.device.boards.wire import WireBoard
from emg_edge.device.simulator.virtual_port import VirtualPort
from emg_edge.firmware_bridge.protocols.conversation import Client
from emg_edge.firmware_bridge.protocols.cyton_client import CytonClient
from emg_edge.firmware_bridge.protocols.framed_client import FramedClient
from emg_edge.firmware_bridge.protocols.ganglion_dongle import GanglionDongleClient
from emg_edge.firmware_bridge.protocols.lines import LinesClient
from emg_edge.firmware_bridge.protocols.myo_dongle import MyoDongleClient
from emg_edge.firmware_bridge.simulated.board import SimulatedBoard
from emg_edge.signal.montage import layout_of
from emg_edge.signal.source import Source, Unit

# board -> (driver, client with its usual settings)
DRIVERS: dict[str, tuple[type[WireBoard], Callable[[], Client]]] = {
    "cyton": (CytonBoard, CytonClient),
    "cyton-daisy": (DaisyBoard, lambda: CytonClient(daisy=True)),
    "ganglion": (GanglionBoard, GanglionDongleClient),
    "myo": (MyoBoard, MyoDongleClient),
    "framed": (FramedBoard, FramedClient),
    "csv": (CsvBoard, LinesClient),
}


def virtual(name: str, simulated: SimulatedBoard) -> tuple[WireBoard, VirtualPort]:
    """Make the driver of the board `name` on a port to its simulation."""
    driver, client = DRIVERS[name]
    port = VirtualPort(simulated)
    firmware = simulated.firmware
    unit: Unit = "myo-count" if name == "myo" else "uV"
    source = Source("raw", firmware.rate_hz, unit, layout_of(firmware.channels))
    return driver(source, client(), port), port
