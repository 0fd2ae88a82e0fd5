"""The weights after a short training of each example are the very bytes they were before.

A change that means to keep the numbers of training keeps these; one that means to change them changes the list below and
says why. The bytes depend on the C library's functions and on fused multiply-add, so other machines skip this. The real
tables are looked for in SHORTLIST_DATA, or in ../shared/data."""

import hashlib
import os
import pathlib
import platform

import pytest

from program import run

ROOT = pathlib.Path(__file__).parent.parent
DATA = pathlib.Path(os.environ.get("SHORTLIST_DATA", ROOT.parent / "shared/data"))
MOVIELENS = {
    "context": "895cc8eb3431b48905817b23d0cc5183083d1f8538a6fbb4b4d646d66b006816",
    "dcn": "0af0adaf54c005f405836653a1b02797f799c7f46c6fdb42e71aa963a83d8e1f",
    "dcn_low_rank": "db98925539cb07dfe55b13ce974b8a9e75be12929053bb36d5cab23e9b607ce8",
    "deep_net": "9956d691815470efd0c72cfd36bd7593c067ed4bc49bab209bf8d7811d088b7d",
    "deep_towers": "333edf3d93286b83037db962de17f1cadaa9e803abe6ed599a08c17ea9b5a4c3",
    "multitask": "168305225a7c0c49a136f41dafdcd602ba7ba48c2060ed257e2c13072623af4d",
    "ranking": "707f0b9c147ab5acee7e8a967c58a24acd1cd5ec7a9ff12e14bc1b58c4651044",
    "retrieval": "6cd2521d3f9e3ed8c61195abea709d549c4cd423ca6b0089c5491fdd740a88f4",
}
ANIME = "5e29fd87516e870ac2dd4e5880c769a9cbd335fa5301315c539a6c7fc9701e42"
SYNTH = "220b0464803c2da820b3f633532c97959e389e3fe90d66a1f9dc6b761d822380"


def has_fused_multiply_add():
    try:
        return " fma " in pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64" or platform.libc_ver() != ("glibc", "2.36") or not has_fused_multiply_add(),
    reason="the bytes are those of glibc 2.36 on x86-64 with fused multiply-add")


def weights_after(config, table, epochs, out):
    run("train", ROOT / "examples" / config, "--data", table, "--epochs", epochs, "--out", out, "--quiet")
    return hashlib.sha256((out / "weights.safetensors").read_bytes()).hexdigest()


def table(name):
    if not (DATA / name).exists():
        pytest.skip(f"needs {name} in SHORTLIST_DATA or ../shared/data")
    return DATA / name


def test_of_the_synthetic_table(tmp_path):
    run("synth", "--rows", "20000", "--out", tmp_path / "synth.csv", "--quiet")
    assert weights_after("synth/synth.toml", tmp_path / "synth.csv", 3, tmp_path / "run") == SYNTH


def test_of_the_anime_table(tmp_path):
    assert weights_after("anime/anime.toml", table("anime/clean_data.csv"), 2, tmp_path / "run") == ANIME


@pytest.mark.parametrize("name", MOVIELENS)
def test_of_movielens(name, tmp_path):
    found = weights_after(f"movielens/{name}.toml", table("ml-100k"), 2, tmp_path / "run")
    assert found == MOVIELENS[name]
