"""Simulated people in the layouts of public databases."""
