"""Quantise a training run into one self-describing file, behind the parity gate."""

from pathlib import Path

from emg_edge.decoding import modelfile
from emg_edge.decoding.contradictions import refuse_contradictions
from emg_edge.decoding.modelfile import Activations, Description, ModelFile, Quantisation
from emg_edge.decoding.runfolder import read_decoder, read_windows, refuse_misfit
from emg_edge.errors import ParityError, RunFolderError
from emg_edge.movements import names_of
from emg_edge.progress import Progress
from emg_edge.quantize.convert import convert
from emg_edge.quantize.graph import operators
from emg_edge.quantize.network import network_of
from emg_edge.quantize.parity import Parity, compare
from emg_edge.signal.probe import probe

SCHEMES: dict[Activations, str] = {
    "int8": "int8 per channel, post-training",
    "int16": "int8 weights per channel, int16 activations, post-training",
}


def quantize(
    run: Path,
    out: Path,
    progress: Progress,
    *,
    force: bool = False,
    below_bound: bool = False,
    activations: Activations = "int8",
) -> tuple[Parity, Description]:
    """Convert, compare, write; `force` replaces a model at `out`.

    Raises what `quantised` does, and EmgEdgeError where `out` is taken or cannot be written.
    """
    modelfile.check_place(out, force=force)
    parity, model = quantised(run, progress, below_bound=below_bound, activations=activations)
    modelfile.write(out, model.flatbuffer, model.description, force=force)
    return parity, model.description


def quantised(
    run: Path, progress: Progress, *, below_bound: bool = False, activations: Activations = "int8"
) -> tuple[Parity, ModelFile]:
    """Do the same without writing it.

    Raises RunFolderError for a run that is damaged or has nothing to test on, ParityError below a bound unless
    `below_bound`, which marks the file, and ModelFileError for a file that would contradict itself.
    """
    decoder, metrics = read_decoder(run)
    windows = read_windows(run)
    if not len(windows.test) or not len(windows.calibration):
        raise RunFolderError(f"{run} has no test or no calibration windows, so nothing can be shown; train again")
    refuse_misfit(run, decoder, windows)
    network = network_of(run, decoder)
    context = decoder.signal.context
    float_tflite = convert(network, None)
    converted = convert(network, windows.cut(windows.calibration, context), activations)
    names = names_of(decoder.movements, decoder.movement_names)
    parity = compare(network, float_tflite, (activations, converted), windows, context, names, progress)
    if parity.problems and not below_bound:
        finer = "" if activations == "int16" else "quantise for a CPU with --activations int16, or "
        raise ParityError(
            f"{activations} differs too much from float: {'; '.join(parity.problems)}; train with another --seed, or "
            f"{finer}--below-bound writes it, marked so"
        )
    first = parity.quantised[0]
    rows = {"float_keras": parity.float_keras, "float_tflite": parity.float_tflite, activations: first}
    description = Description(
        schema=modelfile.SCHEMA,
        signal=decoder.signal,
        movements=decoder.movements,
        names=names,
        scales=decoder.scales,
        training=decoder.training,
        metrics={key: value for key, value in metrics.items() if key != "subjects"},
        quantisation=Quantisation(
            scheme=SCHEMES[activations],
            windows=parity.windows,
            accuracy={name: row.accuracy for name, row in rows.items()},
            balanced_accuracy={name: row.balanced_accuracy for name, row in rows.items()},
            agreement=first.agreement,
            max_probability_error=first.max_probability_error,
            within_bound=not parity.problems,
            operators=operators(converted),
        ),
        probe=probe(decoder.signal),
    )
    model = modelfile.unpack(modelfile.pack(converted, description), "the model")
    refuse_contradictions(model, "the quantised model", remedy=f"nothing was written; train {run} anew")
    return parity, model
