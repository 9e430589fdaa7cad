#!/usr/bin/env bash
# An Exercism test runner: run.sh SLUG IN OUT
#
# Grades the solution in the folder IN as the exercise SLUG, and leaves OUT/results.json. Exits 0
# whenever that file was written, whatever the tests say, as the interface wants it.
set -euo pipefail

if (($# != 3)); then
  echo "usage: run.sh SLUG IN OUT, for example: run.sh lost-update solution/ output/" >&2
  exit 2
fi
name=${1//-/_}
input=$(realpath "$2")
output=$(realpath "$3")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
kit=$(realpath "${TASKLINGS_KIT:-$here/../..}")

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$kit"
checker list "$name" >/dev/null # If there is no such exercise, that is no result.

solution=
for file in "$input/exercise.py" "$input/$name.py" "$input/solution.py"; do
  if [[ -f $file ]]; then
    solution=$file
    break
  fi
done
if [[ -z $solution ]]; then
  printf '%s\n' '{"version": 3, "status": "error",' \
    "\"message\": \"There is no exercise.py among the files that were handed in.\", \"tests\": []}" \
    >"$place/results.json"
else
  code=0
  checker grade "$name" --submission "$solution" --format exercism >"$place/results.json" || code=$?
  if ((code > 1)); then
    exit "$code"
  fi
fi
mv "$place/results.json" "$output/results.json"
