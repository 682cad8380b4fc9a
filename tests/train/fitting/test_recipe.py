import msgspec
import pytest

from emg_edge.errors import SpecError
from emg_edge.train.fitting.recipe import FineTuning, Recipe, changed


def test_settings_change_the_default() -> None:
    """Numbers, words, and nothing at all; what is not named stays."""
    assert changed([]) == Recipe()
    found = changed(["noise=0.2", "epochs=3", "balance=none", "dropout=null", "width=32"])
    assert found == Recipe(noise=0.2, epochs=3, balance="none", dropout=None, width=32)


@pytest.mark.parametrize("wrong", ["nosie=0.1", "noise", "=1"])
def test_what_is_no_setting_is_refused(wrong: str) -> None:
    """A sentence with all that there are."""
    expected = rf"the recipe cannot be changed by '{wrong}': expected KEY=VALUE, where KEY is of architecture, "
    with pytest.raises(SpecError, match=expected):
        changed([wrong])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("noise=much", "in `noise`: expected a number, found a text"),
        ("epochs=2.5", "in `epochs`: expected a whole number, found a text"),
        ("balance=fair", "in `balance`: Invalid enum value 'fair'; choose one of sampling, weights, none"),
    ],
)
def test_a_value_that_cannot_be_is_refused(wrong: str, said: str) -> None:
    """With what it should be."""
    with pytest.raises(SpecError, match=f"the recipe cannot be changed so: {said}$"):
        changed([wrong])


def test_fine_tuning_only_changes_what_a_recipe_has() -> None:
    """So a recipe can be replaced by it field by field."""
    tuned = msgspec.structs.replace(Recipe(noise=0.3), **msgspec.structs.asdict(FineTuning()))
    assert tuned.noise == 0.3
    assert tuned.learning_rate < Recipe().learning_rate
