"""From a trained network to one self-describing int8 file, with its parity."""
