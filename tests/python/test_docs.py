"""The pages of the package are built without a warning."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]


def build(source: pathlib.Path, output: pathlib.Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "-q", "-E", "-W", "--keep-going", "-d", output / "doctrees", source, output / "html"]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True)


def test_pages_are_built_without_a_warning(tmp_path):
    done = build(ROOT / "docs/python", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "measures it against simple baselines" in (tmp_path / "html/api.html").read_text()


def test_docstring_without_its_parameters_is_a_warning(tmp_path):
    """The check of docstrings is at work."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "conf.py").write_text((ROOT / "docs/python/conf.py").read_text() + f"\nimport sys\nsys.path.insert(0, {str(source)!r})\n")
    (source / "sample.py").write_text('def double(value: int) -> int:\n    """Double it."""\n    return 2 * value\n')
    (source / "index.rst").write_text("Sample\n======\n\n.. automodule:: sample\n   :members:\n")
    done = build(source, tmp_path)
    assert done.returncode != 0
    assert "PR01" in done.stderr
