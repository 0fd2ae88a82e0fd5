"""The package itself: version, program, files, what an import costs, types."""

import importlib.resources
import pathlib
import re
import subprocess
import sys

import shortlist
import shortlist._core

ROOT = pathlib.Path(__file__).parents[2]


def test_version_is_the_one_of_cmake():
    version = re.search(r"project\(shortlist VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    assert shortlist.__version__ == version


def test_program_has_the_same_version(program):
    output = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[0] == shortlist.__version__


def test_command_passes_arguments_and_exit_code():
    command = [sys.executable, "-c", "from shortlist._program import main; main()", "inspect", "no such.csv"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 3
    assert "no such.csv" in done.stderr


def test_package_is_typed():
    files = importlib.resources.files(shortlist)
    assert (files / "py.typed").is_file()
    assert "class Model:" in (files / "_core.pyi").read_text()


def test_import_is_light():
    """Imports neither numpy nor a table library, and takes less than 150 ms beyond Python's own start."""
    script = (
        "import sys, time; before = set(sys.modules); start = time.perf_counter(); import shortlist;"
        "print(time.perf_counter() - start, *sorted(set(sys.modules) - before))"
    )
    runs = [subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True) for _ in range(3)]
    seconds = min(float(run.stdout.split()[0]) for run in runs)
    imported = {name.split(".")[0] for name in runs[0].stdout.split()[1:]}
    assert imported.isdisjoint({"numpy", "pandas", "polars", "pyarrow", "duckdb", "scipy", "sklearn", "matplotlib"})
    assert seconds < 0.15


def test_extension_exports_only_its_entry():
    """Two copies of one library in a process must not meet, such as Python's OpenSSL and the engine's."""
    symbols = subprocess.run(
        ["nm", "-D", "--defined-only", shortlist._core.__file__], capture_output=True, text=True, check=True
    ).stdout
    names = {line.split()[-1] for line in symbols.splitlines()}
    assert {name for name in names if not name.startswith("_Z")} == {"PyInit__core"}


def test_nothing_links_protobuf_or_python(program):
    """A second protobuf in a process with TensorFlow crashes."""
    for file in [program, shortlist._core.__file__]:
        dynamic = subprocess.run(["readelf", "-d", file], capture_output=True, text=True, check=True).stdout
        needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
        assert needed
        assert not [name for name in needed if "protobuf" in name or "python" in name]


def test_package_passes_mypy():
    parent = pathlib.Path(str(importlib.resources.files(shortlist))).parent
    # mypy finds an installed package by itself, and another one by this variable.
    environment = {} if parent.name == "site-packages" else {"MYPYPATH": str(parent)}
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "-p", "shortlist"],
        capture_output=True, text=True, env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
