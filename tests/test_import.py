"""`shortlist import` and `shortlist export --to tensorflow`, on files that TensorFlow wrote: tests/parity/keras_files.py
makes the small ones. Those of the notebook's run are not part of the repository."""

import csv
import json
import os
import pathlib
import shlex
import shutil
import subprocess

import numpy as np
import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("SHORTLIST", TREE / "build/shortlist")
KERAS = TREE / "tests/parity/fixtures/keras"

CONFIG = """
[data]
table           = "ratings.csv"
split           = { by = "order", train = 1.0, validation = 0, test = 0 }
fit_features_on = "table"

[features]
genre      = { kind = "text", max_tokens = 30, fit_on = "unique", dim = 4 }
type       = { kind = "category", dim = 4 }
Audience   = { kind = "category", dim = 4 }
name       = { kind = "category", dim = 4 }
name_words = { kind = "text", column = "name", max_tokens = 30, fit_on = "unique", dim = 4 }

[query]
features = ["genre", "type", "Audience"]
layers   = [{ dense = 3 }]

[items]
id         = "name"
features   = ["name", "name_words"]
layers     = [{ dense = 3 }]
attributes = ["genre"]

[retrieval]
weight = 0.5
top_k  = [1, 5]

[[ranking]]
label  = "Feedback"
standardize_label = false
weight = 0.5
layers = [{ cross = "low", projection = 2 }, { dense = 5, activation = "relu", l2 = 0.01 }, { batch_norm = true },
          { dropout = 0.5 }, { dense = 4, activation = "relu" }]

[training]
epochs           = 4
batch            = 48
optimizer        = { adam = 0.01 }
keras_compatible = true
"""


def run(*arguments, cwd, code=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, text=True, capture_output=True, timeout=300)
    assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def error(*arguments, cwd, code):
    return run(*arguments, cwd=cwd, code=code).stderr.split("shortlist: ", 1)[1].strip()


@pytest.fixture
def place(tmp_path):
    """A folder with config.toml and ratings.csv, and the Keras model's files to spoil."""
    (tmp_path / "config.toml").write_text(CONFIG)
    shutil.copytree(KERAS, tmp_path, dirs_exist_ok=True)
    return tmp_path


def import_it(place, checkpoint, out="bundle"):
    return run("import", checkpoint, "--config", "config.toml", "--out", out, cwd=place)


def expected(kind="weights"):
    return json.loads((KERAS / "expected.json").read_text())[kind]


def predictions(place, bundle):
    run("predict", bundle, "--data", "ratings.csv", "--raw", "--out", "predicted.csv", "--quiet", cwd=place)
    with open(place / "predicted.csv", newline="", encoding="utf-8") as file:
        return [float(row["predicted_Feedback"]) for row in csv.DictReader(file)]


# What a Keras model is saved as

FILES = {"weights/": "weights", "weights": "weights", "weights/.index": "weights", "saved_model": "weights",
         "saved_model/variables": "weights", "model.weights.h5": "weights", "legacy/model": "legacy", "legacy": "legacy"}
OPTIMIZERS = {"adagrad": "{ adagrad = 0.1 }", "momentum": "{ sgd = 0.001, momentum = 0.9 }"}


@pytest.mark.parametrize("file", FILES)
def test_an_imported_model_predicts_and_embeds_the_same(place, file):
    import_it(place, file)
    theirs = expected(FILES[file])
    assert predictions(place, "bundle") == pytest.approx(theirs["prediction"], abs=1e-5)
    run("embed", "bundle", "--queries", "ratings.csv", "--out", "queries.npy", cwd=place)
    assert np.load(place / "queries.npy") == pytest.approx(np.array(theirs["query"]), abs=1e-6)
    run("embed", "bundle", "--items", "--out", "items.npy", cwd=place)
    names = [row["name"] for row in csv.DictReader(open(place / "ratings.csv", newline="", encoding="utf-8"))]
    items = {name: vector for name, vector in zip(sorted(set(names)), np.load(place / "items.npy"))}
    for name, vector in zip(names, theirs["candidate"]):
        assert items[name] == pytest.approx(np.array(vector), abs=1e-6)


def losses_of_three_more_epochs(place, words):
    assert "the optimizer has taken 4 steps" in words
    run(*shlex.split(words.splitlines()[-1])[1:], "--epochs", "7", cwd=place)
    history = json.loads((place / "bundle/history.json").read_text())["epochs"]
    assert [epoch["epoch"] for epoch in history] == [5, 6, 7]
    return [epoch["train"]["loss"] for epoch in history]


@pytest.mark.parametrize("file", ["weights/", "saved_model", "model.weights.h5", "legacy/model"])
def test_training_goes_on_where_keras_stood(place, file):
    words = import_it(place, file).stderr
    assert words.splitlines()[-1].strip() == "shortlist train config.toml --out bundle --resume"
    assert losses_of_three_more_epochs(place, words) == pytest.approx(expected(FILES[file])["next_losses"], rel=1e-5)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_training_goes_on_with_other_optimizers(place, kind):
    done = run("import", kind, "--config", "config.toml", "--set", f"training.optimizer={OPTIMIZERS[kind]}", "--out", "bundle",
               cwd=place)
    assert losses_of_three_more_epochs(place, done.stderr) == pytest.approx(expected(kind)["next_losses"], rel=1e-5)


