"""The notebooks in examples/notebooks run, and are committed with their outputs."""

import json
import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "examples/notebooks"
DATA = pathlib.Path(os.environ.get("SHORTLIST_DATA", ROOT.parent / "shared/data"))
WEIGHTS = pathlib.Path(os.environ.get("SHORTLIST_REFERENCE", ROOT.parent / "shared/reference")) / "notebook-run"
NEEDED = {
    "movielens.ipynb": [DATA / "ml-latest-small"],
    "reference.ipynb": [DATA / "anime"],
    "from_tfrs.ipynb": [DATA / "anime", WEIGHTS / "model_weights"],
    "serving.ipynb": [],
}


def cells_of(name):
    return [cell for cell in json.loads((NOTEBOOKS / name).read_text())["cells"] if cell["cell_type"] == "code"]


def test_every_notebook_is_tested():
    assert {path.name for path in NOTEBOOKS.glob("*.ipynb")} == set(NEEDED)


@pytest.mark.parametrize("name", NEEDED)
def test_a_notebook_is_committed_with_its_outputs(name):
    cells = cells_of(name)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert len(outputs) >= len(cells) / 2
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert str(ROOT.parent) not in json.dumps(outputs) and "/tmp/" not in json.dumps(outputs)


@pytest.mark.parametrize("name", NEEDED)
def test_a_notebook_runs(name, tmp_path, monkeypatch):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    for path in NEEDED[name]:
        if not path.exists():
            pytest.skip(f"needs {path.name}")
    monkeypatch.setenv("ANIME", str(DATA / "anime"))
    monkeypatch.setenv("ANIME_CONFIG", str(ROOT / "examples/anime/anime.toml"))
    monkeypatch.setenv("MOVIELENS", str(DATA / "ml-latest-small"))
    monkeypatch.setenv("KERAS_WEIGHTS", str(WEIGHTS / "model_weights") + "/")
    notebook = nbformat.read(NOTEBOOKS / name, 4)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    before = [len(cell["outputs"]) for cell in cells_of(name)]
    after = [len(cell["outputs"]) for cell in notebook.cells if cell["cell_type"] == "code"]
    assert after == before
