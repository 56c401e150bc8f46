"""The operations of the interface: from a request to what the PBX does."""
