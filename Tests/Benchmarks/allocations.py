#!/usr/bin/env python3
"""What callgrind profiles say of allocations, and of the work around the two locks of a call:
    allocations.py DIRECTORY CALLS
DIRECTORY holds a profile for each method, of CALLS calls. Printed are allocations per call, those
of libraries by the function that made them, Swift's apart; and the instructions of the two
functions that take a lock on a call's way, all that they do counted: what is done under it is less.
"""

import collections
import pathlib
import re
import sys

ALLOCATION = re.compile(r"(malloc|calloc|posix_memalign|swift_allocObject)$")
LOCKING = {
    "look-up in the table": "TriggerTableC5entry", "answer of the entry": "TriggerEntryC6answer"}


def edges(path):
    """The profile's calls: caller, callee, how many, and their instructions."""
    names, caller, callee = {}, "", ""

    def full(text):
        number, name = re.match(r"\((\d+)\)(?: (.*))?$", text).groups()
        if name:
            names[number] = name
        return names.get(number, "?")

    lines = iter(path.read_text(errors="replace").splitlines())
    for line in lines:
        if line.startswith("fn="):
            caller = full(line[3:])
        elif line.startswith("cfn="):
            callee = full(line[4:])
        elif line.startswith("calls="):
            yield caller, callee, int(line[6:].split()[0]), int(next(lines).split()[1])


def main():
    """One paragraph for each profile."""
    directory, calls = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    for path in sorted(directory.iterdir()):
        made, locking = collections.Counter(), collections.defaultdict(collections.Counter)
        for caller, callee, count, instructions in edges(path):
            if ALLOCATION.match(callee):
                made[callee if callee == "swift_allocObject" else caller] += count
            for name, symbol in LOCKING.items():
                if symbol in callee:
                    locking[name]["calls"] += count
                    locking[name]["instructions"] += instructions
        print(f"{path.name}, {calls} calls:")
        print(f"  Swift objects: {made.pop('swift_allocObject', 0)} in all, collection's included")
        for name, count in made.most_common(5):
            if count >= calls / 10:
                print(f"  {count / calls:.2f} a call by {name}")
        for name, cost in locking.items():
            if cost["calls"] >= calls / 2:
                print(f"  {name}: {cost['instructions'] / cost['calls']:.0f} instructions")


main()
