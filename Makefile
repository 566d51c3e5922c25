# make run   serve the sample world on the embedded database under ./var
# make test  everything that must hold; the last line counts it
.PHONY: run test

run: export RUST_LOG ?= warn
run:
	@cargo run --quiet --locked -p api -- sample load --if-empty
	@cargo run --quiet --locked -p api -- serve

test:
	@.ci/test
