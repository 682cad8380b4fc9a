"""From frames to decisions: the model file, the interpreter, LDA, metrics, the decision layer."""
