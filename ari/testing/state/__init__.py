"""Channels, bridges and what is at their far ends."""
