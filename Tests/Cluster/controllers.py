"""Stand-ins for the controllers and kubelets of a cluster: pods come up and become ready."""
import threading
import time

from store import Refusal, now

WORKLOADS = [("apps", "deployments"), ("apps", "statefulsets")]
PODS = ("", "pods")


def start(store, ready_after):
    """Follows Deployments and StatefulSets for ever; a pod is ready so many seconds after it was
    made."""
    threading.Thread(target=_loop, args=(store, ready_after), daemon=True).start()


def _loop(store, ready_after):
    made = {}
    while True:
        with store.changed:
            for kind in WORKLOADS:
                for workload in store.list(kind, None)[0]:
                    _reconcile(store, kind, workload, made, ready_after)
            store.changed.wait(0.02)
        time.sleep(0.005)


def _reconcile(store, kind, workload, made, ready_after):
    meta, spec = workload["metadata"], workload["spec"]
    labels = spec["template"]["metadata"]["labels"]
    pods = [
        one for one in store.list(PODS, meta["namespace"])[0]
        if labels.items() <= one["metadata"].get("labels", {}).items()]
    wanted = spec.get("replicas", 1)
    for number in range(len(pods), wanted):
        name = f'{meta["name"]}-{number}-{time.monotonic_ns() % 1_000_000}'
        pods.append(store.create(PODS, meta["namespace"], {
            "metadata": {"name": name, "labels": dict(labels)}, "spec": spec["template"]["spec"],
            "status": {"phase": "Pending", "conditions": [
                {"type": "Ready", "status": "False", "lastTransitionTime": now()}]}}))
        made[name] = time.monotonic()
    for pod in pods[wanted:]:
        store.delete(PODS, meta["namespace"], pod["metadata"]["name"])
    pods = pods[:wanted]
    ready = 0
    for pod in pods:
        name = pod["metadata"]["name"]
        if pod["status"]["phase"] == "Running":
            ready += 1
        elif time.monotonic() - made.get(name, 0) >= ready_after:
            ready += 1
            store.patch(PODS, meta["namespace"], name, {"status": {
                "phase": "Running", "conditions": [
                    {"type": "Ready", "status": "True", "lastTransitionTime": now()}]}})
    status = {"replicas": wanted, "readyReplicas": ready, "observedGeneration": meta["generation"]}
    if workload.get("status") != status:
        try:
            store.replace(
                kind, meta["namespace"], meta["name"], {**workload, "status": status},
                "kube-controller-manager", "status")
        except Refusal:
            # Changed meanwhile: the next round sees it.
            return
