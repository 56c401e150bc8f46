"""A PBX in memory for tests: see :class:`Simulator`."""
