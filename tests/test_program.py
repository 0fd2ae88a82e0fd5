"""The built program, as a person uses it. SHORTLIST is its path."""

import csv
import ctypes
import fcntl
import hashlib
import io
import json
import os
import pty
import resource
import shutil
import signal
import struct
import subprocess
import termios
import time

import pytest

PROGRAM = os.environ.get("SHORTLIST", os.path.join(os.path.dirname(__file__), "..", "build", "shortlist"))

CONFIG = """
[data]
table = "ratings.csv"
split = { train = 0.8, validation = 0.1, test = 0.1 }
user  = "user"

[features]
country     = { kind = "category", dim = 4 }
age_group   = { kind = "category", dim = 4 }
title       = { kind = "category", dim = 8 }
title_words = { kind = "text", column = "title", dim = 8 }

[query]
features = ["country", "age_group"]
layers   = [{ dense = 8 }]

[candidate]
id         = "title"
features   = ["title", "title_words"]
layers     = [{ dense = 8 }]
attributes = ["genres", "year"]

[retrieval]
top_k = [1, 10, 50]

[[ranking]]
label  = "rating"
layers = [{ dense = 16, activation = "relu" }, { dropout = 0.1 }]

[training]
epochs    = 3
batch     = 256
optimizer = { adam = 0.01 }
"""


def run(*arguments, cwd=None, code=0, **options):
    """Runs the program; checks its exit code, and that an error says so on standard error alone."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, text=True, capture_output=True, timeout=120, **options)
    assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    if code != 0:
        assert "shortlist: " in done.stderr
        assert done.stdout == ""
    return done


def error(*arguments, cwd=None, code, **options):
    return run(*arguments, cwd=cwd, code=code, **options).stderr.split("shortlist: ", 1)[1].strip()


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """A folder with ratings.csv, config.toml and a trained bundle."""
    folder = tmp_path_factory.mktemp("program")
    run("synth", "--rows", 4000, "--users", 60, "--items", 200, "--seed", 5, "--out", "ratings.csv", "--quiet", cwd=folder)
    (folder / "config.toml").write_text(CONFIG)
    done = run("train", "config.toml", "--out", "bundle", "--threads", 2, cwd=folder)
    (folder / "train.stdout").write_text(done.stdout)
    (folder / "train.stderr").write_text(done.stderr)
    return folder


@pytest.fixture
def small(place, tmp_path):
    """A folder of its own with the table and the config, to spoil."""
    shutil.copy(place / "ratings.csv", tmp_path)
    shutil.copy(place / "config.toml", tmp_path)
    return tmp_path


def rows_of(place):
    with open(place / "ratings.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def some_title(place):
    return rows_of(place)[0]["title"]


def hashes(bundle):
    """SHA-256 of every file of the bundle; times and paths live in run/, outside."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(bundle.iterdir())
        if path.is_file()
    }


# Help and usage


def test_every_command_helps():
    everything = run("--help").stdout
    for command in "inspect convert init describe train evaluate recommend predict similar embed import export synth".split():
        assert command in everything
        help_text = run(command, "--help").stdout
        assert "Example" in help_text and f"shortlist {command} " in help_text


@pytest.mark.parametrize("arguments", [[], ["trian"], ["train"], ["train", "a.toml", "--epochs", "0"],
                                       ["train", "a.toml", "--epochs", "many"], ["evaluate", "b", "--split", "none"],
                                       ["similar", "b", "x", "--by", "taste"], ["recommend", "b", "--threads", "-1"]])
def test_wrong_usage_exits_with_2(arguments):
    assert "--help" in error(*arguments, code=2)


# The main job


def test_training_leaves_a_bundle_and_a_run(place):
    names = {path.name for path in (place / "bundle").iterdir()}
    assert {"manifest.json", "config.toml", "history.json", "report.json", "report.html", "curves.png", "run"} <= names
    assert any((place / "bundle/run/checkpoints").iterdir())
    assert any(name.name.startswith("events.out.tfevents") for name in (place / "bundle/run/train").iterdir())


