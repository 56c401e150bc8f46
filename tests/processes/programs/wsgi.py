"""A WSGI program with one client: the path is the number of the question."""

from questions import ask, connect

client = connect()


def application(environ, start_response):
    wrong = ask(client, int(environ["PATH_INFO"].strip("/")), 4)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(wrong).encode()]
