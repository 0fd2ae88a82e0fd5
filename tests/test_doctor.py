"""`shortlist doctor`: a table for each finding, and one without any."""

import json
import random

import pytest

from program import run

CONFIG = """
[data]
table = "ratings.csv"
user  = "user"
split = { by = "time", column = "at", train = 0.8, validation = 0.1, test = 0.1 }

[features]
user  = { kind = "category", dim = 4 }
item  = { kind = "category", dim = 4 }
genre = { kind = "category", dim = 4 }

[query]
features = ["user"]
layers   = [{ dense = 4 }]

[items]
id       = "item"
features = ["item", "genre"]
layers   = [{ dense = 4 }]

[retrieval]
top_k = [5, 10]

[[ranking]]
label  = "rating"
layers = [{ dense = 8 }]

[training]
epochs    = 1
batch     = 256
optimizer = { adam = 0.01 }
"""


def make_rows(users=50, items=60, each=30, seed=3):
    """Rows in order of time; each user takes an item at most once."""
    draws = random.Random(seed)
    pairs = [(user, item) for user in range(users) for item in draws.sample(range(items), each)]
    draws.shuffle(pairs)
    return [
        {
            "user": f"u{user}",
            "item": f"i{item}",
            "genre": f"g{item % 7}",
            "rating": draws.choice([1, 2, 3, 4, 5]),
            "at": 1_700_000_000 + 60 * number,
        }
        for number, (user, item) in enumerate(pairs)
    ]


def write(folder, rows, config=CONFIG):
    (folder / "config.toml").write_text(config)
    lines = [",".join(rows[0])] + [",".join(str(value) for value in row.values()) for row in rows]
    (folder / "ratings.csv").write_text("\n".join(lines) + "\n")


def doctor(folder, *arguments):
    return json.loads(run("doctor", *arguments, "config.toml", "--json", cwd=folder).stdout)


def findings(folder, rows, config=CONFIG):
    write(folder, rows, config)
    return {finding["finding"]: finding for finding in doctor(folder)["findings"]}


def test_finds_nothing_in_a_clean_table(tmp_path):
    write(tmp_path, make_rows())
    found = doctor(tmp_path)
    assert found["findings"] == []
    assert (found["rows"], found["items"], found["users"]) == (1500, 60, 50)
    assert found["split"] == {"train": 1200, "validation": 150, "test": 150}
    assert found["ranks_all_items"] is True
    text = run("doctor", "ratings.csv", "config.toml", "--strict", cwd=tmp_path).stdout
    assert "Nothing found." in text
    assert "rank all 60 items" in text


def test_takes_the_table_before_the_config(tmp_path):
    write(tmp_path, make_rows())
    (tmp_path / "ratings.csv").rename(tmp_path / "other.csv")
    assert doctor(tmp_path, "other.csv")["rows"] == 1500
    assert "ratings.csv" in run("doctor", "config.toml", cwd=tmp_path, code=3).stderr
    assert "other.csv" in run("doctor", "config.toml", "other.csv", cwd=tmp_path, code=2).stderr


def test_finds_pairs_that_are_in_train_and_test(tmp_path):
    rows = make_rows()
    for new, old in zip(rows[1400:1450], rows[:50]):
        new.update(user=old["user"], item=old["item"], genre=old["genre"], rating=6 - old["rating"])
    found = findings(tmp_path, rows)
    pairs = found["repeated_pairs"]
    assert pairs["severity"] == "warning" and pairs["numbers"]["rows"] >= 50
    assert 'seen = "keep"' in pairs["change"]
    assert "50 of 150 test rows" in pairs["what"] or "of 150 test rows" in pairs["what"]
    # Someone who keeps seen items gets a note.
    kept = findings(tmp_path, rows, CONFIG + '\n[recommend]\nseen = "keep"\n')
    assert kept["repeated_pairs"]["severity"] == "note"


