"""What the fake API server does wrong on purpose."""
import time

from store import Refusal

WRITES = ("create", "update", "patch", "delete")


class Faults:
    """What goes wrong on purpose.

    {"deny": [[verb, group, resource]]}, {"busy": n, "retryAfter": s} for the next n writes,
    {"conflicts": n} for the next n patches, {"slow": s} before each answer, {"cutWatches": true},
    {"compact": true}, {"bookmarkEvery": s}, {"needsToken": true} as --needs-token (kubectl sends no
    token without TLS).
    """

    def __init__(self):
        self.busy = self.retry_after = self.conflicts = self.slow = 0
        self.bookmark_every = 60.0

    def set(self, server, wanted):
        self.busy = wanted.get("busy", self.busy)
        self.retry_after = wanted.get("retryAfter", self.retry_after)
        self.conflicts = wanted.get("conflicts", self.conflicts)
        self.slow = wanted.get("slow", self.slow)
        self.bookmark_every = wanted.get("bookmarkEvery", self.bookmark_every)
        if "needsToken" in wanted:
            server.rights.needs_token = wanted["needsToken"]
        if "deny" in wanted:
            server.rights.denied = [tuple(one) for one in wanted["deny"]]
        if wanted.get("compact"):
            server.store.compact()
        if wanted.get("cutWatches"):
            server.store.cut_watches()

    def strike(self, verb):
        time.sleep(self.slow)
        if verb in WRITES and self.busy > 0:
            self.busy -= 1
            raise Refusal(
                429, "TooManyRequests", "too many requests, please try again later",
                [("Retry-After", str(self.retry_after))])
        if verb == "patch" and self.conflicts > 0:
            self.conflicts -= 1
            raise Refusal(409, "Conflict", "the object has been modified")
