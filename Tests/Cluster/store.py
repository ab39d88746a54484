"""The objects of a fake API server: resourceVersions, conflicts, history for watches.

By the Kubernetes documentation: API Concepts (resource versions, watches, 410 Gone) and API
Conventions (optimistic concurrency, generation, status).
"""
import copy
import itertools
import threading
import time
import uuid


class Refusal(Exception):
    """What becomes a Status with this code and reason."""

    def __init__(self, code, reason, message, headers=()):
        super().__init__(message)
        self.code, self.reason, self.message, self.headers = code, reason, message, headers


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def merge(target, patch):
    """A JSON merge patch, RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


class Store:
    """All objects, by (group, resource) and (namespace, name)."""

    def __init__(self):
        self.changed = threading.Condition(threading.RLock())
        self.objects = {}
        self.history = []
        self.oldest = 0
        self.version = 100
        self.cuts = 0

    def collection(self, kind):
        return self.objects.setdefault(kind, {})

    def get(self, kind, namespace, name):
        with self.changed:
            found = self.collection(kind).get((namespace, name))
            if found is None:
                raise Refusal(404, "NotFound", f'{kind[1]} "{name}" not found')
            return copy.deepcopy(found)

    def list(self, kind, namespace):
        with self.changed:
            items = [
                copy.deepcopy(one)
                for (place, _), one in sorted(self.collection(kind).items())
                if namespace is None or place == namespace
            ]
            return items, str(self.version)

    def create(self, kind, namespace, new, manager="unknown"):
        with self.changed:
            meta = new.setdefault("metadata", {})
            if namespace:
                meta["namespace"] = namespace
            if not meta.get("name"):
                meta["name"] = meta.get("generateName", "object-") + uuid.uuid4().hex[:5]
            if (namespace or "", meta["name"]) in self.collection(kind):
                raise Refusal(409, "AlreadyExists", f'{kind[1]} "{meta["name"]}" already exists')
            meta.update(uid=str(uuid.uuid4()), generation=1)
            meta.setdefault("creationTimestamp", now())
            self._own(new, {}, manager, None)
            return self._put(kind, namespace, new, "ADDED")

    def replace(self, kind, namespace, name, new, manager="unknown", subresource=None):
        """Puts `new` in the place of what is there, unless its resourceVersion is another."""
        with self.changed:
            old = self.get(kind, namespace, name)
            version = new.get("metadata", {}).get("resourceVersion")
            if version and version != old["metadata"]["resourceVersion"]:
                raise Refusal(
                    409, "Conflict",
                    f'Operation cannot be fulfilled on {kind[1]} "{name}": the object has been '
                    "modified; please apply your changes to the latest version and try again")
            if subresource == "status":
                new = {**old, "status": new.get("status", {})}
            for key in ("uid", "creationTimestamp", "name", "namespace", "managedFields"):
                if key in old["metadata"]:
                    new["metadata"][key] = old["metadata"][key]
            grown = new.get("spec") != old.get("spec")
            new["metadata"]["generation"] = old["metadata"]["generation"] + int(grown)
            self._own(new, old, manager, subresource)
            unchanged = {**new, "metadata": {**new["metadata"], "resourceVersion": ""}} == {
                **old, "metadata": {**old["metadata"], "resourceVersion": ""}}
            return old if unchanged else self._put(kind, namespace, new, "MODIFIED")

    def patch(self, kind, namespace, name, patch, manager="unknown", subresource=None):
        with self.changed:
            return self.replace(
                kind, namespace, name, merge(self.get(kind, namespace, name), patch), manager,
                subresource)

    def delete(self, kind, namespace, name):
        with self.changed:
            gone = self.get(kind, namespace, name)
            del self.collection(kind)[(namespace or "", name)]
            self.version += 1
            gone["metadata"]["resourceVersion"] = str(self.version)
            self._note(kind, "DELETED", gone)
            return gone

    def compact(self):
        """Forgets the past: watches cannot go on from before now."""
        with self.changed:
            self.history.clear()
            self.oldest = self.version

    def cut_watches(self):
        with self.changed:
            self.cuts += 1
            self.changed.notify_all()

    def events_after(self, kind, version):
        """Events of a collection after a resourceVersion; 410 where they are forgotten."""
        with self.changed:
            if version < self.oldest:
                raise Refusal(
                    410, "Expired", f"too old resource version: {version} ({self.oldest})")
            # Newest first up to the version: cheap where little is new.
            newer = itertools.takewhile(lambda one: one[0] > version, reversed(self.history))
            return [(event, found) for _, place, event, found in newer if place == kind][::-1]

    def _put(self, kind, namespace, new, event):
        self.version += 1
        new["metadata"]["resourceVersion"] = str(self.version)
        self.collection(kind)[(namespace or "", new["metadata"]["name"])] = new
        self._note(kind, event, new)
        return copy.deepcopy(new)

    def _note(self, kind, event, found):
        self.history.append((self.version, kind, event, copy.deepcopy(found)))
        self.changed.notify_all()

    @staticmethod
    def _own(new, old, manager, subresource):
        """managedFields, of which only the owner of spec.replicas is kept."""
        replicas = (new.get("spec") or {}).get("replicas")
        if replicas is None or replicas == (old.get("spec") or {}).get("replicas"):
            return
        entry = {
            "manager": manager, "operation": "Update", "time": now(), "fieldsType": "FieldsV1",
            "fieldsV1": {"f:spec": {"f:replicas": {}}}}
        if subresource == "scale":
            entry["subresource"] = "scale"
        new["metadata"]["managedFields"] = [entry]
