"""The Python of the README runs as it is there."""

import os
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("SHORTLIST_DATA", ROOT.parent / "shared/data"))


def test_the_readme_recommends_films_in_ten_lines(tmp_path, monkeypatch):
    (block,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
    assert len(block.strip().splitlines()) <= 10
    if not (DATA / "ml-latest-small").exists():
        pytest.skip("ml-latest-small is absent")
    (tmp_path / "ml-latest-small").symlink_to(DATA / "ml-latest-small")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(block, names)
    frame = names["model"].recommend([1, 2, 3], k=10)
    assert list(frame.columns[:6]) == ["userId", "rank", "movieId", "score", "predicted_rating", "title"]
    assert len(frame) == 30 and frame["title"].notna().all()
    assert (tmp_path / "films" / "manifest.json").exists()
