"""What goes wrong in real life, on purpose and repeatably: on the wire, with the link, and at the electrodes."""
