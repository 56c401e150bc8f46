"""One client's affairs: what is registered, what is waited for, and what is running."""
