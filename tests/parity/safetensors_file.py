"""Cases that another library computed, for the C++ tests to read: shortlist/testing/fixture.h."""
import json
import pathlib
import struct

import numpy as np

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
            self.tensors[f"{case}/{name}"] = values

    def write(self):
        header, data = {"__metadata__": self.settings}, b""
        for name, values in self.tensors.items():
            dtype = {"float32": "F32", "int32": "I32"}[values.dtype.name]
            end = len(data) + values.nbytes
            header[name] = {"dtype": dtype, "shape": values.shape, "data_offsets": [len(data), end]}
            data += values.tobytes()
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        FOLDER.mkdir(exist_ok=True)
        self.path.write_bytes(struct.pack("<Q", len(text)) + text + data)
        print(f"{self.path.name}: {len(self.settings)} cases, {self.path.stat().st_size:,} bytes")
