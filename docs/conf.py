"""How Sphinx renders the documentation."""

import ari

project = "ari"
author = "the ari-py maintainers"
copyright = "2026, the ari-py maintainers"
release = version = ari.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"ari {release}"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
myst_heading_anchors = 3
