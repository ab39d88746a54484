"""Which resources the fake API server has, and what discovery says of them."""

VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]

# (group, version, plural, kind, namespaced, short names)
RESOURCES = [
    ("", "v1", "pods", "Pod", True, ["po"]),
    ("", "v1", "nodes", "Node", False, ["no"]),
    ("", "v1", "namespaces", "Namespace", False, ["ns"]),
    ("", "v1", "events", "Event", True, ["ev"]),
    ("", "v1", "services", "Service", True, ["svc"]),
    ("", "v1", "configmaps", "ConfigMap", True, ["cm"]),
    ("", "v1", "secrets", "Secret", True, []),
    ("", "v1", "serviceaccounts", "ServiceAccount", True, ["sa"]),
    ("apps", "v1", "deployments", "Deployment", True, ["deploy"]),
    ("apps", "v1", "statefulsets", "StatefulSet", True, ["sts"]),
    ("apps", "v1", "daemonsets", "DaemonSet", True, ["ds"]),
    ("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", True, ["hpa"]),
    ("coordination.k8s.io", "v1", "leases", "Lease", True, []),
    ("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", True, ["pdb"]),
    ("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", True, ["netpol"]),
    ("rbac.authorization.k8s.io", "v1", "roles", "Role", True, []),
    ("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", True, []),
    ("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", False, []),
    ("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", False, []),
    ("resource.k8s.io", "v1", "resourceslices", "ResourceSlice", False, []),
    ("resource.k8s.io", "v1", "deviceclasses", "DeviceClass", False, []),
    ("resource.k8s.io", "v1", "resourceclaims", "ResourceClaim", True, []),
    ("resource.k8s.io", "v1", "resourceclaimtemplates", "ResourceClaimTemplate", True, []),
    ("keda.sh", "v1alpha1", "scaledobjects", "ScaledObject", True, ["so"]),
    ("keda.sh", "v1alpha1", "triggerauthentications", "TriggerAuthentication", True, []),
    ("keda.sh", "v1alpha1", "clustertriggerauthentications", "ClusterTriggerAuthentication", False,
     []),
    ("monitoring.coreos.com", "v1", "servicemonitors", "ServiceMonitor", True, []),
    ("monitoring.coreos.com", "v1", "prometheusrules", "PrometheusRule", True, []),
    ("cert-manager.io", "v1", "certificates", "Certificate", True, []),
]

BY_PLURAL = {(group, plural): one for one in RESOURCES for group, _, plural, *_ in [one]}
SCALED = {("apps", "deployments"), ("apps", "statefulsets")}


def api_version(group, version):
    return f"{group}/{version}" if group else version


def groups():
    """APIGroupList."""
    versions = sorted({(group, version) for group, version, *_ in RESOURCES if group})
    return {
        "kind": "APIGroupList", "apiVersion": "v1",
        "groups": [
            {"name": group, "versions": [entry], "preferredVersion": entry}
            for group, version in versions
            for entry in [{"groupVersion": f"{group}/{version}", "version": version}]
        ]}


def resources(group, version):
    """APIResourceList of a group and version; None where there is no such group."""
    found = []
    for place, its_version, plural, kind, namespaced, short in RESOURCES:
        if (place, its_version) != (group, version):
            continue
        found.append({
            "name": plural, "singularName": kind.lower(), "namespaced": namespaced, "kind": kind,
            "verbs": VERBS, "shortNames": short})
        found.append({
            "name": f"{plural}/status", "singularName": "", "namespaced": namespaced, "kind": kind,
            "verbs": ["get", "patch", "update"]})
        if (group, plural) in SCALED:
            found.append({
                "name": f"{plural}/scale", "singularName": "", "namespaced": True, "kind": "Scale",
                "group": "autoscaling", "version": "v1", "verbs": ["get", "patch", "update"]})
    if not found:
        return None
    return {
        "kind": "APIResourceList", "apiVersion": "v1",
        "groupVersion": api_version(group, version), "resources": found}
