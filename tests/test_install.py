"""An installed Shortlist serves a CMake project of its own."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ["SHORTLIST"])


def run(*command, **kwargs):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **kwargs)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_project_of_its_own_finds_builds_and_asks(tmp_path):
    prefix = tmp_path / "prefix"
    run("cmake", "--install", PROGRAM.parent, "--prefix", prefix)
    run("cmake", "-G", "Ninja", "-S", ROOT / "examples/embed", "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path / "build")

    program = prefix / "bin/shortlist"
    table, model = tmp_path / "ratings.csv", tmp_path / "model"
    run(program, "synth", "--rows", "3000", "--out", table)
    run(program, "train", ROOT / "examples/synth/synth.toml", "--data", table, "--out", model, "--epochs", "1")
    answer = run(tmp_path / "build/ask", model, "user=u000001").splitlines()
    assert len(answer) == 5
    titles = [line.split("\t")[0] for line in answer]
    told = run(program, "recommend", model, "--query", "user=u000001", "-k", "5", "--format", "csv").splitlines()
    assert len(told) == 6
    for title, line in zip(titles, told[1:]):
        assert title in line


def test_public_headers_stand_alone(tmp_path):
    prefix = tmp_path / "prefix"
    run("cmake", "--install", PROGRAM.parent, "--prefix", prefix)
    headers = sorted((prefix / "include/shortlist").rglob("*.h"))
    assert headers
    for header in headers:
        source = tmp_path / "alone.cc"
        source.write_text(f'#include "{header.relative_to(prefix / "include")}"\nint main() {{}}\n')
        run("g++", "-std=c++20", "-fsyntax-only", f"-I{prefix / 'include'}", source)
