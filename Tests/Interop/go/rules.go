package main

import (
	"fmt"
	"math"
	"strings"

	pb "externalscaler"
)

// specFaults says what is wrong with a GetMetricSpecResponse; the same rules as rules.py.
func specFaults(specs *pb.GetMetricSpecResponse) []string {
	if len(specs.MetricSpecs) == 0 {
		return []string{"GetMetricSpec lists no metric"}
	}
	var faults []string
	seen := map[string]bool{}
	for _, spec := range specs.MetricSpecs {
		if spec.MetricName == "" || strings.ContainsAny(spec.MetricName, "/%") {
			faults = append(faults, fmt.Sprintf(
				"metric name %q is empty or holds / or %%", spec.MetricName))
		}
		if seen[spec.MetricName] {
			faults = append(faults, fmt.Sprintf("GetMetricSpec lists %q twice", spec.MetricName))
		}
		seen[spec.MetricName] = true
		size := spec.TargetSizeFloat
		if !(size > 0) || math.IsInf(size, 0) || spec.TargetSize < 1 ||
			math.Abs(size-float64(spec.TargetSize)) >= 1 {
			faults = append(faults, fmt.Sprintf(
				"targetSize %d and targetSizeFloat %g: fill both, above 0", spec.TargetSize, size))
		}
	}
	return faults
}

// valueFaults says what is wrong with a GetMetricsResponse and the IsActive that followed it.
func valueFaults(metrics *pb.GetMetricsResponse, name string, active bool) []string {
	if len(metrics.MetricValues) != 1 {
		return []string{fmt.Sprintf(
			"%d values for one metric: KEDA sums them", len(metrics.MetricValues))}
	}
	var faults []string
	value := metrics.MetricValues[0]
	number := value.MetricValueFloat
	if value.MetricName != name {
		faults = append(faults, fmt.Sprintf("answered %q when asked for %q", value.MetricName, name))
	}
	if math.IsNaN(number) || math.IsInf(number, 0) || number < 0 {
		faults = append(faults, fmt.Sprintf("metricValueFloat is %g: KEDA reads 0", number))
	} else if math.Abs(number-float64(value.MetricValue)) >= 1 {
		faults = append(faults, fmt.Sprintf(
			"metricValue %d and metricValueFloat %g: fill both", value.MetricValue, number))
	}
	if active && number == 0 && value.MetricValue == 0 {
		faults = append(faults, "IsActive says true right after GetMetrics said 0: not one snapshot")
	}
	return faults
}
