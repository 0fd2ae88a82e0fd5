"""Shortlist on Spark: training by ranks on its executors, and recommendations for a DataFrame.

Spark is imported on the first use: ``pip install pyspark pyarrow pandas``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shortlist.spark._recommend import recommend

if TYPE_CHECKING:
    from shortlist.spark._two_tower import TwoTower, TwoTowerModel

__all__ = ["TwoTower", "TwoTowerModel", "recommend"]


def __getattr__(name: str) -> Any:
    if name in ("TwoTower", "TwoTowerModel"):
        from shortlist.spark import _two_tower

        return getattr(_two_tower, name)
    raise AttributeError(f"module 'shortlist.spark' has no attribute '{name}'")