def test_finds_rows_that_are_identical(tmp_path):
    rows = make_rows()
    for new, old in zip(rows[1350:], rows[:150]):
        new.update({name: value for name, value in old.items() if name != "at"})
    found = findings(tmp_path, rows)["identical_rows"]
    assert found["numbers"] == {"rows": 150, "share": 1}
    assert "SELECT DISTINCT" in found["change"]


def test_finds_a_query_that_tells_the_item(tmp_path):
    rows = [row | {"receipt": f"r{row['item']}{number % 3}"} for number, row in enumerate(make_rows())]
    config = CONFIG.replace('[query]\nfeatures = ["user"]', '[query]\nfeatures = ["user", "receipt"]')
    config = config.replace("[query]", 'receipt = { kind = "category", dim = 4 }\n\n[query]')
    found = findings(tmp_path, rows, config)["query_tells_item"]
    assert found["numbers"]["share"] == 1
    assert 'Remove "receipt" from [query] features' in found["change"]


def test_finds_a_property_of_the_item_in_the_query(tmp_path):
    config = CONFIG.replace('features = ["user"]', 'features = ["user", "genre"]').replace('["item", "genre"]', '["item"]')
    found = findings(tmp_path, make_rows(), config)["query_has_item_features"]
    assert found["severity"] == "warning" and 'Move "genre"' in found["change"]


@pytest.mark.parametrize(
    ("feature", "kind"),
    [
        (lambda rating, draw: 10 * rating + draw, "number"),  # the order gives it away
        (lambda rating, draw: f"word{rating}", "category"),  # the value does
    ],
)
def test_finds_a_feature_that_contains_the_label(tmp_path, feature, kind):
    draws = random.Random(1)
    rows = [row | {"sign": feature(row["rating"], draws.random())} for row in make_rows()]
    spec = '{ kind = "number" }' if kind == "number" else '{ kind = "category", dim = 4 }'
    config = CONFIG.replace('features = ["user"]', 'features = ["user", "sign"]').replace("[query]", f"sign = {spec}\n\n[query]", 1)
    found = findings(tmp_path, rows, config)["label_leak"]
    assert "'sign'" in found["what"] and "'rating'" in found["what"]


def test_finds_a_score_that_separates_the_clicks(tmp_path):
    draws = random.Random(1)
    rows = [row | {"clicked": int(row["rating"] > 3)} for row in make_rows()]
    rows = [row | {"score": row["clicked"] + 0.5 * draws.random()} for row in rows]
    config = CONFIG.replace('label  = "rating"', 'label  = "clicked"\nloss   = "binary_crossentropy"')
    config = config.replace('features = ["user"]', 'features = ["user", "score"]').replace(
        "[query]", 'score = { kind = "number" }\n\n[query]', 1
    )
    found = findings(tmp_path, rows, config)["label_leak"]
    assert "AUC of 1.000" in found["what"]
    assert found["numbers"]["order"] == pytest.approx(1)


def test_finds_a_random_split_of_rows_that_have_times(tmp_path):
    config = CONFIG.replace('by = "time", column = "at", ', "")
    found = findings(tmp_path, make_rows(), config)["split_ignores_time"]
    assert found["severity"] == "warning"
    assert 'split = { by = "time", column = "at" }' in found["change"]
    assert 0.3 < found["numbers"]["share"] < 0.7


def test_only_notes_a_random_split_if_later_users_are_new(tmp_path):
    rows = make_rows()
    for number, row in enumerate(rows):
        row["user"] = f"u{number // 30}"
    config = CONFIG.replace('by = "time", column = "at", ', "")
    found = findings(tmp_path, rows, config)["split_ignores_time"]
    assert found["severity"] == "note" and 'by = "last"' in found["change"]


def test_does_not_mind_an_order_that_is_that_of_time(tmp_path):
    config = CONFIG.replace('by = "time", column = "at"', 'by = "order"')
    assert "split_ignores_time" not in findings(tmp_path, make_rows(), config)


