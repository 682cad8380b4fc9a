"""The model that ships with the package: a decoder for the simulated forearm (`make shipped-model` makes it)."""
