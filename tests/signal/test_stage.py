from fractions import Fraction

import numpy as np

from emg_edge.signal.biquad import Biquad, highpass
from emg_edge.signal.framing import SlidingMean
from emg_edge.signal.resample import Decimate, resampler
from emg_edge.signal.stage import timing


def test_whole_numbers_stay_whole() -> None:
    """2 kHz to frames every 25 ms: of samples 90, 140, and so on, each of 161 samples for each of its ten outputs."""
    row = [Decimate(10), Biquad(highpass(20, 200)), SlidingMean(10, 5, root_mean_square=True)]
    found = timing(row)
    assert (found.first, found.stride, found.span) == (90, 50, 161 + 9 * 10)
    assert isinstance(found.first, int)
    assert isinstance(found.stride, int)


def test_between_two_inputs_the_earlier_one_is_the_newest() -> None:
    """250 to 200 Hz: frames of ten outputs, a frame every 6.25 inputs from 11.25 on."""
    found = timing([resampler(Fraction(5, 4)), SlidingMean(10, 5, root_mean_square=True)])
    assert (found.first, found.stride) == (Fraction(45, 4), Fraction(25, 4))
    np.testing.assert_array_equal(found.newest(np.arange(6)), [11, 17, 23, 30, 36, 42])
    assert [found.newest(output) for output in range(6)] == [11, 17, 23, 30, 36, 42]


def test_no_frame_is_lost_in_weeks() -> None:
    """Positions are whole-number arithmetic: after 10^12 outputs they are still exact."""
    found = timing([resampler(Fraction(1111, 200))])
    assert found.newest(10**12) == 10**12 * 1111 // 200
    np.testing.assert_array_equal(found.newest(np.array([10**12])), [10**12 * 1111 // 200])


def test_an_output_is_complete_with_its_newest_input() -> None:
    """After n inputs there are as many outputs as have their newest input among them."""
    for row in ([], [resampler(Fraction(5, 4)), SlidingMean(10, 5, root_mean_square=True)], [Decimate(10)]):
        found = timing(row)
        for inputs in range(60):
            assert found.outputs(inputs) == sum(found.newest(output) < inputs for output in range(61))


def test_a_row_of_no_stages_is_the_input_itself() -> None:
    """Output i is input i."""
    found = timing([])
    assert (found.newest(7), found.span) == (7, 1)
