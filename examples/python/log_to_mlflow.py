"""A callback that logs a training to MLflow: pip install mlflow."""

import mlflow

import shortlist as sl


class LogToMlflow(sl.Callback):
    """Logs the metrics of each epoch, and the evaluation and the model's files at the end."""

    def on_epoch_end(self, run: sl.Run, epoch: sl.Epoch) -> None:
        metrics = {f"train/{name}": value for name, value in epoch.train.items()}
        metrics |= {f"validation/{name}": value for name, value in epoch.validation.items()}
        mlflow.log_metrics(metrics | {"learning_rate": epoch.learning_rate}, step=epoch.epoch)

    def on_train_end(self, run: sl.Run, report: dict) -> None:
        for name in ("rmse", "unseen_ndcg@10"):
            value = sl.Report(report).get(name)
            if value is not None:
                mlflow.log_metric(f"test/{name}", value)
        mlflow.log_artifacts(run.out, artifact_path="model")


def train(ratings, **parameters) -> sl.TwoTower:
    """Train in a run of MLflow."""
    with mlflow.start_run():
        model = sl.TwoTower(**parameters)
        mlflow.log_params({name: value for name, value in parameters.items() if isinstance(value, (str, int, float))})
        return model.fit(ratings, callbacks=[LogToMlflow()])
