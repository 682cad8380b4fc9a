"""Byte streams to boards: a serial port, and whatever else carries the same bytes."""
