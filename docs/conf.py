"""How Sphinx renders the documentation."""

from importlib.metadata import version as installed_version

project = "ari"
author = "the ari-py maintainers"
copyright = "2026, the ari-py maintainers"
release = version = installed_version("ari-py")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"ari {release}"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
myst_heading_anchors = 3
