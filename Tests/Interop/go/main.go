// keda-calls repeats KEDA's calls with grpc-go on one connection and checks every answer.
//
// Each second and per trigger: GetMetricSpec, GetMetrics, IsActive, in sequence, without deadline;
// every 15 s the HPA's chain with one; both streams stay open. grpc-go sends a PING after nearly
// every answer (its bandwidth estimator), which must never get the connection closed. The last
// line on standard output is a JSON summary; the exit code is 1 where a rule did not hold.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	pb "externalscaler"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials"
)

// One trigger of the ScaledObject, with what it has answered so far.
type trigger struct {
	ref   *pb.ScaledObjectRef
	specs string
}

type caller struct {
	report   *report
	client   pb.ExternalScalerClient
	triggers []*trigger
	pushed   map[int]bool
	since    map[int]time.Time
}

// metadataFlags collects -metadata, each a JSON map of strings.
type metadataFlags []map[string]string

func (m *metadataFlags) String() string { return fmt.Sprint(*m) }

func (m *metadataFlags) Set(text string) error {
	var metadata map[string]string
	if err := json.Unmarshal([]byte(text), &metadata); err != nil {
		return fmt.Errorf("not a JSON map of strings: %w", err)
	}
	*m = append(*m, metadata)
	return nil
}

func main() {
	var metadata metadataFlags
	address := flag.String("address", "", "HOST:PORT of the external scaler")
	name := flag.String("name", "llm-inference", "the ScaledObject's name")
	namespace := flag.String("namespace", "inference", "the ScaledObject's namespace")
	seconds := flag.Float64("seconds", 60, "how long to call")
	poll := flag.Float64("poll", 1, "polling interval in seconds")
	sync := flag.Float64("hpa-sync", 15, "the HPA's sync in seconds")
	ca := flag.String("ca", "", "use TLS and trust this CA (PEM file)")
	flag.Var(&metadata, "metadata", "a trigger's metadata as a JSON map; may be repeated")
	flag.Parse()
	if *address == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if len(metadata) == 0 {
		metadata = metadataFlags{{
			"queueDepthQuery":     `sum(queue_depth{service="llm-inference"})`,
			"queueDepthThreshold": "50",
		}}
	}

	security := grpc.WithInsecure()
	if *ca != "" {
		credential, err := credentials.NewClientTLSFromFile(*ca, "")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		security = grpc.WithTransportCredentials(credential)
	}
	connection, err := grpc.Dial(*address, security,
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig": [{"round_robin": {}}]}`))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	c := &caller{
		report: newReport(), client: pb.NewExternalScalerClient(connection),
		pushed: map[int]bool{}, since: map[int]time.Time{},
	}
	for _, each := range metadata {
		each["scalerAddress"] = *address
		c.triggers = append(c.triggers, &trigger{ref: &pb.ScaledObjectRef{
			Name: *name, Namespace: *namespace, ScalerMetadata: each}})
	}
	go c.watch(connection)
	c.run(duration(*seconds), duration(*poll), duration(*sync))
	os.Exit(c.report.end())
}

func duration(seconds float64) time.Duration {
	return time.Duration(seconds * float64(time.Second))
}

// watch counts how often the connection became ready: more than once means that it was lost.
func (c *caller) watch(connection *grpc.ClientConn) {
	for {
		state := connection.GetState()
		if state == connectivity.Ready {
			c.report.connected()
		}
		if !connection.WaitForStateChange(context.Background(), state) {
			return
		}
	}
}

func (c *caller) run(length, poll, sync time.Duration) {
	streams, stop := context.WithCancel(context.Background())
	for index := range c.triggers {
		go c.readActivity(streams, index)
		go c.readSpecs(streams, index)
	}
	start := time.Now()
	nextSync := sync
	if sync > length/2 {
		nextSync = length / 2
	}
	for polls := 1; time.Since(start) < length; polls++ {
		for index := range c.triggers {
			c.chain(context.Background(), index)
		}
		if time.Since(start) >= nextSync {
			nextSync += sync
			c.hpa()
		}
		time.Sleep(time.Until(start.Add(time.Duration(polls) * poll)))
	}
	c.report.stopping()
	stop()
	c.report.finish(2 * len(c.triggers))
}

// hpa is one sync: n² GetMetricSpec for n triggers, then each chain, with a deadline for all.
func (c *caller) hpa() {
	deadline, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for index := range c.triggers {
		for range c.triggers[1:] {
			c.spec(deadline, index)
		}
		c.chain(deadline, index)
	}
}

func (c *caller) spec(ctx context.Context, index int) *pb.GetMetricSpecResponse {
	t := c.triggers[index]
	started := time.Now()
	specs, err := c.client.GetMetricSpec(ctx, t.ref)
	if !c.report.call("GetMetricSpec", started, err) {
		return nil
	}
	for _, fault := range specFaults(specs) {
		c.report.fail("specs", fault)
	}
	c.report.same(&t.specs, describe(specs))
	return specs
}

func (c *caller) chain(ctx context.Context, index int) {
	t := c.triggers[index]
	specs := c.spec(ctx, index)
	if specs == nil {
		return
	}
	for _, spec := range specs.MetricSpecs {
		started := time.Now()
		metrics, err := c.client.GetMetrics(
			ctx, &pb.GetMetricsRequest{ScaledObjectRef: t.ref, MetricName: spec.MetricName})
		if !c.report.call("GetMetrics", started, err) {
			continue
		}
		started = time.Now()
		active, err := c.client.IsActive(ctx, t.ref)
		if !c.report.call("IsActive", started, err) {
			continue
		}
		for _, fault := range valueFaults(metrics, spec.MetricName, active.Result) {
			c.report.fail("values", fault)
		}
		c.compare(index, active.Result)
	}
}

// compare holds IsActive against what the stream said; it may be a moment off, not two polls.
func (c *caller) compare(index int, active bool) {
	c.report.lock.Lock()
	pushed, known := c.pushed[index]
	c.report.lock.Unlock()
	if !known || pushed == active {
		delete(c.since, index)
		return
	}
	since, waiting := c.since[index]
	if !waiting {
		c.since[index] = time.Now()
	} else if time.Since(since) > 2*time.Second {
		c.report.fail("stream-agrees", "IsActive and StreamIsActive disagree for 2 s")
	}
}

func (c *caller) readActivity(ctx context.Context, index int) {
	stream, err := c.client.StreamIsActive(ctx, c.triggers[index].ref)
	for err == nil {
		var answer *pb.IsActiveResponse
		if answer, err = stream.Recv(); err == nil {
			c.report.lock.Lock()
			c.pushed[index] = answer.Result
			c.report.lock.Unlock()
			c.report.streamed()
		}
	}
	c.report.streamEnded("StreamIsActive", err)
}

func (c *caller) readSpecs(ctx context.Context, index int) {
	stream, err := c.client.StreamMetricSpec(ctx, c.triggers[index].ref)
	for err == nil {
		var answer *pb.GetMetricSpecResponse
		if answer, err = stream.Recv(); err == nil {
			c.report.same(&c.triggers[index].specs, describe(answer))
			c.report.streamed()
		}
	}
	c.report.streamEnded("StreamMetricSpec", err)
}

func describe(specs *pb.GetMetricSpecResponse) string {
	var lines []string
	for _, spec := range specs.MetricSpecs {
		lines = append(lines, spec.String())
	}
	return strings.Join(lines, "; ")
}
