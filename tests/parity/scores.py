#!/usr/bin/env python3
"""Prints mean ± standard deviation of test figures over runs, as a row of a Markdown table.

    tests/parity/scores.py [--epoch kept|N] RUN...

A RUN is a bundle, or a file that tests/parity/notebook.py wrote: of that, the last epoch's figures, or with --epoch those
of epoch N, or of the epoch that early stopping kept.
"""
import argparse
import json
import pathlib
import statistics

FIGURES = ("rmse", "top_1", "top_5", "top_10", "top_50", "top_100", "keras_top_1", "keras_top_5", "keras_top_10",
           "keras_top_50", "keras_top_100")


def figures_of(run, epoch):
    if run.is_dir():
        report = json.loads((run / "report.json").read_text())
        return {name: figure["value"] for task in report["tasks"] for name, figure in task["model"].items()}
    result = json.loads(run.read_text())
    if epoch == "kept":
        epoch = result["kept_epoch"] or len(result["epochs"])
    return result["epochs"][int(epoch or 0) - 1]["test"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epoch")
    parser.add_argument("runs", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    runs = [figures_of(run, options.epoch) for run in options.runs]
    cells = {}
    for name in FIGURES:
        values = [run[name] for run in runs if name in run]
        if values:
            spread = statistics.stdev(values) if len(values) > 1 else 0
            cells[name] = f"{statistics.mean(values):.4f} ± {spread:.4f}"
    print("| " + " | ".join(cells) + " |")
    print("| " + " | ".join(cells.values()) + " |")


main()
