#!/usr/bin/env python3
"""Checks an external scaler's answers with grpcio, check by check.

Each failed check is a sentence on standard error; the last line on standard output is a JSON
summary. The exit code is 1 where a check failed.
"""

import sys

import checks_calls
import checks_services
import checks_streams
import protocol
from report import Report

# Rules for every external scaler, and those of this one's own interface.
GENERAL = {
    "unary": checks_calls.unary,
    "order": checks_calls.order,
    "streams": checks_streams.streams,
    "cancel": checks_streams.cancel,
    "deadline": checks_calls.deadline,
    "pings": checks_streams.pings,
    "unknown-method": checks_calls.unknown_method,
    "malformed": checks_calls.malformed,
    "not-utf8": checks_calls.not_utf8,
    "oversize": checks_calls.oversize,
}
OWN = {
    "bad-metadata": checks_calls.bad_metadata,
    "two-triggers": checks_calls.two_triggers,
    "health": checks_services.health,
    "reflection": checks_services.reflection,
    "reflection-v1": checks_services.reflection_v1,
}
ON_REQUEST = {"client-certificate": checks_services.client_certificate}
ALL = {**GENERAL, **OWN, **ON_REQUEST}


class Session:
    """What a check works with: one connection and the triggers."""

    def __init__(self, options):
        self.options = options
        self.triggers = protocol.triggers(options)
        self.channel = self.open_channel()
        self.scaler = self.scaler_on(self.channel)

    def open_channel(self, with_client_certificate=True, **arguments):
        """Another connection of its own."""
        return protocol.open_channel(
            self.options, with_client_certificate=with_client_certificate, **arguments)

    def scaler_on(self, channel):
        """The calls over a channel."""
        return protocol.Scaler(channel)


def main():
    """Runs the checks and exits with the outcome."""
    parser = protocol.arguments(__doc__)
    parser.add_argument(
        "--checks", default=",".join([*GENERAL, *OWN]), metavar="NAME,...",
        help=f"which checks, of: {', '.join(ALL)} (default: all but {', '.join(ON_REQUEST)}); "
        "general: those that hold for every external scaler")
    parser.add_argument("--oversize", type=int, default=5 << 20, help="bytes above the limit")
    parser.add_argument("--ping-seconds", type=float, default=5, help="how long to ping")
    parser.add_argument(
        "--fingerprint", action="store_true",
        help="add the served certificate's SHA-256 to the summary")
    options = parser.parse_args()
    names = [*GENERAL] if options.checks == "general" else options.checks.split(",")
    unknown = [name for name in names if name and name not in ALL]
    if unknown:
        parser.error(f"no check is called {unknown[0]}; there are: {', '.join(ALL)}")
    report = Report("client")
    session = Session(options)
    for name in names:
        if name:
            report.check(name, ALL[name], session)
    if options.fingerprint:
        def note():
            report.facts["fingerprint"] = checks_services.certificate_fingerprint(options)
        report.check("fingerprint", note)
    session.channel.close()
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
