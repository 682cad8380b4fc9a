"""The wire, without I/O: the boards' protocols both ways, their simulated firmware, and the forearm that feeds it."""
