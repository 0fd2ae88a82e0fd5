"""Layers in one line: what their name means, and what they may read."""

from program import CONFIG, error, run, small, place  # noqa: F401

LAYERS = '[{ dense = 16, activation = "relu" }, { dropout = 0.1 }]'
assert LAYERS in CONFIG


def train(folder, layers):
    """The names of the layers of the ranking, first to last, of a model that was trained."""
    (folder / "config.toml").write_text(CONFIG.replace(LAYERS, layers))
    done = run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 1, cwd=folder)
    assert "nothing reads" not in done.stderr
    described = run("describe", "config.toml", cwd=folder).stdout.splitlines()
    return [line.split()[0] for line in described if line.startswith("ranking/rating/")]


def test_the_name_of_an_mlp_is_that_of_its_last_layer(small):  # noqa: F811
    names = train(small, '[{ mlp = [6, 4], name = "top" }, { dense = 3, inputs = ["top"] }]')
    assert names[:3] == ["ranking/rating/dense", "ranking/rating/top", "ranking/rating/dense_1"]


def test_the_name_of_a_repeated_layer_is_that_of_the_last(small):  # noqa: F811
    names = train(small, '[{ dense = 5, repeat = 3, name = "end" }, { add = true, inputs = ["end", "end"] }]')
    assert names[:3] == ["ranking/rating/dense", "ranking/rating/dense_1", "ranking/rating/end"]


def test_an_mlp_reads_several_inputs(small):  # noqa: F811
    names = train(small, '[{ mlp = [6, 4], inputs = ["query", "item"] }]')
    assert names[:3] == ["ranking/rating/concat", "ranking/rating/dense", "ranking/rating/dense_1"]


def test_an_input_that_there_is_not_is_named(small):  # noqa: F811
    (small / "config.toml").write_text(CONFIG.replace(LAYERS, '[{ mlp = [6, 4], inputs = ["querry", "item"] }]'))
    assert "did you mean 'query'?" in error("train", "config.toml", "--out", "bundle", cwd=small, code=2)