def test_training_writes_the_report_to_standard_output_and_words_to_standard_error(place):
    report, words = (place / "train.stdout").read_text(), (place / "train.stderr").read_text()
    assert "rmse" in report and "top_10" in report and "epoch" not in report.split("\n")[0]
    lines = [line for line in words.split("\n") if line.startswith("epoch ")]
    assert len(lines) == 3
    assert "epoch 3/3  loss" in lines[2] and "| validation" in lines[2]
    assert "4,000: 3,200 train, 400 validation, 400 test" in words
    assert "next: shortlist recommend bundle" in words
    assert "\x1b" not in words


def test_training_tells_machines_in_json_lines(small):
    done = run("train", "config.toml", "--json", "--epochs", 2, cwd=small)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == ["prepared", "epoch", "epoch", "evaluated"]
    assert events[0]["train"] == 3200
    assert events[2]["validation"]["rmse"] > 0
    assert done.stderr == ""
    assert (small / "runs/config/manifest.json").exists()  # --out is made of the config's name


def test_profile_prints_what_each_phase_of_a_step_does(small):
    text = run("train", "config.toml", "--epochs", 1, "--profile", "--out", "profiled", cwd=small).stdout
    lines = text[:text.index("\n\n")].splitlines()
    assert "steps on" in lines[0] and "GFLOP/s" in lines[0]
    assert lines[1].split() == "phase part GFLOP MB ms % time GFLOP/s % peak".split()
    phases = [line.split()[:2] for line in lines[2:]]
    assert ["query/dense", "forward"] in phases and ["query/dense", "gradient"] in phases
    assert lines[-1].startswith("step ") and "100.0" in lines[-1]


def test_profile_in_json_adds_up_to_the_step(small):
    done = run("train", "config.toml", "--epochs", 1, "--profile", "--json", "--out", "profiled", "--threads", 1,
               cwd=small)
    profile = next(e for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "profile")
    assert profile["steps"] > 0 and profile["threads"] == 1 and profile["peak_flops"] > 1e8
    assert 0.5 * profile["ms"] < sum(phase["ms"] for phase in profile["phases"]) < 1.2 * profile["ms"]
    dense = next(p for p in profile["phases"] if (p["name"], p["part"]) == ("query/dense", "forward"))
    assert dense["flop"] > 0 and dense["bytes"] > 0


def test_epochs_and_seed_hold_beside_other_settings(small):
    run("train", "config.toml", "--out", "bundle", "--epochs", 1, "--seed", 7, "--set", "training.batch=512",
        "--set", "retrieval.weight=2", "--quiet", cwd=small)
    config = (small / "bundle/config.toml").read_text()
    for line in ["epochs = 1", "seed = 7", "batch = 512", "weight = 2"]:
        assert line in config.splitlines()


def test_evaluate_prints_text_and_json(place):
    text = run("evaluate", "bundle", cwd=place).stdout
    assert text == (place / "train.stdout").read_text()
    report = json.loads(run("evaluate", "bundle", "--format", "json", "--split", "validation", cwd=place).stdout)
    assert report["split"] == "validation" and report["rows"] == 400


def test_evaluate_takes_a_query_for_a_table(place):
    report = run("evaluate", "bundle", "--data", "SELECT * FROM 'ratings.csv'", cwd=place).stdout
    assert report == (place / "train.stdout").read_text()


QUERY = ["--query", "country=Brazil", "--query", "age_group=25-34"]


def a_query(place):
    row = rows_of(place)[0]
    return ["--query", "country=" + row["country"], "--query", "age_group=" + row["age_group"]]


def recommended(place, *arguments):
    done = run("recommend", "bundle", *a_query(place), "--format", "json", *arguments, cwd=place)
    return json.loads(done.stdout)["items"]


def test_recommend_prints_a_table(place):
    lines = run("recommend", "bundle", *a_query(place), "-k", 3, cwd=place).stdout.splitlines()
    assert len(lines) == 4
    assert lines[0].split() == ["rank", "title", "predicted_rating", "score", "genres", "year"]


