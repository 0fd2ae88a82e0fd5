"""The built program, as a person uses it."""

import csv
import fcntl
import io
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time

import pytest

from program import CONFIG, PROGRAM, error, place, rows_of, run, small


# Help and usage


def test_every_command_helps():
    everything = run("--help").stdout
    for command in "inspect convert init describe train evaluate recommend predict similar embed import export synth".split():
        assert command in everything
        help_text = run(command, "--help").stdout
        assert "Example" in help_text and f"shortlist {command} " in help_text


@pytest.mark.parametrize("arguments", [[], ["trian"], ["train"], ["train", "a.toml", "--epochs", "0"],
                                       ["train", "a.toml", "--epochs", "many"], ["evaluate", "b", "--split", "none"],
                                       ["similar", "b", "x", "--by", "taste"], ["recommend", "b", "--threads", "-1"],
                                       ["recommend", "b", "--threads", "100000"], ["serve", "b", "--threads", "100000"]])
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


def evaluation_of_training(place):
    return (place / "train.stdout").read_text()


def test_evaluate_prints_text_and_json(place):
    text = run("evaluate", "bundle", cwd=place).stdout
    assert text == evaluation_of_training(place)
    report = json.loads(run("evaluate", "bundle", "--format", "json", "--split", "validation", cwd=place).stdout)
    assert report["split"] == "validation" and report["rows"] == 400


def test_evaluate_takes_a_query_for_a_table(place):
    report = run("evaluate", "bundle", "--data", "SELECT * FROM 'ratings.csv'", cwd=place).stdout
    assert report == evaluation_of_training(place)


def some_title(place):
    return rows_of(place)[0]["title"]


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
    for order, figure in [("predicted", lambda item: item["predictions"]["rating"]), ("score", lambda item: item["score"])]:
        figures = [figure(item) for item in recommended(place, "-k", 4, "--order", order)]
        assert figures == sorted(figures, reverse=True)


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
    assert [row["item_id"] for row in rows[:2]] == [item["id"] for item in recommended(place, "-k", 2)]
    for name in ["1.jsonl", "3.jsonl"]:
        run("recommend", "bundle", "--queries", "ratings.csv", "-k", 2, "--threads", name[0], "--out", name, cwd=place)
    assert (place / "1.jsonl").read_bytes() == (place / "3.jsonl").read_bytes()
    lines = [json.loads(line) for line in (place / "1.jsonl").read_text().splitlines()]
    assert [line["item_id"] for line in lines] == [row["item_id"] for row in rows]
    assert lines[-1]["query"] == 4000 and lines[-1]["rank"] == 2


def test_predict_gives_a_pair_and_a_whole_table(place):
    row = rows_of(place)[0]
    pair = run("predict", "bundle", *a_query(place), "--item", "title=" + row["title"], "--format", "json", cwd=place)
    predicted = json.loads(pair.stdout)["predictions"]["rating"]
    run("predict", "bundle", "--data", "ratings.csv", "--out", "predicted.csv", cwd=place)
    with open(place / "predicted.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4000
    assert {key: rows[0][key] for key in ("title", "rating")} == {key: row[key] for key in ("title", "rating")}
    assert float(rows[0]["predicted_rating"]) == pytest.approx(predicted, rel=1e-5)


def test_predict_of_a_table_counts_what_the_model_has_not_seen(place, tmp_path):
    rows = rows_of(place)[:20]
    rows[0]["country"] = "Atlantis"
    for row in rows[1:4]:
        row["title"] = "No Such Title"
    with open(tmp_path / "new.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    said = run("predict", place / "bundle", "--data", tmp_path / "new.csv", "--out", tmp_path / "predicted.csv").stderr
    assert said.splitlines()[-2:] == ["note: country: 1 value is new to the model", "note: title: 3 values are new to the model"]


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
    run("embed", "bundle", "--items", "--out", "items.npy", cwd=place)
    header = (place / "items.npy").read_bytes()[:128]
    items = len({row["title"] for row in rows_of(place)})
    assert header.startswith(b"\x93NUMPY") and f"'shape': ({items}, 8)".encode() in header
    run("embed", "bundle", "--queries", "ratings.csv", "--out", "queries.parquet", cwd=place)
    columns = json.loads(run("inspect", "queries.parquet", "--format", "json", cwd=place).stdout)
    assert columns["rows"] == 4000
    assert [column["name"] for column in columns["columns"]] == ["query", "embedding"]
    none = "SELECT * FROM 'ratings.csv' WHERE false"
    run("embed", "bundle", "--queries", none, "--out", "none.npy", cwd=place)
    assert b"'shape': (0, 8)" in (place / "none.npy").read_bytes()


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
    (place / "full.toml").write_text(done.stdout[done.stdout.index("# All settings"):])
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
    assert "already exists" in error("init", "ratings.csv", "--out", "new.toml", cwd=small, code=2)
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


def test_the_report_fits_a_screen_and_has_all_figures_in_full(place):
    brief, full = run("evaluate", "bundle", cwd=place).stdout, run("evaluate", "bundle", "--full", cwd=place).stdout
    assert len(brief.splitlines()) <= 40 and max(map(len, brief.splitlines()[8:])) <= 80
    assert re.match(r"test: 400 rows; .*\n\nThe model's ", brief)  # the verdict comes first
    for figure in ("top_1 ", "top_10 ", "ndcg@10 ", "rmse ", "mae "):
        assert f"\n{figure}" in brief and f"\n{figure}" in full
    for figure in ("keras_top_1 ", "mean_rank ", "ndcg@1 ", "retrieval_loss "):
        assert f"\n{figure}" not in brief and f"\n{figure}" in full
    assert (place / "bundle/report.txt").read_text().startswith(full.split("\nLists as served")[0])
