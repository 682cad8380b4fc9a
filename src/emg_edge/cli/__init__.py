"""The command line: one file a command under a lazy click group."""
