"""Augmentation, in the graph: what the same movement would look like with other electrodes and amplifiers."""

from typing import Any

import tensorflow as tf

from emg_edge.signal.montage import ON_RING
from emg_edge.signal.spec import SignalSpec
from emg_edge.train.fitting.recipe import Recipe


def augment(x: Any, recipe: Recipe, spec: SignalSpec, seed: Any) -> Any:
    """(batch, time, features) standardised frames -> the same, varied a sequence. `seed` (2,) decides all.

    What happens to an electrode happens in all its bands. An acceleration gets noise alone.
    """
    turn, gain, channel_gain, noise, flat = tf.unstack(tf.random.split(seed, 5))
    sequences, time = tf.shape(x)[0], tf.shape(x)[1]
    bands = (spec.features - spec.acceleration) // spec.channels
    emg, axes = x[..., : bands * spec.channels], x[..., bands * spec.channels :]
    emg = tf.reshape(emg, (sequences, time, bands, spec.channels))
    if recipe.rotation:
        around = ON_RING[spec.montage]
        emg = tf.concat([_turned(emg[..., :around], recipe.rotation, turn), emg[..., around:]], axis=-1)
    samples = spec.frame.kind == "raw"
    for sd, shape, own in (
        (recipe.gain, (sequences, 1, 1, 1), gain),
        (recipe.channel_gain, (sequences, 1, 1, spec.channels), channel_gain),
    ):
        if sd:
            varied = sd * tf.random.stateless_normal(shape, own)
            emg = emg * tf.exp(varied) if samples else emg + varied  # a factor is an offset of the logarithm
    if recipe.noise:
        emg += recipe.noise * tf.random.stateless_normal(tf.shape(emg), noise)
    if recipe.noise and spec.acceleration:
        axes += recipe.noise * tf.random.stateless_normal(tf.shape(axes), tf.random.fold_in(noise, 1))
    if recipe.channel_dropout:
        off = tf.random.stateless_uniform((sequences, 1, 1, spec.channels), flat) < recipe.channel_dropout
        # A flat channel's samples are nought; the logarithm of its amplitude is the lowest that a frame can hold.
        emg = tf.where(off, tf.constant(0.0 if samples else -spec.clip), emg)
    return tf.concat([tf.reshape(emg, (sequences, time, bands * spec.channels)), axes], axis=-1)


def _turned(ring: Any, most: float, seed: Any) -> Any:
    """Turn each sequence's ring by up to `most` electrodes either way, linearly between two neighbours."""
    shift = tf.random.stateless_uniform((tf.shape(ring)[0], 1), seed, -most, most)
    whole = tf.floor(shift)
    part = (shift - whole)[:, None, None]
    places = tf.range(ring.shape[-1]) + tf.cast(whole, tf.int32)  # (sequences, electrodes)
    one, following = (
        tf.gather(ring, tf.math.floormod(places + step, ring.shape[-1]), axis=3, batch_dims=1) for step in (0, 1)
    )
    return (1 - part) * one + part * following
