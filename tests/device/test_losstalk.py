from emg_edge.device.losstalk import QUIET_S, LossTalk


def test_a_loss_is_said_at_once():
    """The first loss is news; how many, and where."""
    talk = LossTalk("cyton")
    assert talk.news(0.0) == ()
    talk.add(5, 0)
    assert talk.news(0.1) == ("cyton: 5 samples were lost, in a row",)
    assert talk.news(9.0) == ()


def test_many_losses_are_said_together():
    """Within QUIET_S they are collected, and none is forgotten."""
    talk = LossTalk("cyton")
    said = []
    for k in range(1000):
        talk.add(k % 2, 0)
        said += talk.news(k * 0.01)
    said += talk.news(1e9)
    assert len(said) <= 10 / QUIET_S + 2
    assert sum(int(sentence.split()[1]) for sentence in said) == 500


def test_one_sample_is_one_sample():
    """In the singular."""
    talk = LossTalk("myo")
    talk.add(1, 0)
    assert talk.news(0.0) == ("myo: 1 sample was lost",)


def test_damaged_bytes_are_said_as_they_come():
    """The board counts them from its start: what is new is said."""
    talk = LossTalk("cyton")
    talk.add(0, 40)
    assert talk.news(0.0) == ("cyton: 40 bytes belonged to no whole packet",)
    talk.add(2, 73)
    assert talk.news(5.0) == ("cyton: 2 samples were lost, in a row; 33 bytes belonged to no whole packet",)
    talk.add(0, 73)
    assert talk.news(10.0) == ()
