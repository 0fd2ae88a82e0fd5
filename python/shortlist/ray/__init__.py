"""Shortlist on Ray: training by ranks on its nodes, and recommendations for a dataset.

Ray is imported on the first use: ``pip install 'ray[data]' pyarrow pandas``.
"""

from __future__ import annotations

from shortlist.ray._recommend import recommend
from shortlist.ray._trainer import Result, Trainer

__all__ = ["Result", "Trainer", "recommend"]
