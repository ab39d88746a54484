// Command render prints what `helm template` would, where Helm is not installed: the chart's
// templates on text/template with sprig, plus those of Helm's own functions that charts use.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o render ./Tests/Chart/render
//	render -chart chart -values my-values.yaml [-print manifests|json|values|notes]
//
// It needs Debian's golang-github-masterminds-sprig-dev and golang-k8s-sigs-yaml-dev.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

// list is a flag that may be repeated.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	var values, apis list
	chart := flag.String("chart", "chart", "directory of the chart")
	name := flag.String("release", "keda-burst-scaler", "release name")
	namespace := flag.String("namespace", "keda", "release namespace")
	version := flag.String("kube-version", "v1.34.0", "the cluster's version")
	output := flag.String("print", "manifests", "manifests, json, values or notes")
	numbers := flag.String("numbers", "float64", "how values hold numbers: float64 or json.Number")
	flag.Var(&values, "values", "values file, - for standard input; later ones win; repeatable")
	flag.Var(&apis, "api-versions", "an API that the cluster has; repeatable")
	flag.Parse()

	release := release{Name: *name, Namespace: *namespace, KubeVersion: *version, APIs: apis}
	err := run(*chart, values, release, *output, *numbers == "json.Number")
	if err != nil {
		fmt.Fprintf(os.Stderr, "Error: %v\n", err)
		os.Exit(1)
	}
}

func run(directory string, files []string, to release, output string, exact bool) error {
	loaded, err := load(directory)
	if err != nil {
		return err
	}
	values, err := readYAML(loaded.raw["values.yaml"], exact)
	if err != nil {
		return fmt.Errorf("values.yaml: %w", err)
	}
	for _, file := range files {
		text, err := readValues(file)
		if err != nil {
			return err
		}
		given, err := readYAML(text, exact)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		values = merge(values, given)
	}
	if output == "values" {
		return printJSON(values)
	}
	rendered, err := loaded.render(values, to)
	if err != nil {
		return err
	}
	return write(rendered, output)
}

func readValues(file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(file)
}

func write(rendered map[string]string, output string) error {
	names := make([]string, 0, len(rendered))
	for name := range rendered {
		names = append(names, name)
	}
	sort.Strings(names)
	documents := []interface{}{}
	for _, name := range names {
		isNotes := strings.HasSuffix(name, "/NOTES.txt")
		text := strings.TrimSpace(rendered[name])
		switch {
		case isNotes && output == "notes":
			fmt.Println(text)
		case isNotes || output == "notes" || text == "":
		case output == "json":
			for _, part := range split(text) {
				// Strictly: a key that stands in a map twice is a fault.
				document := map[string]interface{}{}
				err := yaml.UnmarshalStrict([]byte(part), &document)
				if err != nil {
					return fmt.Errorf("%s is not YAML: %w", name, err)
				}
				if len(document) > 0 {
					documents = append(documents, document)
				}
			}
		default:
			for _, part := range split(text) {
				fmt.Printf("---\n# Source: %s\n%s\n", name, part)
			}
		}
	}
	if output == "json" {
		return printJSON(documents)
	}
	return nil
}

// split cuts a file into its YAML documents.
func split(text string) []string {
	parts := []string{}
	for _, part := range strings.Split("\n"+text, "\n---") {
		if part = strings.Trim(part, "\n"); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func printJSON(value interface{}) error {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// readYAML reads a map. Older Helm holds numbers as float64, newer as json.Number, which to a
// template is a text: templates must not care.
func readYAML(text []byte, exact bool) (map[string]interface{}, error) {
	options := []yaml.JSONOpt{}
	if exact {
		options = append(options, func(d *json.Decoder) *json.Decoder { d.UseNumber(); return d })
	}
	values := map[string]interface{}{}
	err := yaml.Unmarshal(text, &values, options...)
	return values, err
}

// merge lays one map over another as Helm does: maps key by key, null takes a key away.
func merge(below, above map[string]interface{}) map[string]interface{} {
	merged := map[string]interface{}{}
	for key, value := range below {
		merged[key] = value
	}
	for key, value := range above {
		lower, lowerIsMap := merged[key].(map[string]interface{})
		upper, upperIsMap := value.(map[string]interface{})
		switch {
		case value == nil:
			delete(merged, key)
		case lowerIsMap && upperIsMap:
			merged[key] = merge(lower, upper)
		default:
			merged[key] = value
		}
	}
	return merged
}
