#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: installs the kit beside a Python for it.
# What is installed already is left as it is, so that it can be run again.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
kit=$root/source/tasklings

if [[ ! -f $kit/exercises/course.toml ]]; then
  echo "setup.sh: $kit is no clone of the kit; put one into the zip file, see the README" >&2
  exit 2
fi

find_python() {
  local name
  for name in python3.13 python3.12 python3.11 python3; do
    if "$name" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
}

if [[ ! -x $root/venv/bin/checker ]]; then
  python=$(find_python)
  if [[ -z $python ]]; then
    apt-get update -qq
    # The image's own Python may be older than 3.11; then its archive has a later one beside it.
    apt-get install -y -qq --no-install-recommends python3-venv
    apt-get install -y -qq --no-install-recommends python3.11 python3.11-venv || true
    python=$(find_python)
  fi
  if [[ -z $python ]]; then
    echo "setup.sh: there is no Python 3.11 or later; choose a newer base image" >&2
    exit 2
  fi
  "$python" -m venv "$root/venv"
  "$root/venv/bin/pip" install --quiet "$kit"
fi

cd "$kit"
user=()
if [[ $(id -u) == 0 && -n ${AUTOGRADER_USER-nobody} ]]; then
  user=(--user "${AUTOGRADER_USER-nobody}")
  # Submissions run as that user, who has no business here, nor in the copy that is installed.
  chmod -R go= exercises solutions
  find "$root/venv" -type d -path '*/checker/shipped' -prune -exec chmod -R go= {} +
fi
if ! said=$("$root/venv/bin/checker" grade --submission solutions ${user[@]+"${user[@]}"} 2>&1); then
  printf '%s\n' "$said" "setup.sh: the solutions do not pass, so nothing could be graded here" >&2
  exit 2
fi
echo "setup.sh: the kit is ready in $kit"
