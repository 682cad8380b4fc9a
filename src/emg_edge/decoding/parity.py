"""How far two forms of one network may lie apart and still be called the same model."""

LEAST_AGREEMENT = 0.99  # of all windows: the same movement is the likeliest
MOST_ACCURACY_LOST = 0.005  # of balanced accuracy: half a point
