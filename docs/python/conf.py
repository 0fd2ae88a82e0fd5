"""Sphinx's settings for the pages of the Python package: ./dev python-docs."""

import shortlist

project = "Shortlist"
copyright = "the authors of Shortlist"
version = release = shortlist.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.viewcode", "numpydoc"]
html_theme = "alabaster"
html_theme_options = {"description": "A native recommender engine", "page_width": "1100px"}
html_show_sourcelink = False
nitpicky = False

# The classes of pyspark.ml are those of a library that need not be installed.
autodoc_mock_imports = ["pyspark"]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autosummary_generate = True
numpydoc_show_class_members = False
# Each docstring has a sentence, its parameters with their types, and what is returned. With -W a miss fails.
numpydoc_validation_checks = {"GL08", "SS03", "SS05", "PR01", "PR02", "PR03", "PR04", "PR07", "RT01", "RT03", "YD01"}
numpydoc_validation_exclude = {r"\._", r"^shortlist\._"}
