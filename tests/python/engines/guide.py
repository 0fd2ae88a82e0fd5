"""Runs the Python of a guide. It is a module of its own so that engines do not take its functions for a test's."""

import pathlib
import re
import subprocess
import sys

import shortlist as sl

ROOT = pathlib.Path(__file__).parents[3]
PROGRAM = pathlib.Path(sl.__file__).with_name("shortlist")


def run_guide(name: str, folder: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """Run the blocks of docs/guides/NAME.md in a folder with the guide's table and bundle, in a process of its own."""
    subprocess.run([PROGRAM, "synth", "--rows", "20000", "--out", "ratings.csv", "--quiet"], cwd=folder, check=True)
    config = (ROOT / "examples/synth/synth.toml").read_text()
    (folder / "synth.toml").write_text(re.sub(r"(?m)^epochs +=.*", "epochs = 2", config))
    subprocess.run([PROGRAM, "train", "synth.toml", "--out", "films", "--quiet"], cwd=folder, check=True)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / f"docs/guides/{name}.md").read_text(), re.S)
    assert blocks
    body = "".join(f"    {line}\n" if line else "\n" for block in blocks for line in block.splitlines())
    # Dask's workers import the program anew, which must not start it again.
    (folder / "guide.py").write_text(f'if __name__ == "__main__":\n{body}')
    command = [sys.executable, "-W", "ignore", "guide.py"]
    return subprocess.run(command, cwd=folder, text=True, capture_output=True, timeout=300, check=False)
