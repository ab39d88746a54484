"""Prints the Grafana dashboard of the chart; chart/files/dashboard.json is its output.

  python3 Tests/Chart/make_dashboard.py > chart/files/dashboard.json

A test holds the two equal, and the metrics named here (and in the alerts) equal to those of
docs/api.md, which another holds equal to those the scaler exports.
"""

import json

PODS = 'job=~"$job",namespace=~"$namespace"'
OBJECTS = PODS + ',scaledobject_namespace=~"$target_namespace",scaledobject=~"$scaledobject"'
OBJECT = "scaledobject_namespace, scaledobject, external_trigger"
NAME = "{{scaledobject_namespace}}/{{scaledobject}} {{external_trigger}}"
SOURCE = {"type": "prometheus", "uid": "$datasource"}


def metric(name, labels):
    """A series of the scaler's own."""
    return f"keda_burst_scaler_{name}{{{labels}}}"


def rate(name, labels=PODS):
    """Per second, over what the scrape interval allows."""
    return f"rate({metric(name, labels)}[$__rate_interval])"


def worst(name, labels=OBJECTS):
    """The largest over the scaler's pods, for each external trigger."""
    return f"max by ({OBJECT}) ({metric(name, labels)})"


def panel(title, says, *targets, kind="timeseries", unit="short", width=12, **options):
    """One panel from (legend, expression) pairs."""
    return {
        "title": title,
        "description": says,
        "type": kind,
        "datasource": SOURCE,
        "width": width,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": options,
        "targets": [
            {"refId": chr(65 + index), "datasource": SOURCE, "legendFormat": legend, "expr": expr}
            for index, (legend, expr) in enumerate(targets)
        ],
    }


def by(labels, function, expression):
    """An aggregation."""
    return f"{function} by ({labels}) ({expression})"


def p99(name):
    """What 99 of 100 observations of a histogram are below."""
    return f"histogram_quantile(0.99, {by('le', 'sum', rate(name + '_bucket'))})"


DEMAND = metric("trigger_demand_replicas", OBJECTS)
CHANGES = metric("decision_changes_total", OBJECTS)
FAULTS = rate("grpc_calls_finished_total", PODS + ',code!="OK"')

WORKLOADS = [
    panel("Replicas", "Wanted (what KEDA is told), asked for, able to serve.",
          ("wanted " + NAME, worst("desired_replicas")),
          ("asked for " + NAME, worst("current_replicas")),
          ("ready " + NAME, worst("ready_replicas")), width=24),
    panel("Demand by trigger", "Replicas each trigger asks for; the decision combines them.",
          (NAME + " {{trigger}}", by(OBJECT + ", trigger", "max", DEMAND))),
    panel("Mode", "stable follows the load; panic grows only; hold has lost its data.",
          ("{{mode}} " + NAME, by(OBJECT + ", mode", "max", metric("mode", OBJECTS)) + " == 1"),
          kind="state-timeline"),
    panel("Undecided", "1: KEDA gets an error instead of a number.",
          (NAME, worst("undecided")), width=6),
    panel("Shortfall", "Replicas wanted beyond what the cluster can place.",
          (NAME, worst("shortfall_replicas")), width=6),
    panel("Active", "0: the workload may go to zero replicas.", (NAME, worst("active")), width=6),
    panel("Age of the data", "The oldest value that a decision rests on.",
          (NAME, worst("data_age_seconds")), unit="s", width=6),
    panel("Why decisions changed", "Changes by the reasons that shaped them.",
          ("{{reason}}", by("reason", "sum", f"increase({CHANGES}[$__rate_interval])")), width=24),
]

CALLS = [
    panel("Calls by method", "By polling and by the HPA's syncs.",
          ("{{method}}", by("method", "sum", rate("grpc_calls_started_total"))), unit="reqps"),
    panel("Calls not answered with OK",
          "UNAVAILABLE: no data. INVALID_ARGUMENT: metadata. RESOURCE_EXHAUSTED: a limit.",
          ("{{method}} {{code}}", by("method, code", "sum", FAULTS)), unit="reqps"),
    panel("Open streams and waiting calls",
          "Streams are external-push triggers; calls wait for a trigger's first answer.",
          ("streams {{pod}}", metric("grpc_open_streams", PODS)),
          ("waiting {{pod}}", metric("grpc_parked_calls", PODS))),
    panel("External triggers", "Decided for by each pod; those beyond the limit have no series.",
          ("{{pod}}", metric("external_triggers", PODS)),
          ("without series {{pod}}", metric("external_triggers_without_series", PODS))),
]

SOURCES = [
    panel("Requests", "Each distinct query is asked once a second.",
          ("started", f"sum({rate('source_requests_started_total')})"),
          ("answered", f"sum({rate('source_requests_answered_total')})"), unit="reqps"),
    panel("Failed and left out", "By reason; the page says which query.",
          ("{{reason}}", by("reason", "sum", rate("source_requests_failed_total"))),
          ("left out: {{reason}}", by("reason", "sum", rate("source_requests_skipped_total"))),
          unit="reqps"),
    panel("Queries and requests in flight", "Requests that pile up mean a slow source.",
          ("queries {{pod}}", metric("source_queries", PODS)),
          ("in flight {{pod}}", metric("source_requests_in_flight", PODS))),
    panel("Age of data, all decisions", "99 of 100 are younger.",
          ("p99", p99("observed_data_age_seconds")), unit="s"),
]

