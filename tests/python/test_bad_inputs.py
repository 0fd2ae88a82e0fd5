"""What people get wrong: each is an exception of the package with the sentence of the command line."""

import json
import pathlib
import subprocess

import numpy as np
import pandas as pd
import pytest
from conftest import tower

import shortlist as sl
from shortlist import _arguments

PROGRAM = pathlib.Path(sl.__file__).with_name("shortlist")


def sentence_of_the_program(*arguments) -> str:
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode != 0
    return done.stderr


def message_of(error_class, call) -> str:
    with pytest.raises(error_class) as raised:
        call()
    return str(raised.value)


def with_value(frame: pd.DataFrame, row: int, column: str, value: object) -> pd.DataFrame:
    changed = frame.astype(object)
    changed[column] = [value if at == row else old for at, old in enumerate(changed[column])]
    return changed


def test_a_frame_without_a_needed_column(ratings, tmp_path):
    renamed = ratings.rename(columns={"rating": "ratng"})
    message = message_of(sl.DataError, lambda: tower().fit(renamed))
    assert message == "the data: has no column 'rating'; did you mean 'ratng'? (columns: user, item, ratng)"
    path = tmp_path / "ratings.csv"
    renamed.to_csv(path, index=False)
    said = sentence_of_the_program("init", path, "--label", "rating", "--out", tmp_path / "x.toml")
    assert message.replace("the data", str(path)) in said
    config = sl.draft_config(ratings, label="rating", item="item", query="user")
    assert message == message_of(sl.DataError, lambda: sl.train(config, renamed, verbose=False))


def test_pairs_without_the_item(model):
    message = message_of(sl.DataError, lambda: model.predict(pd.DataFrame({"user": [100], "itm": [1001]})))
    assert "has no column 'item'; did you mean 'itm'?" in message


@pytest.mark.parametrize("column", ["rating", "user"])
def test_mixed_types_name_the_column_and_two_rows(ratings, column):
    mixed = with_value(ratings, 7, column, "five")
    expected = f"the data: column '{column}': row 8 is a text, but row 1 is a number; need values of one type"
    assert message_of(sl.DataError, lambda: tower().fit(mixed)) == expected


@pytest.mark.parametrize("value", [{"a": 1}, {1}, object(), b"five"])
def test_a_value_that_no_column_can_have_names_its_row(ratings, value):
    message = message_of(sl.DataError, lambda: tower().fit(with_value(ratings, 7, "user", value)))
    assert message.startswith("the data: column 'user': row 8 is ")


def test_an_empty_frame(ratings, tmp_path):
    assert message_of(sl.DataError, lambda: tower().fit(ratings.iloc[:0])) == "the data: has no rows"
    assert message_of(sl.DataError, lambda: tower().fit(pd.DataFrame())) == "the data: has no columns"
    path = tmp_path / "empty.csv"
    ratings.iloc[:0].to_csv(path, index=False)
    assert f"{path}: has no rows" in sentence_of_the_program("init", path, "--out", tmp_path / "x.toml")


def test_labels_without_a_value(ratings, tmp_path):
    unrated = ratings.assign(rating=np.nan)
    message = message_of(sl.DataError, lambda: tower().fit(unrated))
    assert message == "label 'rating': has no values, need numbers"
    path = tmp_path / "unrated.csv"
    unrated.to_csv(path, index=False)
    assert message in sentence_of_the_program("init", path, "--label", "rating", "--out", tmp_path / "x.toml")


def test_a_label_that_is_infinite(ratings):
    endless = ratings.copy()
    endless.loc[3, "rating"] = np.inf
    message = message_of(sl.DataError, lambda: tower().fit(endless))
    assert message == "the data: row 4: label column 'rating': got 'inf', need a finite number"


def test_labels_without_some_values_are_a_warning(ratings):
    some = ratings.copy()
    some.loc[[3, 9], "rating"] = np.nan
    with pytest.warns(sl.DataWarning, match="2 of .* rows have no 'rating'"):
        tower(epochs=1).fit(some)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"optimizer": {"adm": 0.1}}, "training.optimizer: unknown key 'adm'; did you mean 'adam'?"),
        ({"retrieval": {"temprature": 0.1}}, "retrieval: unknown key 'temprature'; did you mean 'temperature'?"),
        ({"features": {"user": {"kind": "categry"}}}, 'features.user.kind: got "categry", need one of'),
        ({"split": {"tran": 0.5}}, "data.split: unknown key 'tran'; did you mean 'train'?"),
        ({"precision": "float31"}, "training.precision: got"),
        ({"epochs": 0}, "training.epochs: got 0, need at least 1"),
    ],
)
def test_a_wrong_key_or_value_in_a_parameter(ratings, parameters, expected):
    assert expected in message_of(sl.ConfigError, lambda: tower(**parameters).fit(ratings))


def test_a_wrong_name_of_a_parameter(ratings):
    message = message_of(sl.ConfigError, lambda: tower().set_params(epoch=1))
    assert message == "TwoTower has no parameter 'epoch'; did you mean 'epochs'?"


def test_a_bundle_of_another_version(model, tmp_path):
    model.save(tmp_path / "films")
    manifest = tmp_path / "films" / "manifest.json"
    content = json.loads(manifest.read_text())
    content["version"] = 999
    manifest.write_text(json.dumps(content))
    message = message_of(sl.DataError, lambda: sl.load(tmp_path / "films"))
    assert "has format version 999, but this program reads versions up to" in message
    assert message in sentence_of_the_program("recommend", tmp_path / "films")


def test_a_folder_without_a_bundle(tmp_path):
    message = message_of(sl.DataError, lambda: sl.load(tmp_path))
    assert message in sentence_of_the_program("recommend", tmp_path)
    assert message_of(sl.DataError, lambda: sl.load(tmp_path / "nothing"))


def test_categories_with_missing_values_are_missing(ratings):
    rows = pd.concat([ratings] * 5, ignore_index=True)  # more than one block of rows
    words = np.where(rows.index % 3 == 0, None, np.where(rows.user % 2, "odd", "even"))
    kinds = {
        "object": pd.Series(words, dtype=object),
        "categorical": pd.Series(pd.Categorical(words)),
        "string": pd.Series(words, dtype="string"),
    }
    found = []
    for values in kinds.values():
        model = tower(query=["user", "word"], epochs=1).fit(rows.assign(word=values))
        found.append(pathlib.Path(model.path_, "weights.safetensors").read_bytes())
    assert found[0] == found[1] == found[2]


def test_the_article_fits_the_type():
    with pytest.raises(sl.ConfigError, match="^names: got an int, need a list of texts$"):
        _arguments.texts(3, "names")
