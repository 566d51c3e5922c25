# make run      serve the sample world on the embedded database under ./var
# make test     everything that must hold; the last line counts it
# make openapi  write the committed OpenAPI document; read the difference before committing it
# make bench    how long the heavy things take, as ratios within one run
.PHONY: run test openapi bench soak

run: export RUST_LOG ?= warn
run:
	@cargo run --quiet --locked -p api -- sample load --if-empty
	@cargo run --quiet --locked -p api -- serve

test:
	@.ci/test

openapi:
	@cargo run --quiet --locked -p api -- openapi > docs/api/openapi.json.new
	@mv docs/api/openapi.json.new docs/api/openapi.json

soak:
	@.ci/soak

bench:
	@cargo bench --locked -p domain --bench scoring
	@cargo bench --locked -p tests --bench ranking
