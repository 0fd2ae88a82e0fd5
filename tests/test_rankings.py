"""Rankings in a config: losses that compare rows, classes, networks in one line, experts and biases."""

import json

import pytest
from program import error, place, rows_of, run, small  # noqa: F401: fixtures

BY_USER = ["--set", 'ranking.0.loss="pairwise_logistic"', "--set", 'ranking.0.group="user"']


def train(folder, bundle, *settings, threads=2, epochs=2):
    run("train", "config.toml", "--out", bundle, "--quiet", "--epochs", epochs, "--threads", threads, *settings, cwd=folder)
    return json.loads((bundle / "history.json").read_text())["epochs"]


def config_with(folder, tmp_path, **replaced):
    text = (folder / "config.toml").read_text()
    for old, new in replaced.values():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "ratings.csv").write_bytes((folder / "ratings.csv").read_bytes())
    (tmp_path / "config.toml").write_text(text)
    return tmp_path


RANKING = '[[ranking]]\nlabel  = "rating"\nlayers = [{ dense = 16, activation = "relu" }, { dropout = 0.1 }]'


def ranked(place, tmp_path, ranking, features=("", "")):
    folder = config_with(place, tmp_path, ranking=(RANKING, ranking),
                         query=('[query]\n', f'[query]\n{features[0]}\n'), items=('[items]\n', f'[items]\n{features[1]}\n'))
    return folder


def weights(bundle):
    return (bundle / "weights.safetensors").read_bytes()


def test_order_within_groups_is_measured_and_errors_are_not(place, tmp_path):
    epochs = train(place, tmp_path / "bundle", *BY_USER, epochs=4)
    assert epochs[-1]["validation"]["ranking_ndcg@10"] > 0.5
    assert "rmse" not in epochs[-1]["validation"] and "rmse" not in epochs[-1]["train"]
    report = json.loads((tmp_path / "bundle" / "report.json").read_text())
    task = next(task for task in report["tasks"] if task["task"] == "rating")
    assert "ranking_ndcg" in json.dumps(task) and "item mean" in json.dumps(task)


def test_a_group_adds_the_order_to_the_errors(place, tmp_path):
    epochs = train(place, tmp_path / "bundle", "--set", 'ranking.0.group="user"')
    assert {"rmse", "ranking_ndcg", "ranking_ndcg@10"} <= epochs[-1]["validation"].keys()


def test_the_weights_do_not_depend_on_the_threads(place, tmp_path):
    settings = [*BY_USER, "--set", "training.group_rows=5", "--set", 'training.task_weights="learned"']
    train(place, tmp_path / "one", *settings, threads=1)
    train(place, tmp_path / "three", *settings, threads=3)
    assert weights(tmp_path / "one") == weights(tmp_path / "three")


def test_group_rows_bounds_the_rows_of_an_epoch(place, tmp_path):
    done = run("train", "config.toml", "--out", tmp_path / "bundle", "--epochs", 1, *BY_USER,
               "--set", "training.group_rows=2", "--set", "training.batch=16", cwd=place)
    users = len({row["user"] for row in rows_of(place)})
    assert done.returncode == 0 and users <= 60


def test_groups_of_one_row_are_an_error(place, tmp_path):
    folder = config_with(place, tmp_path, user=('user  = "user"\n', ""))
    lines = (folder / "ratings.csv").read_text().splitlines()
    (folder / "ratings.csv").write_text("\n".join([lines[0] + ",row", *(f"{line},{i}" for i, line in enumerate(lines[1:]))]))
    message = error("train", "config.toml", "--out", "bundle", "--set", 'ranking.0.loss="list_mle"',
                    "--set", 'ranking.0.group="row"', cwd=folder, code=3)
    assert "every group 'row' has only one training row" in message


def test_labels_of_the_wrong_kind_are_errors(place):
    message = error("train", "config.toml", "--set", 'ranking.0.loss="categorical_crossentropy"',
                    "--set", "ranking.0.classes=2", cwd=place, code=3)
    assert "categorical_crossentropy needs whole numbers from 0 to 1" in message
    message = error("train", "config.toml", "--set", 'ranking.0.loss="categorical_crossentropy"', cwd=place, code=2)
    assert "needs classes = 2 or more" in message


NETWORKS = {
    "dcn_stacked": '{ dcn = "stacked", crosses = 2, mlp = [16, 8] }',
    "dcn_parallel": '{ dcn = "parallel", crosses = 2, projection = 4, mlp = [16, 8] }',
    "dcn_mix": '{ dcn = "stacked", crosses = 2, projection = 4, experts = 3, mlp = [16] }',
    "dlrm": '{ dlrm = [16, 8], inputs = ["title", "title_words"] }, { dense = 4 }',
    "deep_fm": '{ deep_fm = [16, 8], inputs = ["title", "title_words"] }',
    "factorization": "{ matrix_factorization = true }",
    "features": '{ mlp = [8], inputs = ["query", "item_features", "year"] }',
}
OWN_FEATURES = ("", 'ranking_features = ["year"]')


@pytest.fixture(params=NETWORKS)
def trained(request, place, tmp_path):
    ranking = f'[[ranking]]\nlabel = "rating"\nlayers = [{NETWORKS[request.param]}]'
    folder = ranked(place, tmp_path, ranking, OWN_FEATURES)
    text = (folder / "config.toml").read_text().replace("[features]\n", '[features]\nyear = { kind = "number" }\n')
    (folder / "config.toml").write_text(text)
    run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 4, "--set", 'retrieval.reduction="mean"', cwd=folder)
    return folder


def test_a_network_in_one_line_learns_and_serves(trained):
    epochs = json.loads((trained / "bundle" / "history.json").read_text())["epochs"]
    assert epochs[-1]["train"]["ranking_loss"] < epochs[0]["train"]["ranking_loss"]
    row = rows_of(trained)[0]
    query = ["--query", f"country={row['country']}", "--query", f"age_group={row['age_group']}"]
    listed = json.loads(run("recommend", "bundle", *query, "-k", 3, "--format", "json", cwd=trained).stdout)
    for item in listed["items"]:
        same = json.loads(run("predict", "bundle", *query, "--item", f"title={item['id']}", "--format", "json", cwd=trained).stdout)
        assert same["predictions"]["rating"] == pytest.approx(item["predictions"]["rating"], rel=1e-4)


def test_experts_are_shared_by_several_labels(place, tmp_path):
    experts = """
[experts]
experts = 2
own_experts = 1
layers = [{ dense = 8, activation = "relu" }]

[[ranking]]
label = "rating"
layers = [{ dense = 4, activation = "relu" }]

[[ranking]]
label = "year"
layers = []
"""
    folder = ranked(place, tmp_path, experts)
    epochs = train(folder, tmp_path / "bundle", "--set", 'training.task_weights="learned"', epochs=3)
    for label in ("rating", "year"):
        assert f"ranking_log_variance of {label}" in epochs[-1]["validation"]
    first, last = epochs[0]["train"], epochs[-1]["train"]
    assert last["ranking_loss of rating"] < first["ranking_loss of rating"]


def test_biases_of_the_towers_are_columns_of_their_vectors(place, tmp_path):
    folder = ranked(place, tmp_path, RANKING, ("biases = true", "biases = true"))
    run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 1, cwd=folder)
    run("embed", "bundle", "--items", "--out", "items.jsonl", "--quiet", cwd=folder)
    first = json.loads((folder / "items.jsonl").read_text().splitlines()[0])
    assert len(first["embedding"]) == 10
