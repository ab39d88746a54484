"""A Kubernetes API server for tests: the used subset, in memory, on 127.0.0.1
where not told otherwise.

Prints `listening PORT` once it does, and ends when its standard input ends. With --ready-after the
pods of Deployments and StatefulSets come up by themselves. POST /fake/faults and GET /fake/requests
are the tests' own: see `Faults`.
"""
import argparse
import json
import socket
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import catalogue
import controllers
from faults import Faults
from rights import Rights
from store import Refusal, Store
from target import Target, scale_of

VERB_OF = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Small answers leave at once.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query))
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        try:
            self.answer(url.path, body)
        except Refusal as refusal:
            self.send(refusal.code, {
                "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                "message": refusal.message, "reason": refusal.reason, "code": refusal.code},
                refusal.headers)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do

    def answer(self, path, body):
        server = self.server
        if path == "/fake/requests":
            return self.send(200, server.requests)
        if path == "/fake/faults":
            server.faults.set(server, body)
            return self.send(200, {})
        found = self.discovery(path)
        if found is not None:
            return self.send(200, found)
        target = Target(path)
        verb = VERB_OF.get(self.command) or (
            "watch" if self.query.get("watch") in ("true", "1")
            else "get" if target.name else "list")
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
        server.requests.append({
            "verb": verb, "resource": target.resource, "name": target.name, "at": time.time(),
            "query": self.query, "token": token, "body": body})
        server.rights.check(
            token, verb, target.group, target.resource, target.namespace, target.name)
        server.faults.strike(verb)
        return getattr(self, verb)(target, body)

    def discovery(self, path):
        parts = path.strip("/").split("/")
        if path == "/version":
            return {"major": "1", "minor": "34", "gitVersion": "v1.34.0"}
        if path == "/api":
            return {"kind": "APIVersions", "versions": ["v1"]}
        if path == "/apis":
            return catalogue.groups()
        if path == "/api/v1":
            return catalogue.resources("", "v1")
        return catalogue.resources(*parts[1:]) if parts[0] == "apis" and len(parts) == 3 else None

    @property
    def manager(self):
        agent = (self.headers.get("User-Agent") or "unknown").split("/")[0]
        return self.query.get("fieldManager") or agent

    def send(self, code, value, headers=()):
        data = json.dumps(value).encode()
        self.send_response(code)
        for name, text in [("Content-Type", "application/json"), *headers]:
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def get(self, target, _):
        found = self.server.store.get(target.kind, target.place, target.name)
        self.send(200, scale_of(found) if target.subresource == "scale" else target.dressed(found))

    def selected(self, target, items):
        field = self.query.get("fieldSelector", "")
        if field.startswith("metadata.name="):
            items = [one for one in items if one["metadata"]["name"] == field.split("=", 1)[1]]
        wanted = [p.split("=") for p in self.query.get("labelSelector", "").split(",") if "=" in p]
        return [target.dressed(one) for one in items if all(
            one["metadata"].get("labels", {}).get(k) == v for k, v in wanted)]

    def list(self, target, _):
        items, version = self.server.store.list(target.kind, target.place)
        items = self.selected(target, items)
        limit = int(self.query.get("limit") or 0)
        start = int(self.query.get("continue") or 0)
        meta = {"resourceVersion": version}
        if limit and start + limit < len(items):
            meta["continue"] = str(start + limit)
            meta["remainingItemCount"] = len(items) - start - limit
        part = items[start:start + limit] if limit else items
        self.send(200, {
            "kind": target.entry[3] + "List",
            "apiVersion": catalogue.api_version(target.group, target.version),
            "metadata": meta, "items": part})

    def create(self, target, body):
        found = self.server.store.create(target.kind, target.namespace, body, self.manager)
        self.send(201, target.dressed(found))

    def update(self, target, body):
        if target.subresource == "scale":
            return self.patch(target, {
                "metadata": {"resourceVersion": body["metadata"].get("resourceVersion")},
                "spec": {"replicas": body["spec"].get("replicas", 0)}})
        self.send(200, target.dressed(self.server.store.replace(
            target.kind, target.place, target.name, body, self.manager, target.subresource)))

    def patch(self, target, body):
        if target.subresource == "scale":
            body = {k: v for k, v in body.items() if k in ("metadata", "spec")}
        found = self.server.store.patch(
            target.kind, target.place, target.name, body, self.manager, target.subresource)
        self.send(200, scale_of(found) if target.subresource == "scale" else target.dressed(found))

    def delete(self, target, _):
        self.send(200, target.dressed(
            self.server.store.delete(target.kind, target.place, target.name)))

    def watch(self, target, _):
        store = self.server.store
        asked = self.query.get("resourceVersion") or "0"
        version = int(asked)
        with store.changed:
            cuts = store.cuts
            if version == 0:
                items, current = store.list(target.kind, target.place)
                backlog, version = [("ADDED", one) for one in items], int(current)
            else:
                backlog = store.events_after(target.kind, version)
                version = store.version
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        end = time.monotonic() + float(self.query.get("timeoutSeconds") or 1800)
        bookmarks = self.query.get("allowWatchBookmarks") in ("true", "1")
        marked = time.monotonic()
        try:
            while True:
                for event, found in backlog:
                    place = found["metadata"].get("namespace")
                    if target.place is None or place == target.place:
                        for one in self.selected(target, [found]):
                            self.line(event, one)
                if bookmarks and time.monotonic() - marked >= self.server.faults.bookmark_every:
                    marked = time.monotonic()
                    self.line("BOOKMARK", target.dressed(
                        {"metadata": {"resourceVersion": str(version)}}))
                self.wfile.flush()
                with store.changed:
                    left = end - time.monotonic()
                    if store.version == version and store.cuts == cuts and left > 0:
                        store.changed.wait(min(left, self.server.faults.bookmark_every, 1.0))
                    if store.cuts != cuts:
                        self.close_connection = True
                        return self.connection.shutdown(socket.SHUT_RDWR)
                    if time.monotonic() >= end:
                        break
                    backlog = store.events_after(target.kind, version)
                    version = store.version
            self.wfile.write(b"0\r\n\r\n")
            self.wfile.flush()
        except Refusal as refusal:
            self.line("ERROR", {
                "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": refusal.code,
                "reason": refusal.reason, "message": refusal.message})
            self.wfile.write(b"0\r\n\r\n")
            self.wfile.flush()
        except OSError:
            # The client is gone.
            self.close_connection = True

    def line(self, event, found):
        data = json.dumps({"type": event, "object": found}).encode() + b"\n"
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, port, needs_token):
        super().__init__((address, port), Handler)
        self.store = Store()
        self.rights = Rights(self.store, needs_token)
        self.faults = Faults()
        self.requests = []

    def handle_error(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--listen", default="127.0.0.1", help="its address")
    parser.add_argument("--certificate", help="PEM file; with --key, TLS")
    parser.add_argument("--key")
    parser.add_argument("--client-ca", help="PEM file; clients must show a certificate")
    parser.add_argument("--needs-token", action="store_true")
    parser.add_argument("--ready-after", type=float, help="seconds until a pod is ready")
    options = parser.parse_args()
    server = Server(options.listen, options.port, options.needs_token)
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
        if options.client_ca:
            context.load_verify_locations(options.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.store.create(("", "namespaces"), None, {"metadata": {"name": "default"}})
    if options.ready_after is not None:
        controllers.start(server.store, options.ready_after)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("listening", server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
