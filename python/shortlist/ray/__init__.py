"""Shortlist on Ray: recommendations for a dataset.

Ray is imported on the first use: ``pip install 'ray[data]' pyarrow pandas``.
"""

from __future__ import annotations

from shortlist.ray._recommend import recommend

__all__ = ["recommend"]
