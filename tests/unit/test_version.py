"""``ari.__version__``: the release's number."""

import subprocess
import sys
import unittest
from importlib.metadata import version

import ari


class VersionTest(unittest.TestCase):
    def test_it_is_that_of_the_installed_package(self):
        hint = "install the package again: the number has changed since"
        self.assertEqual(ari.__version__, version("ari-py"), hint)

    def test_it_is_there_without_metadata_as_in_a_source_tree_that_is_not_installed(self):
        program = (
            "from importlib import metadata; metadata.version = metadata.distribution = None; "
            "import ari; print(ari.__version__)"
        )
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.strip(), ari.__version__)
