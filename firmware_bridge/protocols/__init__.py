"""Wire protocols, both ways: bytes in, samples out; commands and their replies. Nothing here opens, sleeps or waits."""
