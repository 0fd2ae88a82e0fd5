"""Bad input and a machine that says no: each with a clear error, and nothing lost."""

import csv
import ctypes
import json
import os
import resource
import shutil

import pytest

from program import CONFIG, QUERY, error, hashes, place, rows_of, run, small


def change_table(folder, change):
    """Writes ratings.csv anew: its rows after change(rows), or what that returns."""
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
        assert message == "ratings.csv: row 3500, column 'year': 'ten' is not a number"


def test_an_empty_table_is_an_error(small):
    header = (small / "ratings.csv").read_text().split("\n")[0]
    (small / "ratings.csv").write_text(header + "\n")
    assert "ratings.csv" in error("train", "config.toml", cwd=small, code=3)
    (small / "ratings.csv").write_text("")
    assert "ratings.csv" in error("train", "config.toml", cwd=small, code=3)


@pytest.mark.parametrize("value", ["ten", "nan", "inf"])
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
    assert "cannot create the folder shut/bundle" in message and "Permission denied" in message


def test_a_place_where_no_folder_can_be_is_an_error(small):
    (small / "file").write_text("")
    assert "file/bundle" in error("train", "config.toml", "--out", "file/bundle", cwd=small, code=1)


def test_a_folder_that_holds_a_run_is_kept(place):
    before = hashes(place / "bundle")
    message = error("train", "config.toml", "--out", "bundle", cwd=place, code=2)
    assert "already contains a run" in message and "--resume" in message
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
