"""Training as a person meets it: settings that make no sense, labels of any scale, and what becomes of runs."""

import csv
import json
import math
import random
import struct

import pytest
from program import CONFIG, QUERY, error, hashes, place, run, small  # noqa: F401: fixtures


def safetensors(path):
    """The tensors of a file as lists of numbers, by name."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    codes = {"F32": "f", "I64": "q", "I32": "i", "U8": "B"}
    tensors = {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        code, raw = codes[tensor["dtype"]], data[8 + size + begin : 8 + size + end]
        tensors[name] = list(struct.unpack(f"<{len(raw) // struct.calcsize(code)}{code}", raw))
    return tensors


def report_of(bundle):
    return json.loads((bundle / "report.json").read_text())


def figures_of(bundle, task):
    found = next(t for t in report_of(bundle)["tasks"] if t["task"] == task)
    return {name: figure["value"] for name, figure in found["model"].items()}


def write_config(folder, *changes, name="config.toml"):
    text = CONFIG
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / name).write_text(text)


# ---- Labels of any scale


def taste(label, rows=6000):
    """Users of five groups listen to artists of their own group; `label(random)` is the last column."""
    draws = random.Random(4)
    lines = ["user,artist,score"]
    for _ in range(rows):
        user = draws.randrange(60)
        own = draws.random() < 0.9
        artist = 5 * draws.randrange(10) + user % 5 if own else draws.randrange(50)
        lines.append(f"u{user},a{artist},{label(draws, own)}")
    return "\n".join(lines) + "\n"


SCALES = {
    "share": lambda draws, own: round((0.9 if own else 0.2) + draws.uniform(-0.1, 0.1), 2),
    "points": lambda draws, own: round((90 if own else 20) + draws.uniform(-10, 10)),
    "plays": lambda draws, own: round(math.exp((8 if own else 3) + draws.gauss(0, 0.5))),
}


def test_labels_of_any_scale_leave_retrieval_as_good(tmp_path):
    found = {}
    for name, label in SCALES.items():
        (tmp_path / f"{name}.csv").write_text(taste(label))
        run("init", f"{name}.csv", "--label", "score", "--out", f"{name}.toml", cwd=tmp_path)
        run("train", f"{name}.toml", "--data", f"{name}.csv", "--out", name, "--quiet", "--epochs", 10, cwd=tmp_path)
        found[name] = figures_of(tmp_path / name, "retrieval")["top_10"]
    assert found["share"] > 0.6
    assert all(abs(value - found["share"]) < 0.08 for value in found.values()), found


@pytest.fixture(scope="module")
def times_1000(place, tmp_path_factory):
    """The bundle of the small table, and that of the same table with ratings a thousand times as large and shifted."""
    folder = tmp_path_factory.mktemp("times_1000")
    with open(place / "ratings.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["rating"] = 1000 * float(row["rating"]) + 7
    with open(folder / "ratings.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    (folder / "config.toml").write_text(CONFIG)
    done = run("train", "config.toml", "--out", "bundle", "--threads", 2, cwd=folder)
    (folder / "train.stderr").write_text(done.stderr)
    return folder


def test_everything_printed_is_in_the_labels_own_unit(place, times_1000):
    small_figures, large_figures = figures_of(place / "bundle", "rating"), figures_of(times_1000 / "bundle", "rating")
    assert large_figures["rmse"] == pytest.approx(1000 * small_figures["rmse"], rel=1e-3)
    small_losses, large_losses = report_of(place / "bundle")["losses"], report_of(times_1000 / "bundle")["losses"]
    assert large_losses["ranking_loss"] == pytest.approx(small_losses["ranking_loss"], rel=1e-3)
    scale = json.loads((times_1000 / "bundle" / "labels.json").read_text())[0]
    small_scale = json.loads((place / "bundle" / "labels.json").read_text())[0]
    assert scale["standardized"]["mean"] == pytest.approx(1000 * small_scale["standardized"]["mean"] + 7)
    assert scale["standardized"]["deviation"] == pytest.approx(1000 * small_scale["standardized"]["deviation"])
    assert "losses are of the standardised label" in (times_1000 / "train.stderr").read_text()
    answers = [
        json.loads(run("recommend", folder / "bundle", *QUERY, "--format", "json").stdout)["items"]
        for folder in (place, times_1000)
    ]
    for one, other in zip(*answers):
        assert other["predictions"]["rating"] == pytest.approx(1000 * one["predictions"]["rating"] + 7, rel=1e-3)
    history = json.loads((times_1000 / "bundle" / "history.json").read_text())["epochs"][-1]
    assert history["train"]["rmse"] > 300 and history["train"]["ranking_loss"] < 3


def test_exported_weights_predict_in_the_labels_own_unit(times_1000, tmp_path):
    bundle = times_1000 / "bundle"
    run("export", bundle, "--to", "safetensors", "--out", tmp_path / "weights.safetensors")
    ours, theirs = safetensors(bundle / "weights.safetensors"), safetensors(tmp_path / "weights.safetensors")
    scale = json.loads((bundle / "labels.json").read_text())[0]["standardized"]
    kernel, bias = "ranking/rating/prediction/kernel", "ranking/rating/prediction/bias"
    assert theirs[kernel] == pytest.approx([scale["deviation"] * x for x in ours[kernel]], rel=1e-6)
    assert theirs[bias] == pytest.approx([scale["mean"] + scale["deviation"] * x for x in ours[bias]], rel=1e-6)


def test_equal_labels_are_predicted(small):
    rows = (small / "ratings.csv").read_text().splitlines()
    place_of_rating = rows[0].split(",").index("rating")
    with open(small / "ratings.csv", newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    for row in table[1:]:
        row[place_of_rating] = "250.5"
    with open(small / "ratings.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table)
    run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 2, cwd=small)
    figures = figures_of(small / "bundle", "rating")
    assert figures["rmse"] < 1
    assert json.loads((small / "bundle" / "labels.json").read_text())[0]["standardized"] == {"deviation": 1.0, "mean": 250.5}


def test_a_label_as_it_is_keeps_its_scale(small):
    run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 1,
        "--set", "ranking.0.standardize_label=false", cwd=small)
    assert "standardized" not in json.loads((small / "bundle" / "labels.json").read_text())[0]
    write_config(small, ('label  = "rating"', 'label = "rating"\nloss = "binary_crossentropy"\nstandardize_label = true'))
    assert "standardize_label = true cannot be combined with binary_crossentropy" in error("describe", "config.toml", cwd=small, code=2)


# ---- What is not finite


def test_a_number_too_large_for_the_model_is_an_error_and_no_answer(small):
    write_config(small, ('age_group   = { kind = "category", dim = 4 }',
                         'year_asked  = { kind = "number", column = "year", normalize = "none" }'),
                 ('["country", "age_group"]', '["country", "year_asked"]'),
                 ("[{ dense = 8 }]", '[{ dense = 64, initializer = "ones" }, { dense = 8 }]'))
    run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 1, cwd=small)
    huge = ["--query", "country=Brazil", "--query", "year=3e38"]
    message = error("recommend", "bundle", *huge, cwd=small, code=3)
    assert "is not finite" in message


def test_a_prediction_that_is_not_finite_is_an_error_and_no_order(small):
    """The towers' outputs are finite: only the ranking's layers exceed the range of float32."""
    write_config(small, ('age_group   = { kind = "category", dim = 4 }',
                         'year_asked  = { kind = "number", column = "year", normalize = "none" }'),
                 ('["country", "age_group"]', '["country", "year_asked"]'),
                 ('{ dense = 16, activation = "relu" }, { dropout = 0.1 }',
                  ", ".join(3 * ['{ dense = 1000, initializer = "ones" }'])))
    run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 1, "--set", "training.optimizer={ sgd = 1e-30 }",
        cwd=small)
    huge = ["--query", "country=Brazil", "--query", "year=1e36"]
    for command in (["recommend", "bundle"], ["predict", "bundle", "--item", "title=x"]):
        assert "the prediction of 'rating' is not finite" in error(*command, *huge, cwd=small, code=3)


def test_a_model_that_is_no_longer_finite_ends_with_an_error(small):
    message = error("train", "config.toml", "--out", "bundle", "--quiet",
                    "--set", "training.optimizer={ sgd = 1e30 }", cwd=small, code=1)
    assert "finite" in message
    assert not (small / "bundle" / "manifest.json").exists()


# ---- Settings

OUT_OF_RANGE = [
    ("ranking.0.delta=0", "ranking.0.delta: got 0, need more than 0"),
    ("ranking.0.weight=-1", "ranking.0.weight: got -1, need at least 0"),
    ("retrieval.weight=-1", "retrieval.weight: got -1, need at least 0"),
    ("retrieval.temperature=0", "retrieval.temperature: got 0, need more than 0"),
    ("retrieval.top_k=[10, 0]", "retrieval.top_k.1: got 0, need at least 1"),
    ("retrieval.hnsw.ef_search=0", "retrieval.hnsw.ef_search: got 0, need 1 to 1048576"),
    ("training.epochs=0", "training.epochs: got 0, need at least 1"),
    ("training.batch=0", "training.batch: got 0, need at least 1"),
    ("training.keep_checkpoints=-1", "training.keep_checkpoints: got -1, need at least 0"),
    ("training.optimizer={ adam = 0.01, beta_1 = 1 }", "training.optimizer.beta_1: got 1, need at least 0 and less than 1"),
    ("training.optimizer={ adam = 0.01, epsilon = 0 }", "training.optimizer.epsilon: got 0, need more than 0"),
    ("training.optimizer={ adam = nan }", "training.optimizer.adam: got the number nan, need a finite number"),
    ("training.optimizer={ sgd = 0.1, momentum = 1.5 }", "training.optimizer.momentum: got 1.5, need at least 0 and less than 1"),
    ("training.reduce_on_plateau={ factor = inf }", "training.reduce_on_plateau.factor: got the number inf, need a finite number"),
    ("training.early_stopping={ patience = -1 }", "training.early_stopping.patience: got -1, need at least 0"),
    ("data.split={ train = 0.9, validation = 0.9 }", "data.split: got the shares 0.9 for training"),
    ("data.split={ train = 2.5 }", "data.split.train: got 2.5, need a whole number of rows, or a share up to 1"),
    ("ranking.0.layers=[{ dropout = 1 }]", "ranking.0.layers.0.dropout: got 1, need at least 0 and less than 1"),
    ("ranking.0.layers=[{ dense = 0 }]", "ranking.0.layers.0.dense: got 0, need 1 to 1048576"),
    ("ranking.0.layers=[{ mlp = [8, -1] }]", "ranking.0.layers.0.mlp.1: got -1, need 1 to 1048576"),
    ("ranking.0.layers=[{ dense = 4, l2 = -0.1 }]", "ranking.0.layers.0.l2: got -0.1, need at least 0"),
    ("ranking.0.layers=[{ batch_norm = true, epsilon = 0 }]", "ranking.0.layers.0.epsilon: got 0, need more than 0"),
    ("features.country.dim=0", "features.country.dim: got 0, need 1 to 1048576"),
    ("features.country.minimum_count=0", "features.country.minimum_count: got 0, need at least 1"),
    ("features.title_words.ngrams=0", "features.title_words.ngrams: got 0, need at least 1"),
]


@pytest.mark.parametrize("setting, message", OUT_OF_RANGE)
def test_settings_out_of_range_are_errors_that_name_them(place, setting, message):
    assert message in error("describe", "config.toml", "--set", setting, cwd=place, code=2)


def test_two_layers_of_one_name_are_an_error_before_training(small):
    write_config(small, ("[{ dense = 8 }]", '[{ dense = 8, name = "a" }, { dense = 8, name = "a" }]'))
    message = error("train", "config.toml", "--out", "bundle", cwd=small, code=2)
    assert message.startswith("config.toml:15: query.layers.1.name: 'a' is the name of a feature or of another layer")


def test_a_negative_weight_is_an_error_with_its_row(small):
    with open(small / "ratings.csv", newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    for i, row in enumerate(table):
        row.append("weight" if i == 0 else "-1" if i == 7 else "1")
    with open(small / "ratings.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table)
    message = error("train", "config.toml", "--out", "bundle", "--set", "data.weight=weight", cwd=small, code=3)
    assert message == "ratings.csv: row 7: weight column 'weight': got -1, need 0 or more"


def test_a_layer_that_nothing_reads_is_a_warning(small):
    write_config(small, ("[{ dense = 16, activation", '[{ dense = 3, name = "lost" }, { dense = 16, inputs = ["features"], activation'))
    for command in (["describe", "config.toml"], ["train", "config.toml", "--out", "bundle", "--epochs", "1"]):
        assert "warning: nothing reads 'ranking/rating/lost'" in run(*command, cwd=small).stderr


# ---- Users


def test_a_missing_user_is_no_user(small):
    with open(small / "ratings.csv", newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    users = set()
    for i, row in enumerate(table):
        if i % 3 == 0:
            row["user"] = ""
        else:
            users.add(row["user"])
    with open(small / "ratings.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, table[0].keys())
        writer.writeheader()
        writer.writerows(table)
    run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 1,
        "--set", "data.split={ by = \"order\", train = 4000, validation = 0, test = 0 }", cwd=small)
    ratings = safetensors(small / "bundle" / "ratings.safetensors")
    assert len(ratings["offsets"]) == len(users) + 1
    assert len(ratings["items"]) == sum(row["user"] != "" for row in table)


def test_rows_without_a_user_are_not_one_users_rows_to_a_baseline(tmp_path):
    # Half of the rows have no user; for those the lookup table knows popularity alone.
    lines = ["user,artist"] + [f",a{1 + i % 40}" if i % 2 else f"u{i % 20},a0" for i in range(2000)]
    (tmp_path / "in.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "config.toml").write_text("""
