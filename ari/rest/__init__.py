"""One request, pure: from arguments to a request, and from a response to an object or an error."""
