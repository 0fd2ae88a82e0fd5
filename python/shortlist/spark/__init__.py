"""Shortlist on Spark: recommendations for a DataFrame.

Spark is imported on the first use: ``pip install pyspark pyarrow pandas``.
"""

from __future__ import annotations

from shortlist.spark._recommend import recommend

__all__ = ["recommend"]
