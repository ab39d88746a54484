// callers repeats KEDA's calls for many ScaledObjects over one grpc-go connection:
//
//	callers -address HOST:PORT -prometheus URL -objects N -seconds S [-queries Q] [-every D]
//
// Each object is asked for GetMetricSpec, GetMetrics and IsActive in sequence once a second, or
// every D (15s is what an HPA does). Its two queries are its own, or shared where -queries is
// smaller than twice the objects. The output counts what failed after the warm-up, in which
// triggers become known (10 s, or D where that is longer), and how long answers took.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"sort"
	"sync"
	"time"

	pb "externalscaler"

	"google.golang.org/grpc"
)

type tally struct {
	mutex     sync.Mutex
	latencies []float64
	failed    int
	firstFail error
}

func (t *tally) note(milliseconds float64, err error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.latencies = append(t.latencies, milliseconds)
	if err != nil {
		t.failed++
		if t.firstFail == nil {
			t.firstFail = err
		}
	}
}

func (t *tally) at(quantile float64) float64 {
	return t.latencies[int(quantile*float64(len(t.latencies)-1))]
}

func reference(index, queries int, prometheus string) *pb.ScaledObjectRef {
	first, second := (2*index)%queries, (2*index+1)%queries
	return &pb.ScaledObjectRef{
		Name: fmt.Sprintf("model-%d", index), Namespace: "inference",
		ScalerMetadata: map[string]string{
			"scalerAddress": "scaler:6000", "serverAddress": prometheus,
			"gpuUtilizationQuery": fmt.Sprintf(
				`label_replace(vector(87)+0*%d,"pod","a","","")`, first),
			"gpuUtilizationThreshold": "70",
			"queueDepthQuery":         fmt.Sprintf("vector(1000)+0*%d", second),
			"queueDepthThreshold":     "50",
		}}
}

func ask(client pb.ExternalScalerClient, ref *pb.ScaledObjectRef, note func(float64, error)) {
	timed := func(call func(context.Context) error) {
		start := time.Now()
		err := call(context.Background())
		note(float64(time.Since(start).Microseconds())/1000, err)
	}
	timed(func(ctx context.Context) error {
		_, err := client.GetMetricSpec(ctx, ref)
		return err
	})
	timed(func(ctx context.Context) error {
		request := &pb.GetMetricsRequest{ScaledObjectRef: ref, MetricName: "desired-replicas"}
		_, err := client.GetMetrics(ctx, request)
		return err
	})
	timed(func(ctx context.Context) error {
		_, err := client.IsActive(ctx, ref)
		return err
	})
}

func main() {
	address := flag.String("address", "", "HOST:PORT of the scaler")
	prometheus := flag.String("prometheus", "", "what the triggers name")
	objects := flag.Int("objects", 1000, "ScaledObjects")
	queries := flag.Int("queries", 0, "distinct queries; two per object unless told")
	seconds := flag.Int("seconds", 60, "how long after the warm-up")
	every := flag.Duration("every", time.Second, "time between two rounds of an object's calls")
	flag.Parse()
	if *queries == 0 {
		*queries = 2 * *objects
	}
	warmUp := 10 * time.Second
	if *every > warmUp {
		warmUp = *every
	}
	connection, err := grpc.Dial(*address, grpc.WithInsecure(), grpc.WithBlock())
	if err != nil {
		log.Fatal(err)
	}
	client := pb.NewExternalScalerClient(connection)
	counted := &tally{}
	start := time.Now()
	end := start.Add(warmUp + time.Duration(*seconds)*time.Second)
	var running sync.WaitGroup
	for index := 0; index < *objects; index++ {
		running.Add(1)
		go func(index int) {
			defer running.Done()
			ref := reference(index, *queries, *prometheus)
			// The objects' calls are spread over the round.
			next := start.Add(*every * time.Duration(index) / time.Duration(*objects))
			for ; next.Before(end); next = next.Add(*every) {
				time.Sleep(time.Until(next))
				ask(client, ref, func(milliseconds float64, err error) {
					if time.Since(start) > warmUp {
						counted.note(milliseconds, err)
					}
				})
			}
		}(index)
	}
	running.Wait()
	sort.Float64s(counted.latencies)
	fmt.Printf("%d calls, %d failed, ms: median %.2f, 99 %% %.2f, longest %.2f\n",
		len(counted.latencies), counted.failed, counted.at(0.5), counted.at(0.99), counted.at(1))
	if counted.firstFail != nil {
		fmt.Println("first failure:", counted.firstFail)
	}
}
