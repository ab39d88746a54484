"""Who may do what: RBAC over the roles in the store, as the documentation of RBAC says."""
from store import Refusal

RBAC = "rbac.authorization.k8s.io"


class Rights:
    """Judges requests by the bearer token: `sa:NAMESPACE:NAME` is that service account, which may
    do what its bindings say; `admin`, or none where no token is asked for, may do everything."""

    def __init__(self, store, needs_token):
        self.store = store
        self.needs_token = needs_token
        self.denied = []

    def check(self, token, verb, group, resource, namespace, name):
        if self.needs_token and token is None:
            raise Refusal(401, "Unauthorized", "Unauthorized")
        if (verb, group, resource) in self.denied:
            self._refuse("user", verb, group, resource, namespace, name)
        if token is None or token == "admin":
            return
        if not token.startswith("sa:"):
            raise Refusal(401, "Unauthorized", "Unauthorized")
        _, place, account = token.split(":")
        for rule in self._rules(place, account, namespace):
            if (self._fits(rule.get("verbs"), verb) and self._fits(rule.get("apiGroups"), group)
                    and self._fits(rule.get("resources"), resource)
                    and (not rule.get("resourceNames") or name in rule["resourceNames"])):
                return
        self._refuse(
            f"system:serviceaccount:{place}:{account}", verb, group, resource, namespace, name)

    @staticmethod
    def _fits(wanted, value):
        return value in (wanted or []) or "*" in (wanted or [])

    @staticmethod
    def _refuse(user, verb, group, resource, namespace, name):
        where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
        target = f'{resource} "{name}"' if name else resource
        raise Refusal(
            403, "Forbidden",
            f'{target} is forbidden: User "{user}" cannot {verb} resource "{resource}" in API '
            f'group "{group}" {where}')

    def _rules(self, place, account, namespace):
        bindings = [(one, None) for one in self.store.list((RBAC, "clusterrolebindings"), None)[0]]
        if namespace:
            bindings += [
                (one, namespace) for one in self.store.list((RBAC, "rolebindings"), namespace)[0]]
        for binding, inside in bindings:
            subjects = binding.get("subjects") or []
            if not any(s.get("kind") == "ServiceAccount" and s.get("name") == account
                       and s.get("namespace", inside) == place for s in subjects):
                continue
            reference = binding["roleRef"]
            plural = "clusterroles" if reference["kind"] == "ClusterRole" else "roles"
            where = "" if plural == "clusterroles" else inside
            try:
                role = self.store.get((RBAC, plural), where, reference["name"])
            except Refusal:
                continue
            yield from role.get("rules") or []
