"""One request, pure: from its arguments to what is sent, from the response to a result."""
