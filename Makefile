# make demo   installs, builds, starts sandbox, relay and page
# make test   every test, as CI runs it
# The others: build, check (format, lints, docs), bench, size, faults (KILLS, LEADS, SEED: kills, a broken network, load)

SHELL := /bin/sh
TARGET := $(or $(CARGO_TARGET_DIR),target)
SANDBOX := $(TARGET)/debug/fieldpost-sandbox

rust_sources := $(shell find src -name '*.rs' -o -path 'src/data/*' -type f) Cargo.toml Cargo.lock rust-toolchain.toml
package_sources := $(shell find pkg/src -type f) pkg/package.json pkg/tsconfig.json pkg/build.mjs
sandbox_sources := $(shell find sandbox/src -type f) sandbox/Cargo.toml

.PHONY: demo test build check bench size faults tools clean

demo: build $(SANDBOX)
	@SANDBOX_BIN="$(abspath $(SANDBOX))" exec node www/demo/demo.mjs

test: check build $(SANDBOX)
	cargo test --workspace --locked --quiet
	SANDBOX_BIN="$(abspath $(SANDBOX))" node tests/run.mjs
	node tests/size.mjs

build: pkg/dist/.built

check: node_modules/.installed
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --quiet -- --deny warnings
	cargo clippy --package fieldpost --lib --no-default-features --locked --quiet -- --deny warnings
	RUSTDOCFLAGS=--deny=warnings cargo doc --workspace --no-deps --locked --quiet

bench: build
	node benches/run.mjs

size: build
	node tests/size.mjs

faults: build $(SANDBOX)
	SIMULATION_SEEDS=$(or $(SEEDS),100000) cargo test --release --locked --quiet --test simulation -- --nocapture
	SANDBOX_BIN="$(abspath $(SANDBOX))" node tests/faults/run.mjs

clean:
	rm -rf $(TARGET) node_modules pkg/dist pkg/wasm .demo

# One clear sentence instead of a shell's.
tools:
	@command -v cargo >/dev/null || { echo "make: cargo is missing; install Rust from https://rustup.rs" >&2; exit 1; }
	@command -v node >/dev/null || { echo "make: node is missing; install Node.js 20.19 or newer" >&2; exit 1; }
	@command -v npm >/dev/null || { echo "make: npm is missing; it comes with Node.js" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "make: a C compiler is missing (cc); the sandbox's SQLite needs one" >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); if (a < 20 || (a === 20 && b < 19)) { console.error("make: Node.js 20.19 or newer is needed, this is " + process.version); process.exit(1) }'

node_modules/.installed: package.json package-lock.json pkg/package.json | tools
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# rustup may have been told not to install targets by itself.
pkg/wasm/.built: $(rust_sources) $(shell find xtask -name '*.rs') xtask/Cargo.toml node_modules/.installed | tools
	@if command -v rustup >/dev/null; then rustup target add wasm32-unknown-unknown >/dev/null 2>&1 || true; fi
	cargo xtask wasm
	@touch $@

pkg/dist/.built: pkg/wasm/.built $(package_sources)
	node pkg/build.mjs
	@touch $@

$(SANDBOX): $(sandbox_sources) Cargo.lock | tools
	cargo build --quiet --locked --package fieldpost-sandbox
	@touch $@
