package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

// slowest is what one answer may take: KEDA's polling calls carry no deadline.
const slowest = time.Second

type failure struct {
	Sentence string `json:"sentence"`
	Times    int    `json:"times"`
}

// report collects what was seen; its methods may be called from any goroutine.
type report struct {
	lock        sync.Mutex
	started     time.Time
	calls       map[string]int
	failures    map[string]*failure
	connections int
	streams     int
	slowest     time.Duration
	isStopping  bool
}

func newReport() *report {
	return &report{started: time.Now(), calls: map[string]int{}, failures: map[string]*failure{}}
}

// fail notes a failure; the first of a name is kept, further ones are counted.
func (r *report) fail(name, sentence string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if known, again := r.failures[name]; again {
		known.Times++
		return
	}
	r.failures[name] = &failure{sentence, 1}
	fmt.Fprintf(os.Stderr, "FAILED %s: %s\n", name, sentence)
}

// call counts one call; false where it failed.
func (r *report) call(name string, started time.Time, err error) bool {
	took := time.Since(started)
	r.lock.Lock()
	r.calls[name]++
	if took > r.slowest {
		r.slowest = took
	}
	r.lock.Unlock()
	if err != nil {
		known := status.Convert(err)
		r.fail("no-failed-call", fmt.Sprintf("%s: %s: %s", name, known.Code(), known.Message()))
	} else if took > slowest {
		r.fail("bounded", fmt.Sprintf("%s took %s: KEDA's loop stands still", name, took))
	}
	return err == nil
}

// same keeps the first description and requires all others to be equal.
func (r *report) same(first *string, now string) {
	r.lock.Lock()
	if *first == "" {
		*first = now
	}
	differs := *first != now
	r.lock.Unlock()
	if differs {
		r.fail("specs-stay", fmt.Sprintf("the specs changed from %q to %q", *first, now))
	}
}

func (r *report) connected() {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.connections++
}

func (r *report) streamed() {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.streams++
}

func (r *report) stopping() {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.isStopping = true
}

func (r *report) streamEnded(name string, err error) {
	r.lock.Lock()
	expected := r.isStopping
	r.lock.Unlock()
	if !expected {
		r.fail("streams-stay-open", fmt.Sprintf("%s ended with %v", name, err))
	}
}

// finish holds what can only be said at the end: one connection, and a state on each stream.
func (r *report) finish(streams int) {
	if r.connections != 1 {
		r.fail("one-connection", fmt.Sprintf("%d connections, not 1: it was lost", r.connections))
	}
	if r.streams < streams {
		r.fail("streams-speak", fmt.Sprintf("%d answers on %d streams", r.streams, streams))
	}
}

// end prints the summary and returns the exit code.
func (r *report) end() int {
	line, err := json.Marshal(map[string]interface{}{
		"program": "keda-calls-go", "grpc": grpc.Version, "ok": len(r.failures) == 0,
		"seconds": time.Since(r.started).Seconds(), "calls": r.calls,
		"connections": r.connections, "streamAnswers": r.streams, "failures": r.failures,
		"slowestMilliseconds": float64(r.slowest.Microseconds()) / 1000,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	fmt.Println(string(line))
	if len(r.failures) > 0 {
		return 1
	}
	return 0
}
