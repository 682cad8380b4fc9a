import pytest

from emg_edge.quantize.edgetpu.compilerlog import CompilerLog, Row, complaint, read_log

# The form of version 16's output with -s, the numbers of a model of mine that has two operators too many.
PARTLY = """Edge TPU Compiler version 16.0.384591198
Started a compilation timeout timer of 180 seconds.

Model compiled successfully in 83 ms.

Input model: /tmp/a folder/model.tflite
Input size: 4.04MiB
Output model: /tmp/a folder/model_edgetpu.tflite
Output size: 4.13MiB
On-chip memory used for caching model parameters: 604.50KiB
On-chip memory remaining for caching model parameters: 511.50KiB
Off-chip memory used for streaming uncached model parameters: 3.45MiB
Number of Edge TPU subgraphs: 1
Total number of operations: 9
Operation log: /tmp/a folder/model_edgetpu.log

Model successfully compiled but not all operations are supported by the Edge TPU.
Number of operations that will run on Edge TPU: 6
Number of operations that will run on CPU: 3

Operator                       Count      Status

QUANTIZE                       1          Operation is otherwise supported, but not mapped due to some unspecified limitation
CONV_2D                        5          Mapped to Edge TPU
CONV_2D                        2          More than one subgraph is not supported
RESHAPE                        1          Mapped to Edge TPU
Compilation child process completed within timeout period.
Compilation succeeded!
"""  # noqa: E501 - as the compiler writes it


def test_every_row_is_read_with_its_reason() -> None:
    """Mapped and left operators, the version, and the memory in bytes; the lines after the table are no rows."""
    log = read_log(PARTLY)
    assert log.version == "16.0.384591198"
    assert (log.on_chip_bytes, log.off_chip_bytes) == (604.5 * 1024, round(3.45 * 1024 * 1024))
    assert log.mapped == 6
    assert log.left == (
        Row("QUANTIZE", 1, "Operation is otherwise supported, but not mapped due to some unspecified limitation"),
        Row("CONV_2D", 2, "More than one subgraph is not supported"),
    )


@pytest.mark.parametrize("text", ["", "something else\nCONV_2D 3 Mapped to Edge TPU\n", "Operator Count Status"])
def test_what_is_not_understood_is_not_there(text: str) -> None:
    """Rows are only read below their header, and a log without any is no failure."""
    assert read_log(text) == CompilerLog(None, None, None, ())


def test_a_memory_without_a_number_is_unknown() -> None:
    """Not zero, which would be a claim."""
    assert read_log("On-chip memory used for caching model parameters: ..KiB").on_chip_bytes is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Edge TPU Compiler version 15.0\nERROR: Didn't find op\n\nInvalid model: x\n", "ERROR: Didn't find op"),
        (
            "Edge TPU Compiler version 14.1\n\nInternal compiler error. Aborting! \n",
            "Internal compiler error. Aborting!",
        ),
        (
            "Compilation failed: large activation tensors\nCompilation failed!\n",
            "Compilation failed: large activation tensors",
        ),
        ("Segmentation fault\n", "Segmentation fault"),
        ("\n", "it said nothing"),
    ],
)
def test_the_line_that_says_most_is_the_complaint(text: str, line: str) -> None:
    """Of all that a failed compiler writes."""
    assert complaint(text) == line