def test_recommend_prints_the_same_in_json_and_csv(place):
    items = recommended(place, "-k", 4)
    text = run("recommend", "bundle", *a_query(place), "-k", 4, "--format", "csv", cwd=place).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["title"] for row in rows] == [item["id"] for item in items]
    assert [float(row["score"]) for row in rows] == [item["score"] for item in items]
    assert [item["rank"] for item in items] == [1, 2, 3, 4]
    ratings = [item["predictions"]["rating"] for item in items]
    assert ratings == sorted(ratings, reverse=True)


def test_recommend_leaves_out_what_is_excluded(place):
    first = recommended(place, "-k", 1)[0]["id"]
    assert first not in [item["id"] for item in recommended(place, "-k", 200, "--exclude", first)]


def test_recommend_keeps_conditions(place):
    items = recommended(place, "-k", 200, "--where", "year>=1990", "--where", "genres~Com")
    assert 0 < len(items) < 200
    assert all(int(item["attributes"]["year"]) >= 1990 and "Com" in item["attributes"]["genres"] for item in items)


def test_every_index_recommends_the_same_items(small):
    answers = {}
    for index in ["exact", "int8", "bf16", "hnsw"]:
        run("train", "config.toml", "--out", index, "--set", f"retrieval.index='{index}'", "--set", "training.epochs=1",
            "--quiet", cwd=small)
        done = run("recommend", index, *a_query(small), "--format", "json", "--where", "year>=1990", cwd=small)
        answers[index] = json.loads(done.stdout)
        assert (small / index / "index.safetensors").exists() == (index == "hnsw")
        assert answers[index]["exact"]
    for answer in answers.values():
        ids = [item["id"] for item in answer["items"]]
        assert ids == [item["id"] for item in answers["exact"]["items"]]


def test_retrieving_more_gives_the_ranking_more_to_choose_from(place):
    few, many = recommended(place, "-k", 5, "--retrieve", 5), recommended(place, "-k", 5, "--retrieve", 200)
    assert many[0]["predictions"]["rating"] >= few[0]["predictions"]["rating"]
    assert error("recommend", "bundle", *a_query(place), "-k", 5, "--retrieve", 3, cwd=place, code=2)


def test_a_value_never_seen_is_said_once_and_no_error(place):
    done = run("recommend", "bundle", "--query", "country=Atlantis", "--query", "age_group=25-34", "-k", 2, cwd=place)
    assert done.stderr.count("Atlantis") == 1
    assert len(done.stdout.splitlines()) == 3


def test_recommend_answers_a_table_of_queries(place):
    text = run("recommend", "bundle", "--queries", "ratings.csv", "-k", 2, "--quiet", cwd=place).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 8000
    assert [row["title"] for row in rows[:2]] == [item["id"] for item in recommended(place, "-k", 2)]
    for name in ["1.jsonl", "3.jsonl"]:
        run("recommend", "bundle", "--queries", "ratings.csv", "-k", 2, "--threads", name[0], "--out", name, cwd=place)
    assert (place / "1.jsonl").read_bytes() == (place / "3.jsonl").read_bytes()
    lines = [json.loads(line) for line in (place / "1.jsonl").read_text().splitlines()]
    assert [line["title"] for line in lines] == [row["title"] for row in rows]
    assert lines[-1]["query"] == 4000 and lines[-1]["rank"] == 2


