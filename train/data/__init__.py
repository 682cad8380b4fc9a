"""Recordings as tracks: merged, split, and cut into what a network learns from."""
