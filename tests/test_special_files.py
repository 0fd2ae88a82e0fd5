"""Files that a server or an import reads: what is put in their place never blocks it, and a byte order mark is skipped."""

import os
import shutil
import subprocess

import pytest

from program import CONFIG, PROGRAM
from serving import make_bundles, run, serving

MARK = b"\xef\xbb\xbf"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("special")
    make_bundles(folder, {"one": 1})
    return folder


def refused(*arguments, cwd):
    """What the program says; it does not wait for a pipe's writer."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, text=True, capture_output=True, timeout=20)
    assert done.returncode == 3, done.stderr
    return done.stderr


def a_pipe(path):
    os.mkfifo(path, 0o600)


def a_folder(path):
    path.mkdir()


@pytest.mark.parametrize("put, word", [(a_pipe, "a pipe"), (a_folder, "a folder")])
def test_keys_and_certificates_need_files(place, tmp_path, put, word):
    odd, good = tmp_path / "odd", tmp_path / "good.pem"
    put(odd)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                    "-subj", "/CN=x", "-keyout", good, "-out", tmp_path / "certificate"], check=True, capture_output=True)  # fmt: skip
    with open(good, "ab") as file:
        file.write((tmp_path / "certificate").read_bytes())
    assert f"cannot read {odd}: it is {word}" in refused("serve", "one", "--port", 0, "--keys", odd, cwd=place)
    for certificate, key in ((odd, good), (good, odd)):
        message = refused("serve", "one", "--port", 0, "--tls-certificate", certificate, "--tls-key", key, cwd=place)
        assert f"cannot read {odd}: it is {word}, need a file" in message and "PEM" in message


def test_a_pipe_is_no_checkpoint_of_keras(place, tmp_path):
    shutil.copy(place / "ratings.csv", tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG)
    for name in ("model.weights.h5", "model.index", "checkpoint"):
        os.mkfifo(tmp_path / name)
    for path in ("model.weights.h5", "model", "model.index", "."):
        assert "checkpoint" in refused("import", path, "--config", "config.toml", "--out", "out", cwd=tmp_path)


@pytest.mark.parametrize("content", [b"one\0two\n", b"one\ntwo\n", b"x" * 5000, b"\n"])
def test_a_pointer_names_one_folder(place, tmp_path, content):
    (tmp_path / "one").symlink_to(place / "one")
    (tmp_path / "latest").write_bytes(content)
    message = refused("serve", "m=.", "--port", 0, cwd=tmp_path)
    needed = "need the number of the release" if content == b"one\ntwo\n" else "need the name of a bundle's folder"
    assert "./latest: " in message and needed in message


def test_marks_of_utf8_are_skipped(place, tmp_path):
    shutil.copytree(place / "one", tmp_path / "one")
    (tmp_path / "latest").write_bytes(MARK + b"one\r\n")
    key = run("key", "page", "--keys", "keys", cwd=tmp_path).stdout.strip()
    (tmp_path / "keys").write_bytes(MARK + b"# who may\n" + (tmp_path / "keys").read_bytes())
    run("key", "other", "--keys", "keys", cwd=tmp_path)
    with serving("m=.", "--keys", "keys", cwd=tmp_path) as server:
        assert server.post("/v1/recommend", {"k": 1}, headers={"X-API-Key": key})[0] == 200
