#!/usr/bin/env bash
# Pin requirements.txt and requirements-dev.txt from requirements/*.in: names and versions only.
set -euo pipefail
cd "$(dirname "$0")/.."
pins=(uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url
  --no-emit-find-links "$@")
all=$(mktemp)
trap 'rm -f "$all"' EXIT
{ cat requirements/direct.in; echo ./requirements/dlib; echo ./requirements/face-recognition-models; } > "$all"
{
  echo "# Made by \`make lock\` from requirements/direct.in. Install with: pip install -r requirements.txt"
  echo "-e ."
  "${pins[@]}" "$all" | sed 's|^.* @ file://.*/requirements/|./requirements/|'
} > requirements.txt
{ cat requirements/dev.in; } > "$all"
grep -v '^\(-e\|\./\)' requirements.txt > "$all.pins"
{
  echo "# Made by \`make lock\` from requirements/dev.in."
  echo "-r requirements.txt"
  sed '/^-c/d' requirements/dev.in | "${pins[@]}" --constraint "$all.pins" - |
    grep -vxFf <(grep -v '^#' requirements.txt)
} > requirements-dev.txt
rm -f "$all.pins"
