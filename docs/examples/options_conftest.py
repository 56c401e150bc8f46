"""The conftest.py of a suite whose simulator differs from the usual one."""

import pytest

DIALPLAN = """
[default]
exten => 100,1,Answer()
 same => n,Playback(hello-world)
 same => n,Hangup()
"""


@pytest.fixture(scope="session")
def ari_simulator_options():
    """Run at twenty times the speed, for a user of our own, with an extension 100."""
    return {"speed": 20, "users": {"me": "secret"}, "prefix": "/pbx", "dialplan": DIALPLAN}
