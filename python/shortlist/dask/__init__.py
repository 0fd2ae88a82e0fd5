"""Shortlist on Dask: training by ranks on its workers, and recommendations for a data frame.

Dask is imported on the first use: ``pip install 'dask[dataframe]' distributed pyarrow``.
"""

from __future__ import annotations

from shortlist.dask._fit import fit
from shortlist.dask._recommend import recommend

__all__ = ["fit", "recommend"]