def test_every_command_takes_an_imported_bundle(place):
    report = import_it(place, "weights/").stdout
    assert "top_5" in report and "rmse" in report
    assert run("evaluate", "bundle", "--split", "train", cwd=place).stdout == report
    query = ["--query", "genre=Drama", "--query", "type=TV", "--query", "Audience=Kids"]
    items = json.loads(run("recommend", "bundle", *query, "-k", 3, "--format", "json", cwd=place).stdout)["items"]
    assert len(items) == 3
    assert run("similar", "bundle", items[0]["id"], "-k", 2, cwd=place).stdout.count("\n") == 3
    assert run("predict", "bundle", *query, "--item", "name=" + items[0]["id"], cwd=place).stdout
    assert (place / "bundle/report.html").exists()
    assert not (place / "bundle/curves.png").exists()  # there are no epochs yet


def test_importing_twice_gives_the_same_bytes(place):
    import_it(place, "weights/", "one")
    import_it(place, "weights/", "two")
    names = [path.name for path in (place / "one").iterdir() if path.is_file()]
    assert "keras_structure.pb" in names
    for name in names:
        assert (place / "one" / name).read_bytes() == (place / "two" / name).read_bytes(), name


# Back to TensorFlow


@pytest.mark.parametrize("arguments", [[], ["--like", "weights/"]])
def test_export_gives_back_what_was_imported(place, arguments):
    import_it(place, "weights/")
    done = run("export", "bundle", "--to", "tensorflow", "--out", "back/", *arguments, cwd=place)
    assert 'model.load_weights("back/")' in done.stderr
    import_it(place, "back/", "again")
    for name in ["weights.safetensors", "keras_structure.pb"]:
        assert (place / "again" / name).read_bytes() == (place / "bundle" / name).read_bytes(), name
    checkpoint = "run/checkpoints/epoch-0004.safetensors"
    assert (place / "again" / checkpoint).read_bytes() == (place / "bundle" / checkpoint).read_bytes()


def test_a_model_that_was_trained_on_goes_back_with_its_optimizer(place):
    import_it(place, "weights/")
    run("train", "config.toml", "--out", "bundle", "--resume", "--epochs", 6, "--quiet", cwd=place)
    run("export", "bundle", "--to", "tensorflow", "--out", "back/model", cwd=place)
    assert "taken 6 steps" in import_it(place, "back/model", "again").stderr
    assert predictions(place, "again") == predictions(place, "bundle") != pytest.approx(expected()["prediction"], abs=1e-3)


def test_a_standardised_label_is_rescaled_on_import_and_on_export(place):
    plain = (place / "config.toml").read_text()
    (place / "config.toml").write_text(plain.replace("standardize_label = false\n", ""))
    import_it(place, "weights/")
    assert "standardized" in json.loads((place / "bundle/labels.json").read_text())[0]
    assert predictions(place, "bundle") == pytest.approx(expected()["prediction"], abs=1e-5)
    run("train", "config.toml", "--out", "bundle", "--resume", "--epochs", 5, "--quiet", cwd=place)
    trained = predictions(place, "bundle")
    run("export", "bundle", "--to", "tensorflow", "--out", "new/model", cwd=place)
    (place / "config.toml").write_text(plain)
    import_it(place, "new/model", "again")
    assert predictions(place, "again") == pytest.approx(trained, abs=1e-5)


def test_export_takes_names_for_a_model_that_never_was_in_keras(place):
    run("train", "config.toml", "--out", "bundle", "--quiet", cwd=place)
    run("export", "bundle", "--to", "tensorflow", "--out", "new/model", "--name", "query=user_model", "--name",
        "features.name=title_embedding", cwd=place)
    index = (place / "new/model.index").read_bytes()
    for name in [b"user_model/", b"title_embedding/", b"candidate_model/", b"logit_layer/"]:
        assert name in index
    import_it(place, "new/model", "again")
    assert predictions(place, "again") == predictions(place, "bundle")


def test_export_says_which_names_and_formats_there_are(place):
    import_it(place, "weights/")
    export = ["export", "bundle", "--out", "x", "--to"]
    assert "need tensorflow" in error(*export, "paper", cwd=place, code=2)
    message = error(*export, "tensorflow", "--name", "features.typ=t", cwd=place, code=2)
    assert "'features.typ'" in message and "features.type" in message
    assert "OURS=THEIRS" in error(*export, "tensorflow", "--name", "query", cwd=place, code=2)


# Bad input


def import_error(place, checkpoint, *arguments, code=3):
    message = error("import", checkpoint, "--config", "config.toml", "--out", "bundle", *arguments, cwd=place, code=code)
    assert not (place / "bundle").exists()
    return message


DATA = "weights/.data-00000-of-00001"


def test_a_checkpoint_that_is_not_there(place):
    assert import_error(place, "nowhere").startswith("nowhere: not a checkpoint")
    (place / "empty").mkdir()
    assert import_error(place, "empty").startswith("empty: the folder contains no checkpoint")


