"""What every side shares about recordings: the recording type, NinaPro's catalogue, the readers."""
