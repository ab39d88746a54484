package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// release is what Helm knows of the installation.
type release struct {
	Name, Namespace, KubeVersion string
	APIs                         []string
}

// chart is the chart's files by their paths below its directory.
type chart struct {
	metadata map[string]interface{}
	raw      map[string][]byte
}

func load(directory string) (*chart, error) {
	raw := map[string][]byte{}
	err := filepath.Walk(directory, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		relative, err := filepath.Rel(directory, path)
		if err != nil {
			return err
		}
		raw[filepath.ToSlash(relative)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		return nil, err
	}
	metadata, err := readYAML(raw["Chart.yaml"], false)
	if err != nil {
		return nil, fmt.Errorf("Chart.yaml: %w", err)
	}
	// Templates say .Chart.AppVersion where the file says appVersion.
	fields := map[string]interface{}{}
	for key, value := range metadata {
		fields[strings.ToUpper(key[:1])+key[1:]] = value
	}
	return &chart{metadata: fields, raw: raw}, nil
}

// render executes every template; the keys are paths as Helm shows them.
func (c *chart) render(values map[string]interface{}, to release) (map[string]string, error) {
	name := fmt.Sprint(c.metadata["Name"])
	root := template.New("root").Option("missingkey=zero")
	root.Funcs(functions(root))
	paths := []string{}
	for path, text := range c.raw {
		if !strings.HasPrefix(path, "templates/") {
			continue
		}
		full := name + "/" + path
		if _, err := root.New(full).Parse(string(text)); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(filepath.Base(path), "_") {
			paths = append(paths, full)
		}
	}
	rendered := map[string]string{}
	for _, path := range paths {
		var out strings.Builder
		data := c.data(values, to)
		data["Template"] = map[string]interface{}{"Name": path, "BasePath": name + "/templates"}
		if err := root.ExecuteTemplate(&out, path, data); err != nil {
			return nil, err
		}
		rendered[path] = strings.ReplaceAll(out.String(), "<no value>", "")
	}
	return rendered, nil
}

// data is the dot of every template.
func (c *chart) data(values map[string]interface{}, to release) map[string]interface{} {
	parts := append(strings.Split(strings.TrimPrefix(to.KubeVersion, "v"), "."), "0")
	return map[string]interface{}{
		"Values": values,
		"Chart":  c.metadata,
		"Files":  files(c.raw),
		"Release": map[string]interface{}{
			"Name": to.Name, "Namespace": to.Namespace, "Service": "Helm", "Revision": 1,
			"IsInstall": true, "IsUpgrade": false,
		},
		"Capabilities": map[string]interface{}{
			"APIVersions": apiVersions(to.APIs),
			"KubeVersion": kubeVersion{
				Version: to.KubeVersion, GitVersion: to.KubeVersion,
				Major: parts[0], Minor: parts[1],
			},
		},
	}
}

type kubeVersion struct{ Version, GitVersion, Major, Minor string }

func (k kubeVersion) String() string { return k.Version }

type apiVersions []string

// Has is true for an API that was named on the command line.
func (a apiVersions) Has(version string) bool {
	for _, one := range a {
		if one == version {
			return true
		}
	}
	return false
}

type files map[string][]byte

// Get is a file's text, empty where there is none.
func (f files) Get(name string) string { return string(f[name]) }