[data]
table = "in.csv"
user = "user"
split = { by = "order", train = 1000, validation = 0, test = 1000 }
[features]
user = { kind = "category", dim = 4 }
artist = { kind = "category", dim = 4 }
[query]
features = ["user"]
[items]
id = "artist"
features = ["artist"]
[retrieval]
top_k = [1, 10]
[training]
epochs = 1
""")
    run("train", "config.toml", "--out", "bundle", "--quiet", cwd=tmp_path)
    retrieval = report_of(tmp_path / "bundle")["tasks"][0]
    mean_rank = {b["name"]: b["figures"]["mean_rank"]["value"] for b in retrieval["baselines"]}
    # As rows of one user they would rank a0 behind theirs, and those a place better.
    assert mean_rank["most frequent per query"] == pytest.approx(mean_rank["popularity"], abs=0.01)


# ---- Splits, seeds, and what becomes of runs


def test_a_split_by_column_leaves_out_what_it_is_told_to(small):
    with open(small / "ratings.csv", newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    parts = ["train", "train", "validation", "test", ""]
    for i, row in enumerate(table):
        row.append("part" if i == 0 else parts[i % 5])
    with open(small / "ratings.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table)
    done = run("train", "config.toml", "--out", "bundle", "--json", "--epochs", 1,
               "--set", 'data.split={ by = "column", column = "part", validation = 0 }', cwd=small)
    prepared = json.loads(done.stdout.splitlines()[0])
    assert (prepared["train"], prepared["validation"], prepared["test"]) == (1600, 0, 800)


def events(done, kind):
    return [event for event in map(json.loads, done.stdout.splitlines()) if event["event"] == kind]


EARLY = ("--set", 'training.early_stopping={ monitor = "loss", patience = 1 }', "--epochs", 12)


def test_refit_trains_on_train_and_validation_for_the_best_number_of_epochs(small):
    done = run("train", "config.toml", "--out", "bundle", "--json", "--refit", *EARLY, cwd=small)
    first, second = events(done, "prepared")
    assert (first["train"], first["validation"]) == (3200, 400)
    assert (second["train"], second["validation"], second["test"]) == (3600, 0, 400)
    best = events(done, "stopped_early")[0]["best_epoch"] if events(done, "stopped_early") else 12
    assert events(done, "refitting")[0]["epochs"] == best
    assert len(json.loads((small / "bundle" / "history.json").read_text())["epochs"]) == best
    assert report_of(small / "bundle")["split"] == "test"
    # Rows that it was trained on are no validation any more.
    assert "validation is empty" in error("evaluate", "bundle", "--split", "validation", cwd=small, code=3)
    assert "refit needs validation rows" in error(
        "train", "config.toml", "--out", "other", "--refit", "--set", "data.split.validation=0", cwd=small, code=2)


def test_refit_follows_the_learning_rates_of_the_first_training(small):
    plateau = ("--set", "training.reduce_on_plateau={ patience = 1, min_delta = 10 }", "--epochs", 4)
    done = run("train", "config.toml", "--out", "bundle", "--json", "--refit", *plateau, cwd=small)
    rates = [event["learning_rate"] for event in events(done, "epoch")]
    assert rates[:4] == rates[4:] and rates[0] > rates[3]


def test_refit_goes_on_bit_for_bit(small):
    run("train", "config.toml", "--out", "whole", "--refit", "--quiet", "--epochs", 3, cwd=small)
    run("train", "config.toml", "--out", "parts", "--quiet", "--epochs", 1, cwd=small)
    run("train", "config.toml", "--out", "parts", "--resume", "--refit", "--quiet", "--epochs", 3, cwd=small)
    run("train", "config.toml", "--out", "parts", "--resume", "--refit", "--quiet", "--epochs", 3, cwd=small)
    weights = [safetensors(small / name / "weights.safetensors") for name in ("whole", "parts")]
    assert weights[0] == weights[1]


def test_seeds_report_mean_and_deviation(small):
    done = run("train", "config.toml", "--out", "runs", "--seeds", 3, "--seed", 7, "--quiet", "--epochs", 1, cwd=small)
    report = json.loads((small / "runs" / "seeds.json").read_text())
    rating = next(task for task in report["tasks"] if task["task"] == "rating")
    rmse = rating["figures"]["rmse"]
    values = [figures_of(small / "runs" / f"seed-{seed}", "rating")["rmse"] for seed in (7, 8, 9)]
    assert rmse["values"] == values and len(set(values)) == 3
    mean = sum(values) / 3
    assert rmse["mean"] == pytest.approx(mean)
    assert rmse["deviation"] == pytest.approx(math.sqrt(sum((v - mean) ** 2 for v in values) / 2))
    assert "deviation" in done.stdout and "rmse" in done.stdout


def test_overwrite_replaces_a_run(small):
    run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 2, cwd=small)
    before = hashes(small / "bundle")
    message = error("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 1, cwd=small, code=2)
    assert "--overwrite" in message
    run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 1, "--overwrite", cwd=small)
    after = hashes(small / "bundle")
    assert after != before
    run("train", "config.toml", "--out", "fresh", "--quiet", "--epochs", 1, cwd=small)
    assert after == hashes(small / "fresh")
    assert sorted(path.name for path in (small / "bundle/run/checkpoints").iterdir()) == ["epoch-0001.safetensors"]


def test_a_bundle_is_made_of_a_checkpoint(small):
    run("train", "config.toml", "--out", "long", "--quiet", "--epochs", 3, "--set", "training.keep_checkpoints=0", cwd=small)
    run("train", "config.toml", "--out", "short", "--quiet", "--epochs", 2, cwd=small)
    run("train", "config.toml", "--from-checkpoint", "long/run/checkpoints/epoch-0002.safetensors", "--out", "second",
        "--quiet", cwd=small)
    assert safetensors(small / "second/weights.safetensors") == safetensors(small / "short/weights.safetensors")
    assert figures_of(small / "second", "rating") == figures_of(small / "short", "rating")
    run("recommend", "second", *QUERY, cwd=small)
    # Of a folder, the newest; and training goes on from there.
    run("train", "config.toml", "--from-checkpoint", "long", "--out", "third", "--quiet", cwd=small)
    assert safetensors(small / "third/weights.safetensors") == safetensors(small / "long/weights.safetensors")
    run("train", "config.toml", "--out", "second", "--resume", "--quiet", "--epochs", 3, cwd=small)
    assert safetensors(small / "second/weights.safetensors") == safetensors(small / "long/weights.safetensors")
    assert "has no checkpoint" in error("train", "config.toml", "--from-checkpoint", ".", "--out", "x", cwd=small, code=2)
