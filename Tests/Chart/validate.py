"""Checks what the chart renders, and what its users write, against schemas.

  validate.py manifests < [{"name": …, "kubernetes": "1.35", "documents": […]}, …]
  validate.py values SCHEMA < [{"name": …, "values": {…}}, …]

Prints one line per fault, `NAME: WHERE: WHAT`, and nothing where all is well. Kubernetes' own
kinds are checked strictly (unknown fields are faults) by kubernetes-validate, custom resources by
the schemas beside this file, which hold the fields that the chart uses.
"""

import json
import pathlib
import sys

import jsonschema
import kubernetes_validate

CUSTOM = {
    path.stem: json.loads(path.read_text())
    for path in (pathlib.Path(__file__).parent / "schemas").glob("*.json")
}


def faults_of(document, kubernetes):
    """What is wrong with one document, as (where, what) pairs."""
    kind = document.get("kind", "")
    if kind in CUSTOM:
        yield from faults_by_schema(document, CUSTOM[kind])
        return
    try:
        kubernetes_validate.validate(document, kubernetes, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield ".".join(str(part) for part in error.path), error.message
    except Exception as error:  # Every other refusal, such as a version or kind it does not know.
        yield "", f"{type(error).__name__}: {error}"


def faults_by_schema(value, schema):
    """What is wrong by a JSON schema, as (where, what) pairs."""
    validator = jsonschema.Draft7Validator(schema)
    for error in sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.path))):
        yield ".".join(str(part) for part in error.path), error.message


def main():
    """Reads the cases, prints the faults."""
    command, *arguments = sys.argv[1:]
    cases = json.load(sys.stdin)
    if command == "values":
        schema = json.loads(pathlib.Path(arguments[0]).read_text())
        jsonschema.Draft7Validator.check_schema(schema)
    for case in cases:
        if command == "values":
            for where, what in faults_by_schema(case["values"], schema):
                print(f"{case['name']}: {where}: {what}")
            continue
        for document in case["documents"]:
            name = f"{document.get('kind')}/{document.get('metadata', {}).get('name')}"
            for where, what in faults_of(document, case["kubernetes"]):
                print(f"{case['name']}: {name} {where}: {what}")


main()
