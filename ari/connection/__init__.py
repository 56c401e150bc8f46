"""Where events come from: the WebSocket, kept alive and connected again."""
