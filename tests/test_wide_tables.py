"""Tables of thousands of columns: what `init` takes grows no faster than they do."""

import random
import resource
import tomllib

from program import run
from tables import pairs, write


def processor_seconds(folder, columns):
    """Of `init` on a table whose columns all become features; and their number."""
    draws = random.Random(columns)
    header = "user,item,rating," + ",".join(f"x{c}" for c in range(columns))
    write(folder, header + "\n" + "".join(
        f"u{u},i{i},{r}," + ",".join(str(draws.randrange(9)) for _ in range(columns)) + "\n" for u, i, r in pairs(200)))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run("init", "in.csv", cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    features = len(tomllib.loads(done.stdout)["features"])
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, features


def test_init_takes_time_in_proportion_to_the_columns(tmp_path):
    few, features = processor_seconds(tmp_path, 600)
    assert features > 600
    many, features = processor_seconds(tmp_path, 2400)
    assert features > 2400
    assert many < 10 * few  # four times as many columns: sixteen times as long would be their square
