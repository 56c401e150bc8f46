"""Let tools that still call setup.py find the metadata in pyproject.toml."""

from setuptools import setup

setup()
