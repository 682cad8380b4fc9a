"""The wire: simulated forearm and, with the boards, the protocols both ways; numpy only, no I/O."""
