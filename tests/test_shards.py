"""Batch answers and fits by shard, as batch jobs run them: in any order, killed, resumed, with wrong companions."""

import csv
import itertools
import json
import random
import signal
import subprocess
import time

import pytest
from program import CONFIG, PROGRAM, error, hashes, place, run  # noqa: F401

PART_ROWS = 300


@pytest.fixture(scope="module")
def queries(place, tmp_path_factory):
    """Three CSV files of queries, of which one row has no number where the model needs one."""
    folder = tmp_path_factory.mktemp("queries")
    with open(place / "ratings.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, (begin, end) in enumerate([(0, 1500), (1500, 1510), (1510, 2500)]):
        with open(folder / f"q{number}.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, ["country", "age_group"], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows[begin:end])
    return folder / "*.csv"


def recommend(place, queries, shard, out, *arguments, **options):
    return run("recommend", place / "bundle", "--queries", queries, "-k", 3, "--shard", shard, "--part-rows", PART_ROWS,
               "--format", "csv", "--out", out, *arguments, **options)  # fmt: skip


def answers(folder):
    """The lines of all parts, in the order of shards and parts, without the column error."""
    lines = []
    for path in sorted(folder.glob("part-*.csv")):
        with open(path, newline="") as file:
            for line in csv.DictReader(file):
                assert line.pop("error") == ""
                lines.append(line)
    return lines


def contents(folder):
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix in (".csv", ".json")}


@pytest.fixture(scope="module")
def whole(place, queries, tmp_path_factory):
    """The answers of three shards, and those of one command without shards."""
    folder = tmp_path_factory.mktemp("whole")
    run("recommend", place / "bundle", "--queries", queries, "-k", 3, "--out", folder / "one.csv")
    for shard in (2, 0, 1):
        recommend(place, queries, f"{shard}/3", folder / "answers")
    return folder


def test_the_shards_together_are_the_answers_of_one_command(whole):
    with open(whole / "one.csv", newline="") as file:
        assert answers(whole / "answers") == list(csv.DictReader(file))


def test_merge_says_that_all_shards_are_whole(whole):
    assert "all 3 shards are whole: answers to 2,500 queries, 0 with an error" in run("merge", whole / "answers").stderr


def test_a_manifest_lists_the_inputs_and_the_parts(whole):
    manifest = json.loads((whole / "answers" / "shard-00001-of-00003.json").read_text())
    assert [i["file"].rsplit("/")[-1] for i in manifest["inputs"]] == ["q0.csv", "q1.csv", "q2.csv"]
    assert manifest["options"]["k"] == 3
    assert [p["rows"] for p in manifest["parts"]] == [300, 300, 233]
    assert not list((whole / "answers").glob("*.journal"))


def test_a_finished_shard_is_not_made_again(place, queries, whole):
    before = contents(whole / "answers")
    done = recommend(place, queries, "1/3", whole / "answers")
    assert "shard 1/3: 833 rows of queries in 3 parts are already in" in done.stderr
    assert contents(whole / "answers") == before


@pytest.mark.parametrize(
    "arguments, what",
    [(["-k", "4"], "k (3 there, 4 now)"), (["--where", "year>=1990"], "where"), (["--part-rows", "200"], "part_rows (300")],
)  # fmt: skip
def test_other_options_in_the_same_folder_are_an_error(place, queries, whole, arguments, what):
    given = dict(zip(["-k", "--part-rows"], ["3", "300"]))
    given.update({arguments[0]: arguments[1]})
    flags = [text for pair in given.items() for text in pair]
    message = error("recommend", place / "bundle", "--queries", queries, "--shard", "0/3", "--format", "csv", "--out",
                    whole / "answers", *flags, code=2)  # fmt: skip
    assert "belongs to another job: " + what in message


def test_other_inputs_and_another_number_of_shards_are_an_error(place, queries, whole):
    message = error("recommend", place / "bundle", "--queries", queries.parent / "q0.csv", "--shard", "0/3", "--out",
                    whole / "answers", code=2)  # fmt: skip
    assert "the input" in message
    message = error("recommend", place / "bundle", "--queries", queries, "-k", 3, "--shard", "0/4", "--part-rows", PART_ROWS,
                    "--format", "csv", "--out", whole / "answers", code=2)  # fmt: skip
    assert "shards (3 there, 4 now)" in message


def test_merge_names_what_is_missing_or_damaged(place, queries, tmp_path):
    for shard in (0, 2):
        recommend(place, queries, f"{shard}/3", tmp_path)
    assert "shard 1/3 is missing" in error("merge", tmp_path, code=3)
    recommend(place, queries, "1/3", tmp_path)
    part = tmp_path / "part-00002-of-00003-000001.csv"
    text = part.read_bytes()
    part.write_bytes(text.replace(b"1", b"2", 1))
    assert "its part part-00002-of-00003-000001.csv was modified or damaged" in error("merge", tmp_path, code=3)
    assert "continues after 2 of 3 parts" in recommend(place, queries, "2/3", tmp_path).stderr
    assert part.read_bytes() == text
    run("merge", tmp_path)


@pytest.mark.parametrize("shard", ["", "3/3", "a/3", "1", "0/0"])
def test_a_wrong_shard_is_an_error(place, queries, tmp_path, shard):
    if shard:
        assert "--shard" in error("recommend", place / "bundle", "--queries", queries, "--shard", shard, "--out", tmp_path, code=2)
    assert "--out" in error("recommend", place / "bundle", "--queries", queries, "--shard", "0/3", code=2)


def test_more_shards_than_rows_leave_empty_shards(place, tmp_path):
    (tmp_path / "q.csv").write_text("country,age_group\nBrazil,25-34\n")
    for shard in range(3):
        run("recommend", place / "bundle", "--queries", tmp_path / "q.csv", "--shard", f"{shard}/3", "--out", tmp_path / "out")
    assert "answers to 1 queries" in run("merge", tmp_path / "out").stderr


def test_killed_at_any_moment_a_shard_ends_with_the_same_files(place, queries, whole, tmp_path):
    arguments = [PROGRAM, "recommend", place / "bundle", "--queries", queries, "-k", "3", "--shard", "1/3", "--part-rows",
                 str(PART_ROWS), "--format", "csv", "--threads", "1", "--quiet", "--out", tmp_path]  # fmt: skip
    start = time.monotonic()
    subprocess.run([*arguments[:-1], tmp_path / "timed"], check=True)
    whole_time = time.monotonic() - start
    chance = random.Random(1)
    for _ in range(6):
        job = subprocess.Popen(arguments)
        time.sleep(chance.random() * whole_time)
        job.send_signal(signal.SIGKILL)
        job.wait()
    subprocess.run(arguments, check=True)
    own = {name: text for name, text in contents(tmp_path).items()}
    assert own == {name: text for name, text in contents(whole / "answers").items() if "00001-of" in name}
    assert not list(tmp_path.glob("*.tmp-*"))


def test_a_stopped_shard_keeps_its_parts_and_says_how_to_continue(place, queries, tmp_path):
    big = tmp_path / "big.csv"
    text = (queries.parent / "q0.csv").read_text().split("\n", 1)
    big.write_text(text[0] + "\n" + text[1] * 60)
    arguments = [PROGRAM, "recommend", place / "bundle", "--queries", big, "-k", "50", "--shard", "0/1", "--part-rows", "2000",
                 "--format", "csv", "--threads", "1", "--out", tmp_path / "out"]  # fmt: skip
    job = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "out").glob("part-*000001.csv")) and time.monotonic() < deadline:
        time.sleep(0.01)
    job.send_signal(signal.SIGTERM)
    message = job.communicate(timeout=60)[1]
    assert job.returncode == 130, message
    assert "finished parts are kept" in message
    assert not list((tmp_path / "out").glob("*.tmp-*"))
    assert "has no finished shard" in error("merge", tmp_path / "out", code=3)
    assert "continues after" in run(*arguments[1:]).stderr


