"""A client library for the Asterisk REST Interface (ARI)."""
