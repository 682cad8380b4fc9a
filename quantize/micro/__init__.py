"""A model as a folder of C for a microcontroller: the network for TensorFlow Lite Micro, the rest in plain C99."""
