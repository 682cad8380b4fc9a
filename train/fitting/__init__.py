"""The network, its fitting, and the classical baseline beside it."""
