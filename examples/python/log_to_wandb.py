"""A callback that logs a training to Weights & Biases: pip install wandb."""

import wandb

import shortlist as sl


class LogToWandb(sl.Callback):
    """Logs the loss of the steps, the metrics of the epochs, and the evaluation at the end."""

    step_interval = 1.0  # seconds

    def on_step_end(self, run: sl.Run, step: sl.Step) -> None:
        wandb.log({"step/loss": step.metrics["loss"], "learning_rate": step.learning_rate})

    def on_epoch_end(self, run: sl.Run, epoch: sl.Epoch) -> None:
        metrics = {f"train/{name}": value for name, value in epoch.train.items()}
        metrics |= {f"validation/{name}": value for name, value in epoch.validation.items()}
        wandb.log(metrics | {"epoch": epoch.epoch})

    def on_train_end(self, run: sl.Run, report: dict) -> None:
        wandb.summary["verdict"] = " ".join(report["verdict"])


def train(ratings, project: str, **parameters) -> sl.TwoTower:
    """Train in a run of Weights & Biases."""
    wandb.init(project=project)
    try:
        return sl.TwoTower(**parameters).fit(ratings, callbacks=[LogToWandb()])
    finally:
        wandb.finish()
