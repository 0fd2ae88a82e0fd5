"""shortlist.doctor, and the findings in a report."""

import numpy as np
import pandas as pd
import pytest

import shortlist as sl

CONFIG = """
[data]
table = "ratings.csv"
user  = "user"
split = { by = "random", train = 0.8, validation = 0.1, test = 0.1 }

[features]
user = { kind = "category", dim = 4 }
item = { kind = "category", dim = 4 }

[query]
features = ["user"]

[items]
id       = "item"
features = ["item"]

[retrieval]
top_k = [5, 10]

[training]
epochs    = 1
batch     = 256
optimizer = { adam = 0.01 }
"""


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(3)
    pairs = random.permutation(60 * 40)[:1500]
    return pd.DataFrame(
        {
            "user": [f"u{pair // 40}" for pair in pairs],
            "item": [f"i{pair % 40}" for pair in pairs],
            "at": pd.date_range("2024-01-01", periods=len(pairs), freq="h"),
        }
    )


def test_finds_a_split_that_ignores_time(rows):
    found = sl.doctor(CONFIG, rows)
    assert (found.rows, found.items, found.users) == (1500, 40, 60)
    assert found.split == {"train": 1200, "validation": 150, "test": 150}
    (finding,) = found.findings
    assert finding == found.warnings[0]
    assert finding.finding == "split_ignores_time"
    assert finding.numbers["share"] == pytest.approx(0.5, abs=0.15)
    assert str(found).startswith("warning: ")
    assert 'by = "time", column = "at"' in str(found)


def test_finds_nothing_if_the_rows_are_split_by_time(rows):
    found = sl.doctor(CONFIG.replace('by = "random"', 'by = "time", column = "at"'), rows)
    assert found.findings == []
    assert str(found) == "Nothing found."


def test_reads_the_table_of_the_config(rows, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows.to_csv("ratings.csv", index=False)
    (tmp_path / "config.toml").write_text(CONFIG)
    assert sl.doctor("config.toml").rows == 1500


def test_the_report_has_the_findings(rows, tmp_path):
    model = sl.train(CONFIG, rows, out=tmp_path / "bundle", verbose=False)
    assert model.report.findings == sl.doctor(CONFIG, rows).findings
    segments = model.evaluate(rows, by=["popularity", "user"]).data["segments"]
    assert {segment["by"] for segment in segments} == {"popularity", "user"}


def test_wrong_configs_are_errors(rows):
    with pytest.raises(sl.ConfigError, match="split"):
        sl.doctor(CONFIG.replace('by = "random"', 'by = "randon"'), rows)
    with pytest.raises(sl.DataError, match="item"):
        sl.doctor(CONFIG, rows.drop(columns="item"))
