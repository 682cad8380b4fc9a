"""From samples to frames: the signal spec, montages, filters, the front end, TD6 features."""
