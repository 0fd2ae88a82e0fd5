"""Shortlist: a native recommender engine.

Trains a model on a table of who chose what, measures it against simple baselines, and recommends.
"""

from shortlist import _core

__all__ = ["__version__"]

__version__ = _core.__version__
