"""Simulated boards on a pseudo-terminal, for any client: ours, BrainFlow's, pyomyo, a terminal program."""
