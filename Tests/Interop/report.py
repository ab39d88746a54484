"""Named checks, and the one line of JSON that a program ends with."""

import json
import sys
import time
import traceback


class Failure(Exception):
    """A rule that does not hold, in a sentence."""


def require(condition, sentence):
    """Fails the running check where the condition does not hold."""
    if not condition:
        raise Failure(sentence)


def require_none(faults):
    """Fails the running check with the first of the faults."""
    require(not faults, "; ".join(faults))


class Report:
    """Runs checks, says on standard error what fails, and ends with a JSON line."""

    def __init__(self, program):
        self.program = program
        self.started = time.monotonic()
        self.passed, self.failures, self.facts = [], {}, {}

    def check(self, name, body, *arguments):
        """Runs one check; its exceptions are its failure."""
        try:
            body(*arguments)
            self.passed.append(name)
        except Failure as failure:
            self.fail(name, str(failure))
        except Exception as error:  # A broken check is a failed one, with its place.
            place = traceback.extract_tb(error.__traceback__)[-1]
            code = getattr(error, "code", None)
            text = f"{code()}: {error.details()}" if callable(code) else repr(error)
            self.fail(name, f"{text} ({place.name}, line {place.lineno})")

    def fail(self, name, sentence):
        """Notes a failure; the first of a name is kept, further ones are counted."""
        if name in self.failures:
            self.failures[name]["times"] += 1
            return
        self.failures[name] = {"sentence": sentence, "times": 1}
        print(f"FAILED {name}: {sentence}", file=sys.stderr, flush=True)

    def end(self):
        """Prints the summary and returns the exit code."""
        print(json.dumps({
            "program": self.program,
            "ok": not self.failures,
            "seconds": round(time.monotonic() - self.started, 3),
            "passed": self.passed,
            "failures": self.failures,
            **self.facts,
        }), flush=True)
        return 1 if self.failures else 0
