"""Holds plans against their JSON Schema with a validator that is not ours.

usage: validate_plans.py SCHEMA < CASES

CASES is a JSON array of {"name", "isValid", "plan"}. Says where the validator disagrees, and exits 1 then.
"""

import json
import sys

import jsonschema


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    status = 0
    for case in json.load(sys.stdin):
        mistake = next(validator.iter_errors(case["plan"]), None)
        if (mistake is None) != case["isValid"]:
            print(f"{case['name']}: {mistake.message if mistake else 'the schema finds nothing wrong'}")
            status = 1
    return status


sys.exit(main())