def test_predict_gives_a_pair_and_a_whole_table(place):
    row = rows_of(place)[0]
    pair = run("predict", "bundle", *a_query(place), "--candidate", "title=" + row["title"], "--format", "json", cwd=place)
    predicted = json.loads(pair.stdout)["predictions"]["rating"]
    run("predict", "bundle", "--data", "ratings.csv", "--out", "predicted.csv", cwd=place)
    with open(place / "predicted.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4000
    assert {key: rows[0][key] for key in ("title", "rating")} == {key: row[key] for key in ("title", "rating")}
    assert float(rows[0]["predicted_rating"]) == pytest.approx(predicted, rel=1e-5)


def test_similar_knows_three_ways(place):
    title = some_title(place)
    for by in ["learned", "jaccard", "cosine"]:
        answer = json.loads(run("similar", "bundle", title, "--by", by, "-k", 4, "--format", "json", cwd=place).stdout)
        similarities = [item["similarity"] for item in answer["items"]]
        assert len(similarities) == 4 and similarities == sorted(similarities, reverse=True)
        assert title not in [item["id"] for item in answer["items"]]
    near = error("similar", "bundle", title + "x", cwd=place, code=2)
    assert f"did you mean '{title}'?" in near


def test_similar_by_cosine_says_that_it_needs_a_user_column(small):
    (small / "config.toml").write_text(CONFIG.replace('user  = "user"', ""))
    run("train", "config.toml", "--out", "bundle", "--epochs", 1, "--quiet", cwd=small)
    assert "user" in error("similar", "bundle", some_title(small), "--by", "cosine", cwd=small, code=2)


def test_embed_writes_npy_and_parquet(place):
    run("embed", "bundle", "--candidates", "--out", "items.npy", cwd=place)
    header = (place / "items.npy").read_bytes()[:128]
    items = len({row["title"] for row in rows_of(place)})
    assert header.startswith(b"\x93NUMPY") and f"'shape': ({items}, 8)".encode() in header
    run("embed", "bundle", "--queries", "ratings.csv", "--out", "queries.parquet", cwd=place)
    columns = json.loads(run("inspect", "queries.parquet", "--format", "json", cwd=place).stdout)
    assert columns["rows"] == 4000
    assert [column["name"] for column in columns["columns"]] == ["query", "embedding"]


def test_export_writes_a_tensorflow_checkpoint(place):
    run("export", "bundle", "--to", "tensorflow", "--out", "weights/", "--name", "query=user_model", cwd=place)
    index = (place / "weights/.index").read_bytes()
    assert b"user_model/layer_with_weights-1/kernel/" in index and (place / "weights/.data-00000-of-00001").exists()
    assert 'model_checkpoint_path: "."' in (place / "weights/checkpoint").read_text()


def test_export_says_what_there_is(place):
    assert "need tensorflow" in error("export", "bundle", "--to", "paper", "--out", "x", cwd=place, code=2)
    message = error("export", "bundle", "--to", "tensorflow", "--out", "x", "--name", "features.contry=c", cwd=place, code=2)
    assert "'features.contry'" in message and "features.country" in message


def test_describe_prints_layers_and_every_default(place):
    done = run("describe", "config.toml", "--dot", "model.dot", "--svg", "model.svg", cwd=place)
    assert "query/dense " in done.stdout and "trained parameters" in done.stdout
    assert "keep_checkpoints = 2" in done.stdout and "temperature = 1.0" in done.stdout
    assert (place / "model.dot").read_text().startswith("digraph")
    assert "<svg" in (place / "model.svg").read_text()
    (place / "full.toml").write_text(done.stdout[done.stdout.index("# Every setting"):])
    assert run("describe", "full.toml", cwd=place).stdout == done.stdout


def test_inspect_prints_a_table_and_json(place):
    assert "title" in run("inspect", "ratings.csv", cwd=place).stdout
    found = json.loads(run("inspect", "ratings.csv", "--format", "json", "--top", 2, cwd=place).stdout)
    assert found["rows"] == 4000
    countries = next(column for column in found["columns"] if column["name"] == "country")
    assert len(countries["most_frequent"]) == 2 and countries["missing"] == 0


def test_text_files_without_a_header_are_told_apart_by_options(tmp_path):
    (tmp_path / "plain.data").write_text("1\t10\n2\t20\n")
    found = json.loads(run("inspect", "plain.data", "--no-header", "--delimiter", "\\t", "--columns", "user,item",
                           "--format", "json", cwd=tmp_path).stdout)
    assert [column["name"] for column in found["columns"]] == ["user", "item"] and found["rows"] == 2


def test_convert_writes_a_table_or_what_a_query_makes_of_it(small):
    run("convert", "ratings.csv", "--out", "ratings.parquet", cwd=small)
    run("convert", "ratings.parquet", "--out", "again.csv", cwd=small)
    assert (small / "again.csv").read_bytes() == (small / "ratings.csv").read_bytes()
    (small / "users.sql").write_text("SELECT user, count(*) AS n FROM '{data}/ratings.csv' GROUP BY user ORDER BY user")
    users = run("convert", ".", "--sql", "users.sql", "--out", "-", cwd=small).stdout.splitlines()
    assert users[0] == "user,n"
    assert sum(int(line.split(",")[1]) for line in users[1:]) == len(rows_of(small))
    assert "no_such.sql" in error("convert", ".", "--sql", "no_such.sql", "--out", "-", cwd=small, code=3)


def test_init_writes_a_config_that_trains_and_keeps_one_that_is_there(small):
    run("init", "ratings.csv", "--out", "new.toml", cwd=small)
    written = (small / "new.toml").read_text()
    assert written == run("init", "ratings.csv", cwd=small).stdout
    assert "is there already" in error("init", "ratings.csv", "--out", "new.toml", cwd=small, code=2)
    report = run("train", "new.toml", "--epochs", 1, "--quiet", cwd=small).stdout
    assert "rmse" in report


def on_a_terminal(*arguments, cwd):
    """What the program writes where standard error is a terminal of 100 columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen([PROGRAM, *arguments], cwd=cwd, stdout=subprocess.DEVNULL, stderr=slave,
                               env={**os.environ, "TERM": "xterm"})
    os.close(slave)
    words = b""
    try:
        while part := os.read(master, 65536):
            words += part
    except OSError:  # the terminal's other end is closed
        pass
    os.close(master)
    assert process.wait() == 0
    return words.decode()


def test_a_terminal_shows_a_bar_of_one_line(small):
    words = on_a_terminal("train", "config.toml", "--set", "training.batch=16", cwd=small)
    lines = words.replace("\x1b[K", "").replace("\r", "\n").split("\n")
    drawn = [line for line in lines if "[" in line]
    assert drawn and all(" rows/s, " in line and " left " in line and len(line) < 100 for line in drawn)
    assert sum(line.startswith("epoch ") and "| validation" in line for line in lines) == 3


def test_a_long_answer_that_is_stopped_leaves_nothing_behind(place):
    queries = "SELECT a.* FROM 'ratings.csv' a, range(1000)"
    process = subprocess.Popen([PROGRAM, "recommend", "bundle", "--queries", queries, "--out", "never.csv"], cwd=place,
                               stderr=subprocess.PIPE, text=True)
    while not any(path.name.startswith("never.csv") for path in place.iterdir()):
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 130 and "nothing was written" in words
    assert not any(path.name.startswith("never.csv") for path in place.iterdir())


# The same bits


def test_a_bundle_has_the_same_bytes_with_any_number_of_threads(place, tmp_path):
    expected = hashes(place / "bundle")  # with 2 threads
    assert len(expected) > 10
    for threads in [1, 2, 3, 8]:
        out = tmp_path / f"threads_{threads}"
        run("train", "config.toml", "--out", out, "--threads", threads, "--quiet", cwd=place)
        assert hashes(out) == expected, f"{threads} threads"


def start_training(folder, *arguments):
    process = subprocess.Popen([PROGRAM, "train", "config.toml", "--out", "bundle", "--json", *arguments], cwd=folder,
                               text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in process.stdout:
        if '"event":"epoch"' in line:
            return process
    raise AssertionError(process.stderr.read())


LONG = ["--epochs", "8", "--set", "training.batch=32"]


@pytest.fixture(scope="session")
def long_run(place):
    run("train", "config.toml", "--out", "long", *LONG, "--quiet", cwd=place)
    return hashes(place / "long")


def test_ctrl_c_saves_and_resume_ends_with_the_same_bytes(small, long_run):
    process = start_training(small, *LONG)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 130
    command = words.strip().splitlines()[-1].split()
    assert command[-1] == "--resume" and "--out bundle" in " ".join(command)
    assert not (small / "bundle/manifest.json").exists()
    run(*command[1:], cwd=small)
    assert hashes(small / "bundle") == long_run


def test_a_killed_run_goes_on_where_its_last_checkpoint_stands(small, long_run):
    process = start_training(small, *LONG)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL and not (small / "bundle/manifest.json").exists()
    run("train", "config.toml", "--out", "bundle", *LONG, "--resume", "--quiet", cwd=small)
    assert hashes(small / "bundle") == long_run


# Bad input, each with a clear error and nothing lost


def change_table(folder, change):
    """Writes ratings.csv anew with change(rows) and returns the rows' number."""
    rows = rows_of(folder)
    rows = change(rows) or rows
    with open(folder / "ratings.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_a_missing_file_is_named(small):
    assert "nowhere.csv" in error("train", "config.toml", "--data", "nowhere.csv", cwd=small, code=3)
    assert "nowhere.toml" in error("train", "nowhere.toml", cwd=small, code=3)
    assert "nowhere" in error("evaluate", "nowhere", cwd=small, code=3)


def test_a_missing_column_is_named_with_the_nearest(small):
    text = (small / "ratings.csv").read_text()
    (small / "ratings.csv").write_text(text.replace("country", "contry", 1))
    message = error("train", "config.toml", cwd=small, code=3)
    assert "no column 'country'" in message and "did you mean 'contry'?" in message


def test_a_wrong_type_names_row_and_value(small):
    change_table(small, lambda rows: rows[3499].update(rating="ten"))
    message = error("train", "config.toml", cwd=small, code=3)
    assert "'rating'" in message and "ten" in message and ("3500" in message or "3501" in message or "3,500" in message)


def test_a_query_that_is_no_number_names_its_row_in_the_table(small):
    config = CONFIG.replace("[query]", 'year = { kind = "number" }\n[query]').replace('"age_group"]', '"year"]')
    (small / "config.toml").write_text(config)
    run("train", "config.toml", "--out", "b", "--epochs", 1, cwd=small)
    change_table(small, lambda rows: rows[3499].update(year="ten"))
    for arguments in (["recommend", "b", "--queries"], ["predict", "b", "--data"], ["embed", "b", "--queries"]):
        message = error(*arguments, "ratings.csv", "--out", "answers.parquet", cwd=small, code=3)
        assert message == "row 3500, column 'year': 'ten' is not a number"


def test_an_empty_table_is_an_error(small):
    header = (small / "ratings.csv").read_text().split("\n")[0]
    (small / "ratings.csv").write_text(header + "\n")
    assert "ratings.csv" in error("train", "config.toml", cwd=small, code=3)
    (small / "ratings.csv").write_text("")
    assert "ratings.csv" in error("train", "config.toml", cwd=small, code=3)


@pytest.mark.parametrize("value", ["", "nan", "inf"])
def test_a_label_that_is_no_finite_number_names_its_row(small, value):
    change_table(small, lambda rows: rows[99].update(rating=value))
    message = error("train", "config.toml", cwd=small, code=3)
    assert "row 100" in message and "'rating'" in message
    assert not (small / "runs/config/manifest.json").exists()


def test_a_split_larger_than_the_table_is_an_error(small):
    message = error("train", "config.toml", "--set", "data.split.train=5000", cwd=small, code=2)
    assert "5000" in message.replace(",", "") and "4000" in message.replace(",", "")


def test_a_misspelt_key_names_line_and_the_nearest(small):
    (small / "config.toml").write_text(CONFIG.replace("epochs    = 3", "epoch     = 3"))
    message = error("train", "config.toml", cwd=small, code=2)
    line = CONFIG.split("\n").index("epochs    = 3") + 1
    assert message.startswith(f"config.toml:{line}: ") and "did you mean 'epochs'?" in message


def test_towers_of_different_widths_are_an_error(small):
    (small / "config.toml").write_text(CONFIG.replace("layers   = [{ dense = 8 }]", "layers   = [{ dense = 9 }]"))
    message = error("train", "config.toml", cwd=small, code=2)
    assert "8" in message and "9" in message


def test_a_vocabulary_of_one_trains_and_is_said(small):
    change_table(small, lambda rows: [row.update(country="Chile") for row in rows] and None)
    words = run("train", "config.toml", "--epochs", 1, cwd=small).stderr
    assert words.count("feature 'country': its vocabulary has 1 value") == 1


def test_a_cell_of_a_million_characters_is_no_trouble(small):
    change_table(small, lambda rows: rows[7].update(title="word " * 200_000))
    run("train", "config.toml", "--epochs", 1, "--quiet", cwd=small)
    assert run("recommend", "runs/config", *QUERY, "-k", 300, cwd=small).stdout.count("word word") >= 1


def test_invalid_utf8_names_the_file(small):
    data = (small / "ratings.csv").read_bytes().split(b"\n")
    data[50] = data[50].replace(b",", b"\xff\xfe,", 1)
    (small / "ratings.csv").write_bytes(b"\n".join(data))
    message = error("train", "config.toml", cwd=small, code=3)
    assert "ratings.csv" in message and "utf" in message.lower()


def test_a_damaged_bundle_names_the_file_at_fault(place, tmp_path):
    def damaged(name, change):
        copy = tmp_path / f"copy_{name}_{change.__name__}"
        shutil.copytree(place / "bundle", copy, ignore=shutil.ignore_patterns("run"))
        path = copy / name
        path.write_bytes(change(path.read_bytes()))
        return error("recommend", copy, *QUERY, code=3)

    def flipped(data):
        return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1:]

    def cut(data):
        return data[: len(data) // 2]

    def newer(data):
        return json.dumps({**json.loads(data), "version": 99}).encode()

    for path in sorted((place / "bundle").iterdir()):
        if path.is_file() and path.name.endswith((".json", ".safetensors", ".toml")):
            assert path.name in damaged(path.name, cut)
            assert path.name in damaged(path.name, flipped)
    assert "99" in damaged("manifest.json", newer)


def test_a_full_disk_is_an_error_that_keeps_what_was_there(small):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    message = error("train", "config.toml", "--out", "full", cwd=small, code=1, preexec_fn=limit)
    assert "cannot write" in message
    assert not (small / "full/manifest.json").exists()


def test_a_read_only_folder_is_an_error(small):
    def obey_modes():
        if os.geteuid() == 0:  # root writes anywhere, but not without CAP_DAC_OVERRIDE
            assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0) == 0

    PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
    shut = small / "shut"
    shut.mkdir()
    shut.chmod(0o555)
    message = error("train", "config.toml", "--out", "shut/bundle", cwd=small, code=1, preexec_fn=obey_modes)
    assert "cannot make the folder shut/bundle" in message and "Permission denied" in message


def test_a_place_where_no_folder_can_be_is_an_error(small):
    (small / "file").write_text("")
    assert "file/bundle" in error("train", "config.toml", "--out", "file/bundle", cwd=small, code=1)


def test_a_folder_that_holds_a_run_is_kept(place):
    before = hashes(place / "bundle")
    message = error("train", "config.toml", "--out", "bundle", cwd=place, code=2)
    assert "holds a run already" in message and "--resume" in message
    assert hashes(place / "bundle") == before


def test_a_loss_that_is_not_finite_names_step_and_layer(small):
    run("train", "config.toml", "--out", "bundle", "--epochs", 1, "--quiet", cwd=small)
    message = error("train", "config.toml", "--out", "wild", "--set", "training.optimizer={ sgd = 1e30 }", cwd=small, code=1)
    assert "epoch 1, step" in message and "no longer finite" in message and "layer '" in message


def test_wrong_queries_are_told_what_there_is(place):
    message = error("recommend", "bundle", "--query", "contry=Chile", cwd=place, code=2)
    assert "'contry'" in message and "did you mean 'country'?" in message
    assert "need column=value" in error("recommend", "bundle", "--query", "Chile", cwd=place, code=2)
    assert "--queries TABLE" in error("recommend", "bundle", cwd=place, code=2)
    assert "year>=1990" in error("recommend", "bundle", *QUERY, "--where", "year", cwd=place, code=2)
