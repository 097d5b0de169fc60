# Pins every dependency with its hashes. No index address may stand in the result: who installs decides.
set -e
cd "$(dirname "$0")/.."
.venv/bin/python -m pip install --quiet uv
compile() {
  .venv/bin/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header "$@"
}
compile pyproject.toml -o requirements/runtime.txt
compile pyproject.toml --extra demo -c requirements/runtime.txt -o requirements/demo.txt
compile pyproject.toml --group dev --extra demo --extra postgresql -c requirements/demo.txt -o requirements/dev.txt
compile --group bench -c requirements/dev.txt -o requirements/bench.txt
printf 'hatchling\neditables\n' | compile - -o requirements/build.txt
