"""The dialplan: its language and the applications that it runs."""
