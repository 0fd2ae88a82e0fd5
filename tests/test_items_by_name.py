"""Items are found by the beginning of the text that people know them by, where ids say nothing."""

import csv
import json

import pytest

from program import CONFIG, error, run

TITLES = ["Heat (1995)", "Heavenly Creatures", "Alien", "Aliens", "The Piano", "260", "Alien 3", "Twin", "Twin"]


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A bundle whose items have numbers as ids and titles as display; two films share one title."""
    folder = tmp_path_factory.mktemp("films")
    run("synth", "--rows", 1500, "--users", 60, "--items", 60, "--seed", 3, "--out", "ratings.csv", "--quiet", cwd=folder)
    with open(folder / "ratings.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ids = {title: 255 + i for i, title in enumerate(sorted({row["title"] for row in rows}))}
    for row in rows:
        row["movie"] = ids[row["title"]]
        row["name"] = TITLES[row["movie"] - 255] if row["movie"] - 255 < len(TITLES) else f"Film {row['movie']}"
    with open(folder / "ratings.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    config = CONFIG.replace('id         = "title"', 'id = "movie"\ndisplay = "name"').replace('["title", "title_words"]', '["movie", "title_words"]')
    config = config.replace('title       = { kind = "category", dim = 8 }', 'movie = { kind = "category", dim = 8 }').replace('column = "title"', 'column = "name"')
    (folder / "films.toml").write_text(config)
    run("train", "films.toml", "--out", "b", "--epochs", 1, "--quiet", cwd=folder)
    return folder


def similar_to(films, text):
    done = run("similar", "b", text, "--format", "json", cwd=films)
    return json.loads(done.stdout)["item"], done.stderr


def test_a_title_is_found_by_its_beginning_in_any_case(films):
    item, words = similar_to(films, "heat")
    assert item == "255" and "note: 'heat' matches the movie '255' (Heat (1995))" in words
    assert similar_to(films, "Alien")[0] == "257"  # a whole title, though others begin so
    assert similar_to(films, "alien 3")[0] == "261"
    assert similar_to(films, "260") == ("260", "")  # an id before a title


def test_several_titles_are_listed(films):
    message = error("similar", "b", "Hea", cwd=films, code=2)
    assert "the catalogue has no movie 'Hea'; 2 begin with it: '255' (Heat (1995)), '256' (Heavenly Creatures)" in message
    assert "2 have this name: '262' (Twin), '263' (Twin)" in error("similar", "b", "Twin", cwd=films, code=2)


def test_exclude_takes_titles(films):
    done = run("recommend", "b", "--query", "country=Brazil", "--exclude", "the pia", "-k", 60, "--format", "json", cwd=films)
    assert "259" not in [item["id"] for item in json.loads(done.stdout)["items"]] and "matches the movie '259'" in done.stderr


def predict(films, *item):
    words = [word for text in item for word in ("--item", text)]
    return run("predict", "b", "--query", "country=Brazil", *words, "--format", "json", cwd=films)


def test_predict_takes_a_known_item_by_its_title(films):
    by_id, by_title = predict(films, "movie=255"), predict(films, "name=Heat (1995)")
    assert json.loads(by_id.stdout) == json.loads(by_title.stdout)
    assert "note: name 'Heat (1995)' matches the movie '255'" in by_title.stderr
    assert json.loads(predict(films, "name=heat").stdout) == json.loads(by_id.stdout)
    # A title, not an id.
    assert json.loads(predict(films, "name=260").stdout)["item"] == {"movie": "260"}


def test_predict_says_when_a_known_title_is_taken_for_a_new_item(films):
    done = predict(films, "name=Heat (1995)", "movie=999")
    assert "name 'Heat (1995)' is the movie '255', but with other columns it is treated as a new item" in done.stderr
    done = predict(films, "name=Twin")
    assert "no single item has name 'Twin'; 2 have this name" in done.stderr and "new item" in done.stderr