def test_a_checkpoint_that_does_not_fit_names_node_found_and_needed_shape(place):
    message = import_error(place, "weights/", "--set", "query.layers=[{ dense = 8 }]", "--set", "items.layers=[{ dense = 8 }]")
    assert "node 'query/dense' needs kernel [12, 8], but 'user_model/layer_with_weights-1' has [12, 3]" in message
    message = import_error(place, "model.weights.h5", "--set", "features.name.dim=5")
    assert "node 'candidate/name' needs embeddings [13, 5], but" in message and "has [13, 4]" in message


def test_another_table_than_the_models_is_told_by_the_shape(place):
    with open(place / "ratings.csv", "a", encoding="utf-8") as file:
        file.write("A New Name,Drama,TV,Kids,5\n")
    message = import_error(place, "weights/")
    assert "node 'candidate/name' needs embeddings [14, 4]" in message and "[13, 4]" in message


@pytest.mark.parametrize("file", [DATA, "weights/.index", "model.weights.h5"])
def test_a_truncated_file(place, file):
    data = (place / file).read_bytes()
    (place / file).write_bytes(data[: len(data) // 2])
    message = import_error(place, "model.weights.h5" if file.endswith("h5") else "weights/")
    assert file in message and "truncated" in message


def test_a_wrong_checksum(place):
    data = bytearray((place / DATA).read_bytes())
    data[100] ^= 1
    (place / DATA).write_bytes(data)
    message = import_error(place, "weights/")
    assert DATA in message and "wrong checksum" in message


def test_a_missing_shard(place):
    (place / DATA).unlink()
    assert import_error(place, "weights/") == f"{DATA}: the file is missing: the checkpoint has 1 of them"


def test_an_optimizer_of_another_kind(place):
    adagrad = ["--set", "training.optimizer={ adagrad = 0.1 }"]
    message = import_error(place, "weights/", *adagrad)
    assert "/accumulator'" in message and "--new-optimizer" in message
    assert "--new-optimizer" in import_error(place, "model.weights.h5", *adagrad)
    run("import", "weights/", "--config", "config.toml", *adagrad, "--new-optimizer", "--out", "bundle", cwd=place)
    run("train", "config.toml", *adagrad, "--out", "bundle", "--resume", "--quiet", cwd=place)
    history = json.loads((place / "bundle/history.json").read_text())["epochs"]
    assert [epoch["epoch"] for epoch in history] == [1, 2, 3, 4]


def test_a_file_of_the_older_hdf5_format_is_told_apart(place):
    (place / "old.h5").write_bytes((place / "model.weights.h5").read_bytes().replace(b"vars", b"wars"))
    assert "NAME.weights.h5" in import_error(place, "old.h5")


def test_hdf5_that_is_not_installed_is_named_and_not_needed_for_the_rest(place, monkeypatch):
    monkeypatch.setenv("SHORTLIST_HDF5", "/nowhere/libhdf5.so")
    message = import_error(place, "model.weights.h5", code=1)
    assert "HDF5" in message and "/nowhere/libhdf5.so" in message and "save_format" in message
    import_it(place, "weights/")


def test_a_folder_that_holds_a_run_is_kept(place):
    import_it(place, "weights/")
    message = error("import", "weights/", "--config", "config.toml", "--out", "bundle", cwd=place, code=2)
    assert "already contains a run" in message


# The notebook's run

RUN = pathlib.Path(os.environ.get("SHORTLIST_REFERENCE", TREE / "../shared/reference/notebook-run"))
TABLE = pathlib.Path(os.environ.get("SHORTLIST_DATA", TREE / "../shared/data")) / "anime/clean_data.csv"


@pytest.mark.skipif(not (RUN.exists() and TABLE.exists()), reason="the notebook's run or its table is not here")
def test_the_notebooks_checkpoint_scores_the_same_on_its_test_rows(tmp_path):
    run("import", f"{RUN}/model_weights/", "--config", TREE / "examples/anime/anime.toml", "--data", TABLE,
        "--set", 'data.split.by="rows"', "--set", f'data.split.rows="{RUN}/split.npy"', "--out", "bundle", cwd=tmp_path)
    report = json.loads(run("evaluate", "bundle", "--data", TABLE, "--format", "json", cwd=tmp_path).stdout)
    figures = {name: figure["value"] for task in report["tasks"] for name, figure in task["model"].items()}
    theirs = json.loads((RUN / "expected.json").read_text())
    assert report["rows"] == 10_358
    assert figures["rmse"] == pytest.approx(theirs["test_exact"]["rmse_float64"], abs=1e-5)
    for name, hits in theirs["test_exact"]["hit_by_exact_rank"].items():
        ties = figures["keras_" + name] - figures[name]  # hits that a tie decides
        assert figures[name] == pytest.approx(hits, abs=ties + 1e-9), name
    for k in [5, 10, 50, 100]:
        printed = theirs["test_scores"][f"factorized_top_k/top_{k}_categorical_accuracy"]
        assert figures[f"keras_top_{k}"] == pytest.approx(printed, abs=1e-7), k