AGES = CONFIG.replace("[features]", '[features]\nage = { kind = "number", normalize = "log" }').replace(
    'features = ["country", "age_group"]', 'features = ["country", "age_group", "age"]'
)


@pytest.fixture(scope="module")
def ages(place, tmp_path_factory):
    """A model that reads a number."""
    folder = tmp_path_factory.mktemp("ages")
    with open(place / "ratings.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(folder / "ratings.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, ["age", *rows[0]])
        writer.writeheader()
        for number, row in enumerate(rows):
            writer.writerow({"age": 20 + number % 50 + number % 3 / 4, **row})
    (folder / "config.toml").write_text(AGES)
    run("train", "config.toml", "--out", "bundle", "--quiet", "--epochs", 1, cwd=folder)
    return folder


def test_a_query_that_fails_is_a_line_with_an_error(ages, tmp_path):
    lines = ["age,country,age_group"] + [f"{'ten' if i in (3, 4, 20) else i},Brazil,25-34" for i in range(30)]
    (tmp_path / "q.csv").write_text("\n".join(lines) + "\n")
    done = run("recommend", ages / "bundle", "--queries", tmp_path / "q.csv", "-k", 2, "--shard", "0/1", "--format", "csv",
               "--out", tmp_path / "out")  # fmt: skip
    assert "3 rows with an error (column error)" in done.stderr
    with open(tmp_path / "out" / "part-00000-of-00001-000000.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    bad = [row for row in rows if row["error"]]
    assert [(row["query"], row["item_id"], row["rank"]) for row in bad] == [("4", "", ""), ("5", "", ""), ("21", "", "")]
    assert bad[0]["error"].startswith("column 'age': 'ten' is not a number")
    good = [row for row in rows if not row["error"]]
    assert len(good) == 27 * 2
    assert "3 with an error" in run("merge", tmp_path / "out").stderr


# Fits.


def fit(folder, shards, name="counts", config="config.toml", *arguments):
    files = [f"{name}-{i}" for i in range(shards)]
    for i, file in enumerate(files):
        run("fit", config, "--shard", f"{i}/{shards}", "--out", file, "--quiet", *arguments, cwd=folder)
    return files


@pytest.mark.parametrize("split", ["random", "user", "last"])
def test_merged_shards_are_the_fit_of_the_whole_in_any_order(ages, split):
    config = AGES
    if split != "random":
        config = config.replace("split = {", f'split = {{ by = "{split}",')
    (ages / f"{split}.toml").write_text(config)
    run("merge", *fit(ages, 1, "one", f"{split}.toml"), "--out", "whole.json", cwd=ages)
    files = fit(ages, 3, "three", f"{split}.toml")
    for order in itertools.permutations(files):
        run("merge", *order, "--out", "merged.json", cwd=ages)
        assert (ages / "merged.json").read_bytes() == (ages / "whole.json").read_bytes()
    run("train", f"{split}.toml", "--out", f"{split}-own", "--quiet", "--epochs", 1, cwd=ages)
    run("train", f"{split}.toml", "--features", "merged.json", "--out", f"{split}-merged", "--quiet", "--epochs", 1, cwd=ages)
    assert hashes(ages / f"{split}-own") == hashes(ages / f"{split}-merged")


def test_quantiles_and_texts_of_shards_are_those_of_the_whole(ages):
    (ages / "q.toml").write_text(AGES.replace('normalize = "log"', "quantiles = 5, dim = 4"))
    run("merge", *fit(ages, 1, "one", "q.toml"), "--out", "q1.json", cwd=ages)
    run("merge", *reversed(fit(ages, 4, "four", "q.toml")), "--out", "q4.json", cwd=ages)
    assert (ages / "q1.json").read_bytes() == (ages / "q4.json").read_bytes()
    run("train", "q.toml", "--features", "q4.json", "--out", "q-merged", "--quiet", "--epochs", 1, cwd=ages)
    run("train", "q.toml", "--out", "q-own", "--quiet", "--epochs", 1, cwd=ages)
    assert hashes(ages / "q-own") == hashes(ages / "q-merged")


def test_shards_that_do_not_belong_together_are_named(ages):
    files = fit(ages, 3, "right")
    merge = lambda *paths: error("merge", *paths, "--out", "m.json", cwd=ages, code=3)  # noqa: E731
    assert "shard 1 of 3 is missing" in merge(files[0], files[2])
    run("fit", "config.toml", "--shard", "1/3", "--out", "again", "--quiet", cwd=ages)
    assert "right-1 and again are both shard 1/3" in merge(*files, "again")
    other_count = fit(ages, 2, "other")
    assert "one of 3 shards, the second one of 2" in merge(files[0], files[1], other_count[1])
    (ages / "other.toml").write_text(AGES.replace('normalize = "log"', 'normalize = "standard"'))
    run("fit", "other.toml", "--shard", "1/3", "--out", "other", "--quiet", cwd=ages)
    assert "feature 'age' has other settings there" in merge(files[0], "other", files[2])
    lines = (ages / "ratings.csv").read_text().splitlines(True)
    (ages / "shorter.csv").write_text("".join(lines[:-1]))
    run("fit", "config.toml", "--data", "shorter.csv", "--shard", "1/3", "--out", "shorter", "--quiet", cwd=ages)
    assert "right-0 and shorter do not belong together: the tables differ (rows)" in merge(files[0], "shorter", files[2])
    damaged = (ages / files[1]).read_bytes()
    (ages / "damaged").write_bytes(damaged[: len(damaged) // 2])
    assert "damaged: is not a file that" in merge(files[0], "damaged", files[2])


def test_features_of_another_config_or_table_are_an_error(ages):
    run("merge", *fit(ages, 2), "--out", "features.json", cwd=ages)
    train = lambda code, *more: error("train", "config.toml", "--features", "features.json", "--out", "no", *more,  # noqa: E731
                                      cwd=ages, code=code)  # fmt: skip
    assert "was fitted with another config: the split has other settings there" in train(2, "--set", "data.split.seed=7")
    assert "feature 'age' has other settings there" in train(2, "--set", 'features.age.normalize="standard"')
    text = (ages / "ratings.csv").read_text()
    (ages / "changed.csv").write_text(text.replace("25 to 34", "18 to 24", 1))
    assert "was fitted on another table: column 'age_group' had other values there" in train(3, "--data", "changed.csv")
    (ages / "shorter.csv").write_text("".join(text.splitlines(True)[:-1]))
    assert "was fitted on a table with 4000 rows, and this one has 3999" in train(3, "--data", "shorter.csv")
    damaged = (ages / "features.json").read_text()
    (ages / "features.json").write_text(damaged.replace('"rows": 4000', '"rows": 4001'))
    assert "its checksum is wrong" in train(3)


def test_side_tables_are_not_fitted_in_shards(ages):
    (ages / "titles.csv").write_text("title,genre\nx,y\n")
    (ages / "side.toml").write_text(AGES.replace("[items]", '[items]\ntable = "titles.csv"'))
    assert "has a table in [items]" in error("fit", "side.toml", "--out", "no", cwd=ages, code=2)
