// The peer: the same queries through Go's net/http, decoded as KEDA decodes them.
// Usage: main ADDRESS COUNT gzip|plain
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
)

type answer struct {
	Status string `json:"status"`
	Data   struct {
		ResultType string `json:"resultType"`
		Result     []struct {
			Metric struct{}      `json:"metric"`
			Value  []interface{} `json:"value"`
		} `json:"result"`
	} `json:"data"`
}

func cpuMicroseconds() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Sec+usage.Stime.Sec)*1e6 + float64(usage.Utime.Usec+usage.Stime.Usec)
}

func ask(client *http.Client, address string, count int) int64 {
	left, failed := int64(count), int64(0)
	var group sync.WaitGroup
	for worker := 0; worker < 16; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for atomic.AddInt64(&left, -1) >= 0 {
				response, err := client.Get(address + "/api/v1/query?query=up")
				if err != nil {
					atomic.AddInt64(&failed, 1)
					continue
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				var parsed answer
				if err != nil || json.Unmarshal(body, &parsed) != nil || len(parsed.Data.Result) == 0 ||
					parsed.Data.Result[0].Value[1] != "1" {
					atomic.AddInt64(&failed, 1)
				}
			}
		}()
	}
	group.Wait()
	return failed
}

func main() {
	count, _ := strconv.Atoi(os.Args[2])
	client := &http.Client{Transport: &http.Transport{
		DisableCompression: os.Args[3] == "plain", MaxIdleConnsPerHost: 16,
	}}
	ask(client, os.Args[1], 200)
	before := cpuMicroseconds()
	failed := ask(client, os.Args[1], count)
	spent := cpuMicroseconds() - before
	fmt.Printf("go %s: %.1f us CPU per query, %d failed\n", os.Args[3], spent/float64(count), failed)
}