def test_finds_users_and_items_with_one_row(tmp_path):
    rows = make_rows()
    for number, row in enumerate(rows[::3]):
        row.update(user=f"once{number}", item=f"rare{number}")
    found = findings(tmp_path, rows)
    assert found["users_with_one_row"]["numbers"]["users"] == 500
    assert found["items_with_one_row"]["numbers"]["items"] == 500
    assert "minimum_count in the id's feature" in str(found["items_with_one_row"])
    assert {found[name]["severity"] for name in ("users_with_one_row", "items_with_one_row")} == {"note"}


def test_finds_columns_without_information(tmp_path):
    rows = [row | {"country": "NL", "age": "" if number % 50 else 30} for number, row in enumerate(make_rows())]
    features = 'country = { kind = "category", dim = 4 }\nage = { kind = "category", dim = 4 }\n\n[query]'
    config = CONFIG.replace('features = ["user"]', 'features = ["user", "country", "age"]').replace("[query]", features, 1)
    found = findings(tmp_path, rows, config)
    assert "'country'" in found["constant_column"]["what"] and "NL" in found["constant_column"]["what"]
    assert "98 %" in found["missing_column"]["what"]


def test_finds_test_items_that_were_never_trained(tmp_path):
    rows = make_rows()
    for number, row in enumerate(rows[1300:]):
        row["item"] = f"new{number % 40}"
    drowned = findings(tmp_path, rows)["untrained_items"]
    assert drowned["severity"] == "warning" and drowned["numbers"]["share"] == 1
    assert "Leave the id out" in drowned["change"]
    by_genre = CONFIG.replace('["item", "genre"]', '["genre"]')
    assert findings(tmp_path, rows, by_genre)["untrained_items"]["severity"] == "note"
    config = CONFIG.replace('["item", "genre"]', '["item"]')
    warning = findings(tmp_path, rows, config)["untrained_items"]
    assert warning["severity"] == "warning" and "id alone" in warning["why"]


def test_finds_a_label_that_is_constant_in_a_part(tmp_path):
    rows = make_rows()
    for row in rows[1350:]:
        row["rating"] = 5
    found = findings(tmp_path, rows)["constant_label"]
    assert "'rating' is 5 in each of the 150 test rows" in found["what"]


def test_strict_fails_on_warnings_but_not_on_notes(tmp_path):
    rows = make_rows()
    for number, row in enumerate(rows[::3]):
        row.update(user=f"once{number}")
    write(tmp_path, rows)
    run("doctor", "config.toml", "--strict", cwd=tmp_path)
    write(tmp_path, make_rows(), CONFIG.replace('by = "time", column = "at", ', ""))
    run("doctor", "config.toml", cwd=tmp_path)
    done = run("doctor", "config.toml", "--strict", cwd=tmp_path, code=None)
    assert done.returncode == 3
    assert "split by" in done.stdout and "--strict" in done.stderr


def test_the_report_contains_the_findings(tmp_path):
    write(tmp_path, make_rows(), CONFIG.replace('by = "time", column = "at", ', ""))
    run("train", "config.toml", "--out", "bundle", "--quiet", cwd=tmp_path)
    report = json.loads((tmp_path / "bundle" / "report.json").read_text())
    assert report["findings"] == doctor(tmp_path)["findings"]
    assert [finding["finding"] for finding in report["findings"]] == ["split_ignores_time"]
    brief = run("evaluate", "bundle", cwd=tmp_path).stdout
    assert "Warning: " in brief and "are later than half of the test rows" in brief
    full = run("evaluate", "bundle", "--full", cwd=tmp_path).stdout
    assert "Change: [data] split" in full
    again = json.loads(run("evaluate", "bundle", "--format", "json", cwd=tmp_path).stdout)
    assert again["findings"] == report["findings"]
