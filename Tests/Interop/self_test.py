#!/usr/bin/env python3
"""Tries the checks: they pass on the right server and fail, by name, on each wrong one.

Prints one line per server and exits with 1 where a check missed its fault.
"""

import concurrent.futures
import json
import pathlib
import subprocess
import sys

import wrong_server

HERE = pathlib.Path(__file__).resolve().parent


def run(fault):
    """The summary of client.py against a server with that fault, or the right one for None."""
    command = [sys.executable, HERE / "wrong_server.py"]
    if fault:
        command += ["--fault", fault]
    with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True) as server:
        address = json.loads(server.stdout.readline())["address"]
        checks = ["--checks", wrong_server.FAULTS[fault]] if fault else []
        client = subprocess.run(
            [sys.executable, HERE / "client.py", "--address", address, *checks],
            capture_output=True, text=True, timeout=120)
        server.stdin.close()
        server.wait(timeout=30)
    if not client.stdout:
        return {"ok": True, "failures": {}, "error": client.stderr[-500:]}
    return json.loads(client.stdout)


def main():
    """Runs two servers at a time."""
    missed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        faults = [None, *wrong_server.FAULTS]
        for fault, summary in zip(faults, pool.map(run, faults)):
            right = summary["ok"] == (fault is None) and "error" not in summary
            missed += not right
            sentences = [failure["sentence"] for failure in summary["failures"].values()]
            said = "; ".join(sentences) or summary.get("error", "every check passes")
            print(f"{'ok    ' if right else 'MISSED'} {fault or 'right'}: {said}", flush=True)
    print(json.dumps({"program": "self-test", "ok": missed == 0, "servers": len(faults)}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
