"""What a path of the API names, and how objects are dressed for sending."""
import urllib.parse

import catalogue
from store import Refusal


class Target:
    """What a path names."""

    def __init__(self, path):
        parts = [urllib.parse.unquote(one) for one in path.strip("/").split("/")]
        if parts[0] == "api" and len(parts) > 2:
            self.group, self.version, rest = "", parts[1], parts[2:]
        elif parts[0] == "apis" and len(parts) > 3:
            self.group, self.version, rest = parts[1], parts[2], parts[3:]
        else:
            raise Refusal(404, "NotFound", "the server could not find the requested resource")
        self.namespace = None
        if rest[0] == "namespaces" and len(rest) > 2:
            self.namespace, rest = rest[1], rest[2:]
        self.plural = rest[0]
        self.name = rest[1] if len(rest) > 1 else None
        self.subresource = rest[2] if len(rest) > 2 else None
        self.entry = catalogue.BY_PLURAL.get((self.group, self.plural))
        if self.entry is None or self.entry[1] != self.version:
            raise Refusal(404, "NotFound", "the server could not find the requested resource")
        self.kind = (self.group, self.plural)
        self.place = (self.namespace or "") if self.name else self.namespace

    @property
    def resource(self):
        return self.plural + (f"/{self.subresource}" if self.subresource else "")

    def dressed(self, found):
        """With kind and apiVersion, as every object is sent."""
        return {
            "kind": self.entry[3],
            "apiVersion": catalogue.api_version(self.group, self.version), **found}


def scale_of(found):
    """The /scale subresource of a workload."""
    labels = (found["spec"].get("selector") or {}).get("matchLabels") or {}
    meta = {k: v for k, v in found["metadata"].items() if k in (
        "name", "namespace", "uid", "resourceVersion", "creationTimestamp")}
    return {
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": meta,
        "spec": {"replicas": found["spec"].get("replicas", 1)},
        "status": {
            "replicas": (found.get("status") or {}).get("replicas", 0),
            "selector": ",".join(f"{k}={v}" for k, v in sorted(labels.items()))}}
