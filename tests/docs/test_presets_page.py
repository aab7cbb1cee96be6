"""The presets that the page on presets shows."""

from optplay.experiments import load
from optplay.training import RunConfig


def test_the_presets_shown_are_valid(shown, tmp_path):
    network, tries, surface, _, ways = shown("toml", "docs/presets.md")
    network += tries
    path = tmp_path / "shown.toml"
    path.write_text(network, encoding="utf-8")
    assert [run.config.network.hidden for run in load(str(path)).runs] == [(8,), (32,), (8,)]
    run = '[[runs]]\nlabel = "SGD"\noptimizer = "sgd"'
    path.write_text(f'title = "Shown"\nquestion = "?"\n{surface}\n{run}', encoding="utf-8")
    assert load(str(path)).on_surface
    for way in ways.splitlines():
        path.write_text(f'title = "Shown"\nquestion = "?"\n{run}\n{way}', encoding="utf-8")
        assert load(str(path)).runs[0].config != RunConfig(optimizer="sgd")
