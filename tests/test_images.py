"""A column with the URLs of items' images: `items.display_image`."""

import csv
import json

import pytest

from program import CONFIG, error, run
from serving import serving


def image_of(title):
    return f"https://example.org/{title.replace(' ', '_')}.jpg"


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A table with images, and the same films in a table of their own."""
    folder = tmp_path_factory.mktemp("images")
    run("synth", "--rows", 1500, "--users", 60, "--items", 60, "--seed", 3, "--out", "plain.csv", "--quiet", cwd=folder)
    with open(folder / "plain.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["poster_url"] = image_of(row["title"])
    with open(folder / "ratings.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    titles = sorted({row["title"] for row in rows})
    (folder / "films.csv").write_text("title,cover\n" + "".join(f'"{title}",{image_of(title)}\n' for title in titles))
    (folder / "films.toml").write_text(CONFIG.replace('attributes = ["genres", "year"]', 'display_image = "poster_url"\nattributes = ["genres", "year"]'))
    (folder / "plain.toml").write_text(CONFIG)
    run("train", "films.toml", "--out", "films", "--epochs", 1, "--quiet", cwd=folder)
    run("train", "plain.toml", "--out", "plain", "--epochs", 1, "--quiet", cwd=folder)
    return folder


def test_images_are_in_json_and_not_in_the_table_for_people(films):
    arguments = ["recommend", "films", "--query", "country=Brazil", "-k", 3]
    items = json.loads(run(*arguments, "--format", "json", cwd=films).stdout)["items"]
    shown = run("similar", "films", items[0]["id"], "-k", 3, cwd=films).stdout + run(*arguments, cwd=films).stdout
    assert [item["attributes"]["poster_url"] for item in items] == [image_of(item["id"]) for item in items]
    assert "genres" in shown and "poster_url" not in shown and "https" not in shown


def test_images_do_not_count_as_common_values(films):
    similar = [run("similar", name, "--by", "jaccard", json.loads(run("recommend", "plain", "--query", "country=Brazil", "-k", 1, "--format", "json",
                                                                     cwd=films).stdout)["items"][0]["id"], cwd=films).stdout for name in ("films", "plain")]
    assert similar[0] == similar[1]


def test_the_page_may_load_images_only_if_a_model_has_some(films):
    def policy(server):
        return server.ask("GET", "/")[1]["Content-Security-Policy"]

    with serving("plain", cwd=films) as server:
        assert "img-src 'self' data:;" in policy(server)
        assert "display_image" not in server.ask("GET", "/v1/features")[2]
    with serving("plain", "films", cwd=films) as server:
        assert "img-src 'self' data: https:;" in policy(server)
        features = server.ask("GET", "/v1/models/films/features")[2]
        assert features["display_image"] == "poster_url"
        assert [field["column"] for field in features["attributes"]] == ["genres", "year"]
        assert "poster_url" not in server.ask("GET", "/v1/models/films/map")[2]["attributes"]


@pytest.mark.parametrize("column, message", [
    ("title", "items.display_image: got 'title', which is the id: need another column, or none"),
    ("genres", "items.display_image: attribute 'genres' needs kind = \"text\""),
])
def test_a_column_that_has_another_use_is_no_image(films, tmp_path, column, message):
    text = (films / "films.toml").read_text().replace('"poster_url"', f'"{column}"').replace('"ratings.csv"', f'"{films}/ratings.csv"')
    (tmp_path / "films.toml").write_text(text.replace('["genres", "year"]', '[{ column = "genres", separator = "|" }]'))
    assert message in error("train", "films.toml", "--out", "b", "--quiet", cwd=tmp_path, code=2)


def test_init_proposes_columns_of_images(films):
    text = run("init", "ratings.csv", cwd=films).stdout
    assert 'display_image = "poster_url"' in text and "URLs of images, which the web page shows" in text
    assert '"poster_url"' not in text.replace('display_image = "poster_url"', "")
    assert 'display_image = "cover"' in run("init", "plain.csv", "--items", "films.csv", cwd=films).stdout
