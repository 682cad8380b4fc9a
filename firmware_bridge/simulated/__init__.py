"""The boards' firmware, simulated: what the host writes goes in, what the board sends comes out."""
