"""The wheel as a user gets it: repaired, in an empty virtual environment, without a compiler on the path."""

import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel() -> pathlib.Path:
    folder = ROOT / "build-wheel/wheels"
    for old in folder.glob("*.whl"):
        old.unlink()
    code = subprocess.run([ROOT / "dev", "wheel"]).returncode
    if code == 77:
        pytest.skip("Debian's sources of fmt, highway and prometheus-cpp cannot be fetched")
    assert code == 0
    [file] = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def venv(wheel, tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin/pip", "install", "-q", "--only-binary", ":all:", wheel], check=True)
    return folder


def run(venv: pathlib.Path, *command: object) -> str:
    """What a command of the environment prints, with an empty path and outside the repository."""
    program, *arguments = command
    return subprocess.run(
        [venv / "bin" / str(program), *map(str, arguments)],
        env={"PATH": "/nowhere"}, cwd=venv, capture_output=True, text=True, check=True,
    ).stdout


def test_wheel_runs_with_glibc_2_28(wheel):
    versions = [tuple(map(int, match)) for match in re.findall(r"manylinux_(\d+)_(\d+)_x86_64", wheel.name)]
    assert versions and max(versions) <= (2, 28)


def test_wheel_has_nothing_of_the_machine_that_built_it(wheel):
    with zipfile.ZipFile(wheel) as archive:
        binaries = [name for name in archive.namelist() if name.startswith("shortlist/") and "libduckdb" not in name]
        assert len(binaries) > 3
        for name in binaries:
            assert str(ROOT).encode() not in archive.read(name), name


def test_wheel_has_the_terms_of_what_it_links(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {pathlib.PurePath(name).stem for name in archive.namelist() if "shortlist/licenses/" in name}
    assert {"agg", "boost1.81", "cli11", "duckdb", "fmt", "hwy", "nanobind", "ssl", "stdc++-12"} <= names


def test_package_imports_without_a_compiler(venv):
    version = run(venv, "python", "-c", "import shortlist; print(shortlist.__version__, shortlist.__file__)")
    assert str(venv) in version
    assert run(venv, "shortlist", "--version").splitlines()[0] == version.split()[0]


def test_command_finds_duckdb_of_the_wheel(venv):
    run(venv, "shortlist", "synth", "--rows", 100, "--out", "ratings.csv", "--quiet")
    assert "100 rows" in run(venv, "shortlist", "inspect", "ratings.csv")
    libraries = list(venv.glob("lib/*/site-packages/shortlist/libduckdb.so"))
    assert len(libraries) == 1


def test_start_and_math_are_those_of_the_build(venv, program):
    """The wheel's program starts and computes by other versions of glibc's functions; the bits are the same."""
    config = ROOT / "examples/synth/synth.toml"
    run(venv, "shortlist", "synth", "--rows", 5000, "--out", "small.csv", "--quiet")
    arguments = ["train", config, "--data", venv / "small.csv", "--set", "training.epochs=1", "--quiet", "--out"]
    run(venv, "shortlist", *arguments, venv / "wheel")
    subprocess.run([program, *arguments, venv / "build"], check=True, capture_output=True)
    assert (venv / "wheel/weights.safetensors").read_bytes() == (venv / "build/weights.safetensors").read_bytes()


def test_source_distribution_has_what_a_build_needs(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "build", "-q", "--sdist", "--no-isolation", "-o", tmp_path, ROOT], check=True, cwd=tmp_path
    )
    [file] = tmp_path.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "CMakeLists.txt", "LICENSE", "README.md", "python/shortlist/__init__.py"} <= names
    assert {"cmake/python.cmake", "shortlist/python/core.cc", "build/web/index.html"} <= names
    assert not [name for name in names if name.startswith(("web/", "tests/", ".deps", "build-")) or name.endswith(".so")]
