"""A simulated person's forearm: muscles, gestures, electrodes, and the signal they make."""
