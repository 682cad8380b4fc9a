"""Quantise a training run into one self-describing file, behind the parity gate."""

from pathlib import Path

from emg_edge.decoding import modelfile
from emg_edge.decoding.contradictions import refuse_contradictions
from emg_edge.decoding.modelfile import Description, ModelFile, Quantisation
from emg_edge.decoding.runfolder import read_decoder, read_windows, refuse_misfit
from emg_edge.errors import ParityError, RunFolderError
from emg_edge.movements import names_of
from emg_edge.progress import Progress
from emg_edge.quantize.convert import Activations, convert
from emg_edge.quantize.graph import operators
from emg_edge.quantize.network import network_of
from emg_edge.quantize.parity import Parity, compare
from emg_edge.signal.probe import probe

SCHEMES: dict[Activations, str] = {
    "int8": "int8 per channel, post-training",
    "int16": "int8 weights per channel, int16 activations, post-training",
}


def quantize(
    run: Path, out: Path, progress: Progress, *, force: bool = False, activations: Activations = "int8"
) -> tuple[Parity, Description]:
    """Convert, compare, write. Raises ParityError below the bound unless `force`, which marks the file."""
    modelfile.check_place(out, force=force)
    parity, model = quantised(run, progress, force=force, activations=activations)
    modelfile.write(out, model.flatbuffer, model.description, force=force)
    return parity, model.description


def quantised(
    run: Path, progress: Progress, *, force: bool = False, activations: Activations = "int8"
) -> tuple[Parity, ModelFile]:
    """Do the same without writing it."""
    decoder, metrics = read_decoder(run)
    windows = read_windows(run)
    if not len(windows.test) or not len(windows.calibration):
        raise RunFolderError(f"{run} has no test or no calibration windows, so nothing can be shown; train again")
    refuse_misfit(run, decoder, windows)
    network = network_of(run, decoder)
    context = decoder.signal.context
    float_tflite = convert(network, None)
    int8 = convert(network, windows.cut(windows.calibration, context), activations)
    parity = compare(network, float_tflite, int8, windows, context, progress)
    if parity.problems and not force:
        raise ParityError(
            f"{activations} differs too much from float: {'; '.join(parity.problems)}; train with another --seed, or "
            f"{'' if activations == 'int16' else 'quantise with --activations int16, or '}--force writes it, marked so"
        )
    keras_row, float_row, int8_row = parity.float_keras, parity.float_tflite, parity.int8[0]
    description = Description(
        schema=modelfile.SCHEMA,
        signal=decoder.signal,
        movements=decoder.movements,
        names=names_of(decoder.movements, decoder.movement_names),
        scales=decoder.scales,
        training=decoder.training,
        metrics={key: value for key, value in metrics.items() if key != "subjects"},
        quantisation=Quantisation(
            scheme=SCHEMES[activations],
            windows=parity.windows,
            accuracy={
                "float_keras": keras_row.accuracy,
                "float_tflite": float_row.accuracy,
                "int8": int8_row.accuracy,
            },
            balanced_accuracy={
                "float_keras": keras_row.balanced_accuracy,
                "float_tflite": float_row.balanced_accuracy,
                "int8": int8_row.balanced_accuracy,
            },
            agreement=int8_row.agreement,
            max_probability_error=int8_row.max_probability_error,
            within_bound=not parity.problems,
            operators=operators(int8),
        ),
        probe=probe(decoder.signal),
    )
    model = modelfile.unpack(modelfile.pack(int8, description), "the model")
    if not force:
        refuse_contradictions(model, "the quantised model")
    return parity, model
