"""The examples: configs are read, and programs that log to other tools run with stubs of these tools."""

import contextlib
import importlib.util
import pathlib
import sys
import types

import pytest

import shortlist as sl

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples/python"
CONFIGS = sorted(ROOT.glob("examples/**/*.toml"))
PARAMETERS = {"query": "user", "item": "item", "label": "rating", "epochs": 2, "verbose": False}


def load(name, monkeypatch, **stubs):
    for module, stub in stubs.items():
        monkeypatch.setitem(sys.modules, module, stub)
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_config_is_read(path):
    assert sl.Config.from_file(path).complete().training.epochs >= 1


def test_every_example_is_tested():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {"log_to_mlflow", "log_to_wandb"}


def test_mlflow_gets_metrics_parameters_and_files(ratings, monkeypatch):
    logged = {"metrics": [], "metric": {}, "files": [], "parameters": {}}

    def log_artifacts(folder, artifact_path):
        logged["files"] += [path.name for path in pathlib.Path(folder).iterdir()]

    mlflow = types.SimpleNamespace(
        start_run=contextlib.nullcontext,
        log_params=logged["parameters"].update,
        log_metrics=lambda metrics, step: logged["metrics"].append((step, metrics)),
        log_metric=lambda name, value: logged["metric"].update({name: value}),
        log_artifacts=log_artifacts,
    )
    model = load("log_to_mlflow", monkeypatch, mlflow=mlflow).train(ratings, **PARAMETERS)
    assert [step for step, _ in logged["metrics"]] == [1, 2]
    assert "validation/rmse" in logged["metrics"][0][1]
    assert logged["metric"]["test/rmse"] == pytest.approx(model.report["rmse"])
    assert logged["parameters"]["epochs"] == 2
    assert "manifest.json" in logged["files"]


def test_wandb_gets_steps_epochs_and_the_verdict(ratings, monkeypatch):
    logged, calls = [], []
    wandb = types.SimpleNamespace(
        init=lambda project: calls.append(project), log=logged.append, finish=lambda: calls.append("finish"), summary={}
    )
    model = load("log_to_wandb", monkeypatch, wandb=wandb).train(ratings, "films", **PARAMETERS)
    assert calls == ["films", "finish"]
    assert [entry["epoch"] for entry in logged if "epoch" in entry] == [1, 2]
    assert any("step/loss" in entry for entry in logged)
    assert wandb.summary["verdict"] == " ".join(model.report.verdict)
