"""Measures the whole loop on the machine that it runs on: where each decision's time goes, and what a run costs."""

LEAST_SOAK_MINUTES = 1  # memory is looked at every ten seconds, and settles in half a minute
MOST_RUNS = 20_000  # a quarter of an hour of signal, which is held in memory
LEAST_S = 3  # in real time: the share of a core and the memory of a shorter run are those of its start
