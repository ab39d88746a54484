package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

// functions are sprig's without the environment, and Helm's own.
func functions(root *template.Template) template.FuncMap {
	all := sprig.TxtFuncMap()
	delete(all, "env")
	delete(all, "expandenv")
	for name, function := range formats() {
		all[name] = function
	}
	depth := 0
	all["include"] = func(name string, data interface{}) (string, error) {
		if depth++; depth > 1000 {
			return "", fmt.Errorf("include %q: too deep", name)
		}
		defer func() { depth-- }()
		var out strings.Builder
		err := root.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	all["tpl"] = func(text string, data interface{}) (string, error) {
		clone, err := root.Clone()
		if err != nil {
			return "", err
		}
		clone.Funcs(functions(clone))
		inline, err := clone.New("tpl").Parse(text)
		if err != nil {
			return "", err
		}
		var out strings.Builder
		err = inline.Execute(&out, data)
		return strings.ReplaceAll(out.String(), "<no value>", ""), err
	}
	all["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	all["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	// As in `helm template`: no cluster, nothing found.
	all["lookup"] = func(api, kind, namespace, name string) map[string]interface{} {
		return map[string]interface{}{}
	}
	return all
}

// formats are Helm's conversions; like Helm's they show an error as a value, or as nothing.
func formats() template.FuncMap {
	return template.FuncMap{
		"toYaml": func(value interface{}) string {
			text, err := yaml.Marshal(value)
			if err != nil {
				return ""
			}
			return strings.TrimSuffix(string(text), "\n")
		},
		"fromYaml": func(text string) map[string]interface{} {
			value := map[string]interface{}{}
			if err := yaml.Unmarshal([]byte(text), &value); err != nil {
				value["Error"] = err.Error()
			}
			return value
		},
		"fromYamlArray": func(text string) []interface{} {
			value := []interface{}{}
			if err := yaml.Unmarshal([]byte(text), &value); err != nil {
				value = []interface{}{err.Error()}
			}
			return value
		},
		"toJson": func(value interface{}) string {
			text, err := json.Marshal(value)
			if err != nil {
				return ""
			}
			return string(text)
		},
		"fromJson": func(text string) map[string]interface{} {
			value := map[string]interface{}{}
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				value["Error"] = err.Error()
			}
			return value
		},
	}
}
