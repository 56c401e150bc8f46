"""The package ``ari.testing`` itself: what it imports, and when."""

import subprocess
import sys
import unittest


class ImportTest(unittest.TestCase):
    def test_the_package_imports_without_aiohttp(self) -> None:
        code = (
            "import sys; sys.modules['aiohttp'] = None\n"
            "import ari.testing, ari.testing.pytest_plugin\n"
            "try: ari.testing.Simulator\n"
            "except ImportError as error: print(error)\n"
        )
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        self.assertIn("pip install 'ari-py[testing]'", result.stdout)

    def test_other_names_are_not_there(self) -> None:
        import ari.testing

        with self.assertRaisesRegex(AttributeError, "Nothing"):
            _ = ari.testing.Nothing
