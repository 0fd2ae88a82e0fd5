"""Type checkers accept the package, its stub and code that uses it, and find mistakes in such code."""

import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap

import pytest

import shortlist as sl
from shortlist import _core

ROOT = pathlib.Path(__file__).parents[2]
PATTERNS = ROOT / "shortlist" / "python" / "stub_patterns.txt"
MISTAKES = """
import shortlist as sl
from shortlist.config import Training

Training(epochs="five")
Training(epoch=5)
sl.Config().training.epohcs = 5
sl.TwoTower(epochs="five")
sl.load(3)
sl.Client("http://localhost").recommend({"user": 7}, k="ten")
sl.Client("http://localhost").similar(7, by="looks")
"""


def blocks_of_the_guide() -> str:
    """The Python of the guide as one module, after the names that it takes for granted."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/guides/python.md").read_text(), re.S)
    return "from typing import Any\n\n" + "\n".join(textwrap.dedent(block) for block in blocks)


def stub_of_the_extension(folder: pathlib.Path) -> None:
    # As `_core`: the stub generator imports the extension by itself.
    arguments = ["-q", "-m", "_core", "-O", folder, "-p", PATTERNS, "-i", pathlib.Path(_core.__file__).parent]
    subprocess.run([sys.executable, "-m", "nanobind.stubgen", *arguments], check=True)


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> pathlib.Path:
    """A folder with the package's Python files, its stub and code that uses it."""
    pytest.importorskip("nanobind")
    folder = tmp_path_factory.mktemp("types")
    source, made = ROOT / "python" / "shortlist", folder / "shortlist"
    for file in [*source.rglob("*.py"), source / "py.typed"]:
        target = made / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    stub_of_the_extension(made)
    shutil.copy(ROOT / "tests" / "python" / "typed_use.py", folder)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "guide.py").write_text(blocks_of_the_guide())
    (folder / "mistakes.py").write_text(MISTAKES)
    return folder


def run_mypy(folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    # Configuration is that of pyproject.toml, but for the place of the package.
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(folder / "cache"), *arguments]
    return subprocess.run(command, cwd=folder, text=True, capture_output=True, env={"MYPYPATH": str(folder)})


def run_pyright(folder: pathlib.Path, *arguments: str) -> list[str]:
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("pyright is not installed")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True)
    if not done.stdout.startswith("{"):
        pytest.skip(f"pyright does not run here: {done.stderr[-200:]}")
    found = json.loads(done.stdout)["generalDiagnostics"]
    return [f"{one['file']}:{one['range']['start']['line'] + 1}: {one['message']}" for one in found]


def test_mypy_accepts_the_package_and_its_use(package):
    done = run_mypy(package, "--strict", "shortlist", "typed_use.py")
    assert done.returncode == 0, done.stdout + done.stderr
    done = run_mypy(package, "guide.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_finds_mistakes(package):
    done = run_mypy(package, "--strict", "mistakes.py")
    found = {int(line.split(":")[1]) for line in done.stdout.splitlines() if re.match(r"mistakes.*: error:", line)}
    assert found == {5, 6, 7, 8, 9, 10, 11}, done.stdout


def test_pyright_accepts_the_package_and_its_use(package):
    (package / "pyrightconfig.json").write_text('{"reportMissingModuleSource": false}')
    assert run_pyright(package, "shortlist", "typed_use.py", "guide.py") == []
    assert len({line.split(":")[1] for line in run_pyright(package, "mistakes.py")}) == 7


def test_the_stub_has_all_names_of_the_extension(package):
    stub = (package / "shortlist" / "_core.pyi").read_text()
    names = {name for name in dir(_core) if not name.startswith("_")} | {"__version__"}
    missing = [name for name in names if not re.search(rf"^(def|class) {name}\b|^{name}:", stub, re.M)]
    assert not missing
    assert not re.search(r"\barg\d?\b", stub), "a parameter has no name"
    assert not re.search(r"-> (dict|list|tuple|object):", stub), "a type has no elements"