CLUSTER = [
    panel("Room", "Replicas that run or find a place on the nodes (kubernetes.mode).",
          (NAME, worst("room_replicas"))),
    panel("Cold starts", "Asked-for to ready, over the replicas seen.",
          ("{{quantile}} " + NAME,
           by(OBJECT + ", quantile", "max", metric("cold_start_seconds", OBJECTS))), unit="s"),
    panel("Lease and troubles", "One pod holds the Lease; what the API does not tell or take.",
          ("leader {{pod}}", metric("cluster_leader", PODS)),
          ("troubles {{pod}}", metric("cluster_troubles", PODS))),
    panel("Replicas written directly, and Events", "By what came of them.",
          ("replicas {{result}}", by("result", "sum", rate("direct_writes_total"))),
          ("Events {{result}}", by("result", "sum", rate("events_total"))), unit="ops"),
    panel("Direct writes, time to answer", "Of the last one: from the decision to the answer.",
          ("{{pod}}", metric("direct_write_last_seconds", PODS)), unit="s", width=24),
]

SCALER = [
    panel("Ready", "1 while the pod can answer KEDA.", ("{{pod}}", metric("ready", PODS)), width=6),
    panel("Version", "What runs.",
          ("{{version}}", by("version", "count", metric("build_info", PODS))), width=6),
    panel("Up for", "Since the process started.",
          ("{{pod}}", f"time() - process_start_time_seconds{{{PODS}}}"), unit="s", width=6),
    panel("Open files", "Connections and streams included.",
          ("{{pod}}", f"process_open_fds{{{PODS}}}"), width=6),
    panel("CPU", "Cores in use.",
          ("{{pod}}", f"rate(process_cpu_seconds_total{{{PODS}}}[$__rate_interval])")),
    panel("Memory", "Resident.",
          ("{{pod}}", f"process_resident_memory_bytes{{{PODS}}}"), unit="bytes"),
    panel("Connections of KEDA", "To the gRPC port.",
          ("{{pod}}", metric("grpc_connections", PODS))),
    panel("Limits reached", "How often within five minutes, and what each allows (docs/limits.md).",
          ("{{limit}}", by("limit", "sum", f"increase({metric('limit_reached_total', PODS)}[5m])")),
          ("allowed: {{limit}}", by("limit", "max", metric("limit", PODS)))),
    panel("Admin port", "Answers by status, connections refused, clients of the live page.",
          ("{{code}}", by("code", "sum", rate("admin_requests_total"))),
          ("refused", f"sum({rate('admin_connections_refused_total')})"),
          ("live pages {{pod}}", metric("admin_event_clients", PODS))),
    panel("Admin port, time to answer", "99 of 100 answers are faster.",
          ("p99", p99("admin_request_duration_seconds")), unit="s"),
]

ROWS = [("Workloads", WORKLOADS), ("KEDA's calls", CALLS), ("Sources", SOURCES),
        ("Cluster", CLUSTER), ("Pods of the scaler", SCALER)]


def variable(name, label, query, several=True):
    """A choice at the top, from the values of a label."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": SOURCE,
        "query": query,
        "refresh": 2,
        "multi": several,
        "includeAll": several,
        "sort": 1,
    }


def laid_out():
    """Panels in rows of 24 columns."""
    panels, top = [], 0
    for title, row in ROWS:
        panels.append({"title": title, "type": "row", "collapsed": False, "panels": []})
        panels[-1]["gridPos"] = {"x": 0, "y": top, "w": 24, "h": 1}
        top, left = top + 1, 0
        for one in row:
            width = one.pop("width")
            if left + width > 24:
                top, left = top + 8, 0
            panels.append(one | {"gridPos": {"x": left, "y": top, "w": width, "h": 8}})
            left += width
        top += 8
    return [one | {"id": number} for number, one in enumerate(panels, 1)]


DASHBOARD = {
    "uid": "keda-burst-scaler",
    "title": "keda-burst-scaler",
    "description": "What the scaler sees and decides for each ScaledObject, and how it is itself.",
    "tags": ["keda", "gpu"],
    "schemaVersion": 39,
    "editable": True,
    "refresh": "10s",
    "time": {"from": "now-1h", "to": "now"},
    "templating": {
        "list": [
            {"name": "datasource", "label": "Prometheus", "type": "datasource",
             "query": "prometheus"},
            variable("namespace", "Namespace", "label_values(keda_burst_scaler_ready, namespace)"),
            variable("job", "Release", "label_values(keda_burst_scaler_ready, job)"),
            variable(
                "target_namespace", "Workload's namespace",
                "label_values(keda_burst_scaler_undecided, scaledobject_namespace)"),
            variable(
                "scaledobject", "ScaledObject",
                "label_values(keda_burst_scaler_undecided"
                '{scaledobject_namespace=~"$target_namespace"}, scaledobject)'),
        ]
    },
    "panels": laid_out(),
}

print(json.dumps(DASHBOARD, indent=1))
