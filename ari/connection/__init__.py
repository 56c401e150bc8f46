"""Where events come from: a source of messages, kept alive and connected again."""
