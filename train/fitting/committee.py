"""Several networks that were trained apart and decide together, in one file: the mean of their logits.

What one of them has learnt of the training people by chance, the others have not: it pays where strangers are decoded.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from emg_edge.train.fitting.network import HEAD, deployed_network
from emg_edge.train.fitting.shape import Shape
from emg_edge.train.fitting.task import Task


def member_tasks(task: Task) -> list[Task]:
    """The same task with a seed for each member; a committee of one keeps the task's own."""
    members = task.recipe.members
    return [task if members == 1 else replace(task, seed=task.seed * members + k) for k in range(members)]


def joined(networks: Sequence[Any]) -> Any:
    """One network of several that take the same frames; the embedding is all of theirs.

    The mean of their logits is one head over all embeddings, which int8 rounds once.
    """
    if len(networks) == 1:
        return networks[0]
    frames = keras.Input(networks[0].input_shape[1:], name="frames")
    trunks = [keras.Model(network.input, network.output["embedding"]) for network in networks]
    embedding = keras.layers.Concatenate()([trunk(frames) for trunk in trunks])
    heads = [network.get_layer(HEAD) for network in networks]
    head = type(heads[0]).from_config(heads[0].get_config())
    logits = head(embedding)
    kernels, biases = zip(*(one.get_weights() for one in heads), strict=True)
    head.set_weights([np.concatenate(kernels, axis=-2) / len(heads), np.mean(biases, axis=0)])
    return keras.Model(frames, {"logits": logits, "embedding": embedding})


def deployed(networks: Sequence[Any], shape: Shape) -> Any:
    """The same function as `joined`, of one context, for conversion."""
    return joined([deployed_network(network, shape) for network in networks])
