"""Everything emg-edge raises on purpose.

EmgEdgeError             one sentence for the user: what was found, what was expected, what to do
├── RecordingError       a recording or a data set that cannot be read as what it should be
├── SpecError            a signal that a model, or a montage, cannot take; both values are named
├── ModelFileError       a .tflite that is not ours, is damaged, or was altered
├── RunFolderError       a training run that is missing, unfinished, or belongs to other settings
├── ProtocolError        an evaluation that cannot be as asked, or that would leak
├── ParityError          an int8 model that differs too much from the float network
├── CompilerError        a compiler for an accelerator that failed, hung, or gave nothing of use
├── DelegateError        an accelerator that is not there, or that does not take the model
├── BoardError           a board that is unknown, absent, or stopped answering
└── MissingDependency    an extra or a native library that is not installed here

The command line prints the sentence and exits with 1. Nothing else is caught there: any other exception
is a defect of ours and keeps its traceback.
"""


class EmgEdgeError(Exception):
    """The root; its text is shown to the user as it is."""


class RecordingError(EmgEdgeError):
    pass


class SpecError(EmgEdgeError):
    pass


class ModelFileError(EmgEdgeError):
    pass


class RunFolderError(EmgEdgeError):
    pass


class ProtocolError(EmgEdgeError):
    pass


class ParityError(EmgEdgeError):
    pass


class CompilerError(EmgEdgeError):
    pass


class DelegateError(EmgEdgeError):
    pass


class BoardError(EmgEdgeError):
    pass


class MissingDependency(EmgEdgeError):  # noqa: N818 - reads as what it is
    pass
