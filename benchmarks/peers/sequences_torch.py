"""Trains SASRec in RecTools for some epochs and prints one JSON object: sequences_torch.py rectools TABLE EPOCHS THREADS.

TABLE is a CSV file with the columns user, item and time. The settings are those of benchmarks/sequences.py."""

import json
import os
import sys
import time

name, table, epochs, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
os.environ["OMP_NUM_THREADS"] = str(threads)

import pandas as pd  # noqa: E402
import torch  # noqa: E402

torch.set_num_threads(threads)
torch.manual_seed(1)


def rectools(rows):
    import rectools
    from rectools import Columns
    from rectools.dataset import Dataset
    from rectools.models import SASRecModel

    rows = rows.rename(columns={"user": Columns.User, "item": Columns.Item})
    rows[Columns.Datetime], rows[Columns.Weight] = pd.to_datetime(rows["time"], unit="s"), 1.0
    dataset = Dataset.construct(rows)
    model = SASRecModel(n_blocks=2, n_heads=1, n_factors=50, session_max_len=200, dropout_rate=0.2, loss="softmax",
                        batch_size=128, lr=1e-3, epochs=epochs, verbose=0, dataloader_num_workers=0)
    begin, cpu = time.perf_counter(), time.process_time()
    model.fit(dataset)
    return f"RecTools {rectools.__version__}, PyTorch {torch.__version__}", begin, cpu


rows = pd.read_csv(table)
library, begin, cpu = {"rectools": rectools}[name](rows)
seconds = time.perf_counter() - begin
print(json.dumps({"peer": library, "threads": threads, "epochs": epochs, "rows": len(rows), "seconds": seconds,
                  "processor_seconds": time.process_time() - cpu, "rows_per_second": len(rows) * epochs / seconds}))
