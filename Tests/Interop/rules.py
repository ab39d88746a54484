"""KEDA's rules for an external scaler's answers, as functions that return what is wrong.

Each sentence says which rule is broken and what KEDA makes of it, as seen with KEDA 2.20.
"""

import math


def spec_faults(response):
    """What is wrong with a GetMetricSpecResponse."""
    faults = []
    if not response.metricSpecs:
        faults.append("GetMetricSpec lists no metric: the HPA falls back to CPU or stays as it is")
    names = [spec.metricName for spec in response.metricSpecs]
    if len(set(names)) != len(names):
        faults.append(f"GetMetricSpec lists a name twice, which KEDA rejects: {names}")
    for spec in response.metricSpecs:
        name = spec.metricName
        if not name or "/" in name or "%" in name:
            faults.append(f'the metric name "{name}" is empty or holds / or %: the HPA is invalid')
        if not (math.isfinite(spec.targetSizeFloat) and spec.targetSizeFloat > 0):
            faults.append(
                f"targetSizeFloat of {name} is {spec.targetSizeFloat}, not above 0: "
                "KEDA takes the deprecated field, or the HPA is invalid")
        elif abs(spec.targetSize - spec.targetSizeFloat) >= 1:
            faults.append(
                f"targetSize of {name} is {spec.targetSize} beside {spec.targetSizeFloat}: "
                "a KEDA that reads the other field scales to another number")
        elif spec.targetSize < 1:
            faults.append(f"targetSize of {name} is {spec.targetSize}: fill both fields")
    return faults


def value_faults(response, metric_name):
    """What is wrong with a GetMetricsResponse for that metric."""
    values = response.metricValues
    if len(values) != 1:
        return [f"GetMetrics gives {len(values)} values for {metric_name}: KEDA sums them, and "
                "freezes the replicas where there is none"]
    faults = []
    value = values[0]
    if value.metricName != metric_name:
        faults.append(f'GetMetrics answers "{value.metricName}" when asked for "{metric_name}"')
    number = value.metricValueFloat
    if not math.isfinite(number) or number < 0:
        faults.append(
            f"metricValueFloat is {number}: KEDA reads 0 and scales down; answer an error")
    elif abs(value.metricValue - number) >= 1:
        faults.append(
            f"metricValue is {value.metricValue} beside {number}: fill both fields alike; KEDA "
            "reads the other one where the first is not above 0")
    return faults


def activity_faults(metrics, active):
    """What is wrong between a GetMetrics and the IsActive that follows it within milliseconds."""
    total = sum(value.metricValueFloat or value.metricValue for value in metrics.metricValues)
    if active.result and total == 0:
        return ["IsActive says true right after GetMetrics said 0: not one snapshot"]
    return []


def same_specs(first, second):
    """True where two spec lists are equal whatever their order."""
    def as_set(response):
        return sorted(
            (spec.metricName, spec.targetSize, spec.targetSizeFloat)
            for spec in response.metricSpecs)

    return as_set(first) == as_set(second)
