"""Damaged bundles and runs: whatever happens to a file, the program names it and ends with exit code 3."""

import hashlib
import json
import os
import random
import re
import shutil
import struct
import subprocess

import pytest

from program import CONFIG, PROGRAM, QUERY, hashes, run

RAW = re.compile(r"json\.exception|filesystem error|basic_|vector::|std::|terminate|what\(\)|stoll|check failed")
SOME = 4  # damages of one kind and file


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a bundle that has a graph, and a run of four epochs whose checkpoints are all kept."""
    folder = tmp_path_factory.mktemp("damage")
    run("synth", "--rows", 1500, "--users", 60, "--items", 120, "--seed", 5, "--out", "ratings.csv", "--quiet", cwd=folder)
    (folder / "config.toml").write_text(CONFIG.replace("epochs    = 3", "epochs = 4\nkeep_checkpoints = 0"))
    run("train", "config.toml", "--out", "bundle", "--set", "retrieval.index=hnsw", "--quiet", cwd=folder)
    return folder


@pytest.fixture
def bundle(place, tmp_path):
    """A copy to spoil, and its files as they were."""
    shutil.copytree(place / "bundle", tmp_path / "bundle", ignore=shutil.ignore_patterns("run"))
    return tmp_path / "bundle"


def ask(bundle):
    """Loads the bundle; (exit code, message)."""
    done = subprocess.run([PROGRAM, "recommend", bundle, *QUERY], text=True, errors="replace", capture_output=True, timeout=20)
    assert RAW.search(done.stderr) is None, done.stderr
    return done.returncode, done.stderr


def ask_to_serve(bundle):
    """Has the bundle ready to be served, which asks its golden requests; (exit code, message)."""
    words = ""
    with subprocess.Popen([PROGRAM, "serve", bundle, "--port", "0"], text=True, errors="replace", stderr=subprocess.PIPE) as process:
        for line in process.stderr:
            words += line
            if "msg=serving" in line:
                process.kill()
        process.wait(20)
    assert RAW.search(words) is None, words
    return (0 if process.returncode == -9 else process.returncode), words


def refuses(bundle, name, ask=ask):
    code, message = ask(bundle)
    assert code == 3, f"{name}: exit code {code}: {message}"
    assert f"{bundle}/{name}" in message, message
    return message


def files_of(bundle):
    return sorted(path.name for path in bundle.iterdir() if path.is_file())


def sign(bundle, *names):
    """Makes the manifest fit the files as they are."""
    manifest = json.loads((bundle / "manifest.json").read_text())
    for entry in manifest["files"]:
        if entry["name"] in names:
            content = (bundle / entry["name"]).read_bytes()
            entry.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    sign_manifest(bundle, manifest)


def sign_manifest(bundle, manifest):
    manifest.pop("sha256", None)

    def text():
        return json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    manifest["sha256"] = hashlib.sha256(text().encode()).hexdigest()
    (bundle / "manifest.json").write_text(text())


def flipped(data, draw):
    at = draw.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :]


def cut(data, draw):
    return data[: draw.randrange(len(data))]


@pytest.mark.parametrize("change", [flipped, cut])
def test_a_changed_byte_or_a_lost_end_names_the_file(bundle, change):
    draw = random.Random(change.__name__)
    for name in files_of(bundle):
        whole = (bundle / name).read_bytes()
        for _ in range(2 if name != "manifest.json" else 4 * SOME):
            (bundle / name).write_bytes(change(whole, draw))
            if name == "manifest.json" and (bundle / name).read_bytes().split() == whole.split():
                continue  # a space that became another space
            refuses(bundle, name)
        (bundle / name).write_bytes(whole)
    assert ask(bundle)[0] == 0


def no_file(path):
    pass


def a_folder(path):
    path.mkdir()


def a_pipe(path):
    os.mkfifo(path)


def a_device(path):
    path.symlink_to("/dev/zero")


def a_link_to_nothing(path):
    path.symlink_to("nowhere")


def a_link_to_itself(path):
    path.symlink_to(path.name)


def a_link_to_another_file(path):
    path.symlink_to("/etc/passwd")


def an_empty_file(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("put", [no_file, a_folder, a_pipe, a_device, a_link_to_nothing, a_link_to_itself, a_link_to_another_file, an_empty_file])
def test_something_else_in_place_of_a_file_names_it(bundle, put):
    for name in files_of(bundle):
        path = bundle / name
        path.rename(bundle / "kept")
        put(path)
        if name == "manifest.json" and put in (no_file, a_link_to_nothing):
            assert ask(bundle)[0] == 3 and "it has no manifest.json" in ask(bundle)[1]
        else:
            refuses(bundle, name)
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        (bundle / "kept").rename(path)
    assert ask(bundle)[0] == 0


def test_a_link_to_the_same_bytes_is_as_good_as_the_file(bundle, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    for name in files_of(bundle):
        (bundle / name).rename(tmp_path / "elsewhere" / name)
        (bundle / name).symlink_to(tmp_path / "elsewhere" / name)
    assert ask(bundle)[0] == 0


def test_a_file_that_the_manifest_does_not_list_is_not_read(bundle):
    whole = json.loads((bundle / "manifest.json").read_text())
    needed = ["config.toml", "features.json", "weights.safetensors", "items.json", "item_vectors.safetensors", "index.safetensors", "history.json", "report.json"]
    for name in needed:
        sign_manifest(bundle, {**whole, "files": [file for file in whole["files"] if file["name"] != name]})
        assert f"does not list {name}" in refuses(bundle, "manifest.json")
    others = [file for file in whole["files"] if file["name"] in needed]
    sign_manifest(bundle, {**whole, "files": others})
    for name in files_of(bundle):
        if name not in needed and name != "manifest.json":
            (bundle / name).write_text("garbage")
    assert ask(bundle)[0] == 0


def places_in(tree, path=()):
    yield path
    children = tree.items() if isinstance(tree, dict) else enumerate(tree[:3]) if isinstance(tree, list) else ()
    for key, child in children:
        yield from places_in(child, (*path, key))


OTHERS = [None, True, -1, 0, 1.5, 1e300, 2**63, "", "text", "a\0b", [], {}, [None], {"a": 1}]


def bent(tree, draw):
    """The tree with one value replaced, or one key removed."""
    tree = json.loads(json.dumps(tree))
    path = draw.choice(list(places_in(tree)))
    if not path:
        return draw.choice(OTHERS)
    parent = tree
    for key in path[:-1]:
        parent = parent[key]
    if draw.random() < 0.3:
        del parent[path[-1]]
    else:
        parent[path[-1]] = draw.choice(OTHERS)
    return tree


def bend_json(path, draw):
    path.write_text(json.dumps(bent(json.loads(path.read_text()), draw)))


def bend_tensors(path, draw):
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.dumps(bent(json.loads(data[8 : 8 + size]), draw)).encode()
    header += b" " * (-(8 + len(header)) % 64)
    path.write_bytes(struct.pack("<Q", len(header)) + header + data[8 + size :])


def bend_numbers(path, draw):
    data = bytearray(path.read_bytes())
    (size,) = struct.unpack("<Q", data[:8])
    at = 8 + size + 4 * draw.randrange((len(data) - 8 - size) // 4)
    data[at : at + 4] = draw.choice([b"\xff\xff\xff\xff", b"\0\0\xc0\x7f", b"\0\0\x80\xff"])
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["features.json", "items.json", "labels.json", "history.json", "report.json", "golden.json"])
def test_json_of_another_shape_names_the_file(bundle, name):
    draw, whole = random.Random(name), (bundle / name).read_bytes()
    question = ask_to_serve if name == "golden.json" else ask
    for _ in range(3 * SOME):
        bend_json(bundle / name, draw)
        sign(bundle, name)
        code, message = question(bundle)
        # Features that were made smaller are as they should be, but the weights do not fit them.
        names = f"{bundle}/" if name == "features.json" else f"{bundle}/{name}"
        assert code == 0 or (code == 3 and names in message), f"exit code {code}: {message}"
        (bundle / name).write_bytes(whole)


@pytest.mark.parametrize("bend", [bend_tensors, bend_numbers])
@pytest.mark.parametrize("name", ["weights", "item_vectors", "index", "ratings"])
def test_tensors_that_do_not_fit_name_the_file(bundle, name, bend):
    name += ".safetensors"
    draw, whole = random.Random(name), (bundle / name).read_bytes()
    for _ in range(SOME):
        bend(bundle / name, draw)
        sign(bundle, name)
        code, message = ask(bundle)
        if bend == bend_numbers and name in ("weights.safetensors", "item_vectors.safetensors"):
            assert code == 3
        assert code == 0 or (code == 3 and f"{bundle}/{name}" in message), f"exit code {code}: {message}"
        (bundle / name).write_bytes(whole)


def test_a_manifest_of_another_shape_is_named(bundle):
    draw, whole = random.Random("manifest"), json.loads((bundle / "manifest.json").read_text())
    for _ in range(5 * SOME):
        manifest = bent(whole, draw)
        if isinstance(manifest, dict):
            sign_manifest(bundle, manifest)
        else:
            (bundle / "manifest.json").write_text(json.dumps(manifest))
        code, message = ask(bundle)  # which may do without a file that the manifest does not list any more
        assert code == 0 or (code == 3 and str(bundle) in message), f"{code}: {message}"


@pytest.mark.parametrize("name", ["items.json", "golden.json", "manifest.json"])
def test_a_number_without_end_and_a_zero_byte_are_told(bundle, name):
    whole = (bundle / name).read_text()
    (bundle / name).write_text(re.sub(r": (\d+|true|\[)", ": 1e999", whole, count=1))
    sign(bundle, name) if name != "manifest.json" else None
    question = ask_to_serve if name == "golden.json" else ask
    assert "1e999" in refuses(bundle, name, question)
    (bundle / name).write_text(whole + "\0{}")
    sign(bundle, name) if name != "manifest.json" else None
    assert "zero byte" in refuses(bundle, name, question)


def test_a_zero_byte_in_a_config_is_told(place, tmp_path):
    text = (place / "config.toml").read_text()
    (tmp_path / "config.toml").write_text(text.replace('user  = "user"', 'user = "us\\u0000er"'))
    message = run("train", "config.toml", "--data", place / "ratings.csv", cwd=tmp_path, code=2).stderr
    assert "config.toml:" in message and "zero byte" in message
    message = run("train", place / "config.toml", "--set", 'data.user="a\\u0000b"', cwd=tmp_path, code=2).stderr
    assert "zero byte" in message


def test_a_zero_byte_in_the_name_of_a_column_is_told(tmp_path):
    (tmp_path / "a.json").write_text('{"us\\u0000er": 1, "x": 2}\n{"us\\u0000er": 3, "x": 4}\n')
    (tmp_path / "b.csv").write_bytes(b"us\0er,x\n1,2\n3,4\n")
    for name in ("a.json", "b.csv"):
        assert "the name 'us' has a zero byte" in run("inspect", name, cwd=tmp_path, code=3).stderr


def test_a_run_of_another_shape_is_named(place, tmp_path):
    shutil.copytree(place / "bundle", tmp_path / "bundle")
    path = tmp_path / "bundle/run/run.json"
    for text in ("[]", "{", '{"table": 7}', "1e999", "null"):
        path.write_text(text)
        message = run("evaluate", tmp_path / "bundle", cwd=place, code=3).stderr
        assert f"{path}" in message and RAW.search(message) is None
    path.unlink()
    os.mkfifo(path)
    assert str(path) in run("evaluate", tmp_path / "bundle", cwd=place, code=3).stderr


# Checkpoints


@pytest.fixture
def stopped(place, tmp_path):
    """The run of the bundle without the bundle: it goes on from its last checkpoint."""
    shutil.copytree(place / "bundle/run", tmp_path / "out/run")
    return tmp_path / "out"


def resume(place, out, code=0):
    return run("train", "config.toml", "--out", out, "--set", "retrieval.index=hnsw", "--resume", "--quiet", cwd=place, code=code).stderr


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_taken(place, stopped):
    draw = random.Random("checkpoint")
    newest = sorted((stopped / "run/checkpoints").iterdir())[-1]
    assert newest.name == "epoch-0004.safetensors"
    whole = newest.read_bytes()
    (header,) = struct.unpack("<Q", whole[:8])
    places = [3, draw.randrange(header), whole.index(b"shortlist checkpoint 3") + 21, draw.randrange(header, len(whole))]
    for at in places:
        newest.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << draw.randrange(8)]) + whole[at + 1 :])
        words = resume(place, stopped)
        assert f"{newest}" in words and "epoch-0003.safetensors" in words, words
        assert hashes(stopped) == hashes(place / "bundle"), f"byte {at}"
        assert newest.read_bytes() == whole
        newest.with_name(newest.name + ".damaged").unlink()


@pytest.mark.parametrize("put", [a_folder, a_pipe, a_device, a_link_to_nothing, an_empty_file])
def test_something_else_in_place_of_a_checkpoint_is_named(place, stopped, put):
    newest = sorted((stopped / "run/checkpoints").iterdir())[-1]
    newest.unlink()
    put(newest)
    assert str(newest) in resume(place, stopped)
    assert hashes(stopped) == hashes(place / "bundle")


def test_a_run_whose_checkpoints_are_all_damaged_ends(place, stopped):
    for checkpoint in (stopped / "run/checkpoints").iterdir():
        checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    message = resume(place, stopped, code=3)
    assert "epoch-0004.safetensors" in message and "no other checkpoint" in message
    assert len(list((stopped / "run/checkpoints").iterdir())) == 4


def test_checkpoints_sort_by_number(place, stopped):
    folder = stopped / "run/checkpoints"
    (folder / "epoch-0004.safetensors").rename(folder / "epoch-10000.safetensors")
    (folder / "epoch-0003.safetensors").rename(folder / "epoch-9999.safetensors")
    (folder / "epoch-10000.safetensors").write_bytes(b"")
    assert "epoch-10000.safetensors" in resume(place, stopped)


def test_a_training_removes_what_killed_ones_left(place, stopped):
    left = [stopped / "run" / name for name in ("run.json.tmp-12345-0", "checkpoints/epoch-0002.safetensors.tmp-999-0")]
    for path in left:
        path.write_text("half")
    resume(place, stopped)
    assert not any(path.exists() for path in left)


# Numbers that are not finite


def train(place, out, *arguments, code=0):
    return run("train", "config.toml", "--out", out, "--quiet", *arguments, cwd=place, code=code).stderr


def test_no_checkpoint_is_saved_after_an_update_that_is_not_finite(place, tmp_path):
    # With one step an epoch the loss, which is that before the update, stays finite.
    wild = ["--set", "training.batch=100000", "--set", "training.optimizer={ sgd = 1e38 }"]
    message = train(place, tmp_path / "wild", *wild, code=1)
    assert "finite" in message and "lower the learning rate" in message and "train again" in message
    assert not any((tmp_path / "wild/run/checkpoints").glob("*"))


def test_a_lower_learning_rate_goes_on_where_a_higher_one_failed(place, tmp_path):
    out, keep = tmp_path / "out", ["--set", "training.keep_checkpoints=1"]
    train(place, out, "--epochs", 1, *keep, "--set", "training.optimizer={ sgd = 0.01 }")
    kept = {path.name: path.read_bytes() for path in (out / "run/checkpoints").iterdir()}
    message = train(place, out, "--resume", *keep, "--set", "training.optimizer={ sgd = 1e30 }", code=1)
    assert "epoch 2, step" in message and "the last checkpoint is kept" in message
    assert kept == {path.name: path.read_bytes() for path in (out / "run/checkpoints").iterdir()}
    train(place, out, "--resume", *keep, "--set", "training.optimizer={ sgd = 0.005 }")
    rates = [epoch["learning_rate"] for epoch in json.loads((out / "history.json").read_text())["epochs"]]
    assert rates == [0.01, 0.005, 0.005, 0.005]
