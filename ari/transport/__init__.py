"""Who carries a request to Asterisk and brings the response."""
