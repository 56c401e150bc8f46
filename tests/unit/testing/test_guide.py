"""The examples of the guide run."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "testing.md"


class GuideTest(unittest.TestCase):
    def test_every_example_passes(self) -> None:
        blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
        code = "\n\n".join(blocks)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "test_guide.py"
            path.write_text(code)
            result = subprocess.run(
                [
                    *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
                    *("-p", "no:ari", "-p", "ari.testing.pytest_plugin", str(path)),
                ],
                capture_output=True,
                text=True,
                check=False,
                cwd=folder,
            )
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn(f"{code.count('def test_')} passed", result.stdout)

    def test_every_method_that_is_named_exists(self) -> None:
        from ari.testing import Simulator

        for name in re.findall(r"`sim\.(\w+)", GUIDE.read_text()):
            self.assertTrue(hasattr(Simulator, name), name)
