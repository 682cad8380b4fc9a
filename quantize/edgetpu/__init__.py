"""The way to Coral's Edge TPU: which operators it takes, its compiler, and what came of it."""
