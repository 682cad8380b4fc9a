"""Is it the same model everywhere? One file on every runtime that is here, offline and through the live loop."""
