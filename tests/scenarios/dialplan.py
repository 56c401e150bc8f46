"""The extensions of the context ``default`` that the scenarios dial.

A real Asterisk has them from ``tests/asterisk/harness/etc/extensions.conf``; a simulator must have
the same ones. ``Local/NAME@default`` reaches each of them.
"""

EXTENSIONS = {
    "stasis-APP": "runs Stasis(APP), or Stasis(APP,${STASIS_ARGS}) if that variable is set; "
    "then hangs up",
    "answer": "answers and waits for an hour",
    "echo": "answers and sends back what it hears until the caller leaves",
    "talk": "answers and plays tt-monkeys again and again, from a priority labelled 'again'",
    "ring": "rings and waits for an hour",
    "progress": "reports progress and waits for an hour",
    "busy": "is busy for 20 seconds: Busy(20)",
    "brief": "answers and hangs up",
    "congested": "reports congestion for 20 seconds: Congestion(20)",
    "userevent": "answers, runs UserEvent(Greeting,word: hello) and waits for an hour",
    "offered": "answers and runs StasisBroadcast(10000,,one:two,yes); hangs up if nobody claims it",
}
