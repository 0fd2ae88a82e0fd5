"""Cases that TensorFlow computed, for the C++ tests to read: shortlist/io/fixture.h."""
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).parent / "fixtures"


class Fixture:
    """One safetensors file: the metadata hold each case's settings as a config would write them, in TOML; its tensors
    are named CASE/TENSOR."""

    def __init__(self, name):
        self.path = FOLDER / f"{name}.safetensors"
        self.random = np.random.default_rng(7)
        self.settings, self.tensors = {}, {}

    def normal(self, *shape, scale=1.0):
        return (scale * self.random.standard_normal(shape)).astype(np.float32)

    def add(self, case, settings, **tensors):
        assert case not in self.settings, case
        self.settings[case] = settings
        for name, values in tensors.items():
            self.tensors[f"{case}/{name}"] = np.ascontiguousarray(values)

    def write(self):
        FOLDER.mkdir(exist_ok=True)
        save_file(self.tensors, self.path, self.settings)
        print(f"{self.path.name}: {len(self.settings)} cases, {self.path.stat().st_size:,} bytes")
