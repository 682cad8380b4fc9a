"""What all simulated boards behind a BLED112 share: the dongle keeps its power, the board has a battery of its own."""

import abc

from emg_edge.firmware_bridge.simulated.dongle import Dongle
from emg_edge.firmware_bridge.simulated.firmware import Firmware
from emg_edge.firmware_bridge.simulated.peripheral import Peripheral


class BehindDongle(Firmware):
    """A dongle and one board as one firmware. A subclass sets both, and says how its board is switched off."""

    dongle: Dongle
    peripheral: Peripheral

    def unsolicited(self) -> bytes:
        """What the dongle says without being asked, handed out once."""
        return self.dongle.unsolicited()

    def power_cycle(self) -> None:
        """Switch the board off and on. The dongle keeps its power and notices after the supervision time-out."""
        self.switch_off()
        self.switch_on()

    def switch_on(self) -> None:
        self.peripheral.awake = True
        self.dongle.appear(self.peripheral)

    def alone(self, data: bytes) -> bytes:
        return self.dongle.receive(data) + self.dongle.unsolicited()

    def unplug(self) -> None:
        """Pull the dongle out and put it back: it knows nothing, and the board, which goes on living, advertises."""
        self.dongle.unplug()
        self._look()

    @abc.abstractmethod
    def _look(self) -> None:
        """See whether the board streams now."""
