"""From recordings to a trained network: merging, splits, fitting, reports."""
