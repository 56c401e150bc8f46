"""The port: HTTP, WebSockets, users, misbehaviour, and the thread that serves them."""
