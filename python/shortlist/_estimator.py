"""Estimators: models as scikit-learn has them."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from shortlist import _core
from shortlist._arguments import shown
from shortlist._callbacks import Callback
from shortlist._core import ConfigError
from shortlist._fitted import own_folder
from shortlist._model import Model
from shortlist._settings import plain
from shortlist._tables import kind_of
from shortlist._training import fit_model

Self = TypeVar("Self", bound="Estimator")


class Estimator(Model):
    """A model with parameters that :meth:`fit` trains.

    Follows scikit-learn's conventions: ``get_params``, ``set_params``, ``clone``, pickling, ``GridSearchCV``.
    """

    @classmethod
    def _parameter_names(cls) -> list[str]:
        names = list(inspect.signature(cls.__init__).parameters)
        return names[1:]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name.

        Parameters
        ----------
        deep : bool
            Of no effect: parameters are not estimators.

        Returns
        -------
        dict
            The value of each parameter.
        """
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self: Self, **parameters: Any) -> Self:
        """Set parameters by name.

        Parameters
        ----------
        **parameters : object
            The new values. ``features__genres__dim`` sets a key within a parameter.

        Returns
        -------
        self
            This estimator.
        """
        for name, value in parameters.items():
            first, _, rest = name.partition("__")
            if first not in self._parameter_names():
                near = _core.nearest(first, self._parameter_names())
                hint = f"; did you mean '{near}'?" if near else ""
                raise ConfigError(f"{type(self).__name__} has no parameter '{first}'{hint}")
            if rest:
                changed: dict[str, Any] = plain(getattr(self, first) or {})
                inner = changed
                *path, last = rest.split("__")
                for key in path:
                    inner[key] = dict(inner.get(key) or {})
                    inner = inner[key]
                inner[last] = value
                value = changed
            setattr(self, first, value)
        return self

    def _settings(self, data: Any) -> dict[str, Any]:
        """The config of these parameters for a table."""
        raise NotImplementedError

    def fit(
        self: Self,
        X: Any,
        y: Any = None,
        *,
        callbacks: Sequence[Callback] = (),
        resume: bool = False,
        overwrite: bool = True,
        from_bundle: str | os.PathLike[str] = "",
        keep_values: bool = False,
    ) -> Self:
        """Train on a table of interactions.

        Parameters
        ----------
        X : table
            A DataFrame of pandas or polars, an Arrow table, a DuckDB relation, a dict of columns, a sparse matrix of
            users × items, a file, a glob or a query.
        y : array, optional
            The label, if it is not a column of ``X``.
        callbacks : list of Callback
            Called during training.
        resume : bool
            Continue an interrupted fit from its newest checkpoint. Needs ``out``.
        overwrite : bool
            Whether to replace a run in the folder ``out``.
        from_bundle : path
            Begin with the weights of this bundle, whose config describes the same model. Values of categories that
            the table still has keep their embeddings; new ones begin with the mean.
        keep_values : bool
            With ``from_bundle``: also keep the values that the table no longer has.

        Returns
        -------
        self
            This estimator, fitted.
        """
        data = self._with_label(_interactions(X, self), y)
        parameters = self.get_params()
        out = parameters.get("out")
        folder = os.fspath(out) if out is not None else self._own_folder(resume)
        items, users = (parameters.get(name) for name in ("items", "users"))
        fit_model(
            self,
            self._settings(data),
            (data, items, users),
            folder,
            callbacks=callbacks,
            resume=resume,
            overwrite=overwrite and not resume and os.path.exists(folder),
            from_checkpoint="",
            from_bundle=os.fspath(from_bundle),
            keep_values=keep_values,
            threads=parameters["threads"],
            verbose=parameters["verbose"],
        )
        return self

    def _own_folder(self, resume: bool) -> str:
        if not resume or not hasattr(self, "_folder"):
            self._folder: str = own_folder(self)
        return self._folder

    def _with_label(self, data: Any, y: Any) -> Any:
        if y is None:
            return data
        label = getattr(self, "label", None) or getattr(y, "name", None) or "label"
        kind = kind_of(data)
        if kind == "pandas":
            return data.assign(**{label: getattr(y, "to_numpy", lambda: y)()})
        if kind == "polars":
            import polars as pl

            return data.with_columns(pl.Series(label, y))
        if isinstance(data, Mapping):
            return {**data, label: y}
        raise ConfigError("y: the label must be a column of X, unless X is a DataFrame or a dict")

    def score(self, X: Any, y: Any = None) -> float:
        """Return a score of the model on a table, the higher the better.

        It is the NDCG@10 of users' lists without seen items if the model knows users, else the recall@10, and the
        negative RMSE of a model that only predicts a label.

        Parameters
        ----------
        X : table
            The rows, as for :meth:`fit`.
        y : array, optional
            The label, if it is not a column of ``X``.

        Returns
        -------
        float
            The score.
        """
        report = self.evaluate(
            self._with_label(_interactions(X, self), y),
            items=getattr(self, "items", None),
            users=getattr(self, "users", None),
        )
        for metric in ("unseen_ndcg@10", "ndcg@10", "top_10"):
            value = report.get(metric)
            if value is not None:
                return value
        return -report["rmse"]

    def __sklearn_is_fitted__(self) -> bool:
        return self._engine is not None

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=None,
            regressor_tags=None,
            classifier_tags=None,
            input_tags=InputTags(two_d_array=False, string=True, categorical=True),
        )

    def __repr__(self) -> str:
        signature = inspect.signature(type(self).__init__)
        changed = []
        for name, value in self.get_params().items():
            default = signature.parameters[name].default
            if value is default or (isinstance(value, (str, int, float)) and value == default):
                continue
            is_table = kind_of(value) is not None
            changed.append(f"{name}=<{type(value).__name__}>" if is_table else f"{name}={shown(value)}")
        return f"{type(self).__name__}({', '.join(changed)})"


def _interactions(X: Any, estimator: Any) -> Any:
    """A sparse matrix of users × items as columns; any other table as it is."""
    if not hasattr(X, "tocoo"):
        return X
    matrix = X.tocoo()
    query = getattr(estimator, "query", None) or getattr(estimator, "user", None)
    user = query if isinstance(query, str) else "user"
    item = estimator.item if isinstance(estimator.item, str) else "item"
    label = getattr(estimator, "label", None) or "value"
    return {user: matrix.row.astype("int64"), item: matrix.col.astype("int64"), label: matrix.data}
