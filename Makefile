# make demo   installs, builds, starts sandbox, relay and page
# make test   every test, as CI runs it
# make pack   every npm package into dist/, the sandbox for this machine
# The others: site (the documentation's), search (every interleaving on a small world), build, check (generated files, format, lints, docs), bench, size, faults (KILLS, LEADS, SEED: kills, a broken network, load), proxies (nginx, Vite);
# and the long ones: test-all, lint-all, fuzz, mutants; advisories asks the network

SHELL := /bin/sh
TARGET := $(or $(CARGO_TARGET_DIR),target)
SANDBOX := $(TARGET)/debug/fieldpost-sandbox
XTASK := $(TARGET)/debug/xtask

# What runs on this machine is compiled in one selection of packages: each has features of its own for the crates that all
# of them need, and compiles these once more.
NATIVE := --package xtask --package fieldpost-sandbox
test: NATIVE := --workspace --all-targets

# By itself: without optimisation its days take eight times as long.
SIMULATION := cargo test --profile days --locked --quiet --package fieldpost --test simulation

rust_sources := $(shell find src -name '*.rs' -o -path 'src/data/*' -type f) Cargo.toml Cargo.lock rust-toolchain.toml
package_sources := $(shell find pkg/src -type f) pkg/package.json $(wildcard pkg/tsconfig*.json) $(wildcard pkg/*.mjs) pkg/reader.wat
packages_sources := $(shell find packages -type f -not -path '*/dist/*' -not -path '*/node_modules/*' -not -name 'LICENSE-*' -not -name .built)
sandbox_sources := $(shell find sandbox/src -type f) sandbox/Cargo.toml

# Tools that only the long targets need, each of one version, beside what they build.
TOOLS := $(abspath $(TARGET))/tools
CARGO_FUZZ := $(TOOLS)/.cargo-fuzz-0.13.2
CARGO_MUTANTS := $(TOOLS)/.cargo-mutants-27.1.0
CARGO_DENY := $(TOOLS)/.cargo-deny-0.20.2
TYPOS := $(TOOLS)/.typos-cli-1.52.0
FUZZ_NIGHTLY := $(shell sed -n 's/^channel = "\(.*\)"/\1/p' fuzz/rust-toolchain.toml)
FUZZ_TARGETS ?= email phone labels form spec
# The border of a page's modules, in Node; it needs no compiler.
BORDER_SECONDS ?= $(FUZZ_SECONDS)
FUZZ_SECONDS ?= 600

.PHONY: demo pack newcomer test test-all lint-all advisories proxies picture judges build site check bench size before faults search decisions fuzz border mutants tools clean

demo: build $(SANDBOX)
	@SANDBOX_BIN="$(abspath $(SANDBOX))" exec node www/demo/demo.mjs

test: check build $(SANDBOX)
	cargo test --workspace --locked --quiet
	$(SIMULATION)
	SANDBOX_BIN="$(abspath $(SANDBOX))" node tests/run.mjs
	node tests/size.mjs

# Everything that `test` leaves out for its time: three engines, the tools and runtimes that people use, programs in Rust, and long forms.
# It needs Debian's chromium, firefox-esr, webkit2gtk-driver and xvfb, and installs some 600 MB of tools beside itself.
# FIELDPOST_CASES may name the folder of the cases that public suites agree on.
test-all: test lint-all
	FIELDPOST_TIMES=assert PROPTEST_CASES=20000 cargo test --release --locked --quiet --test properties
	cargo test --release --locked --quiet --test encodings
	node tests/linear.mjs
	SANDBOX_BIN="$(abspath $(SANDBOX))" FIELDPOST_TIMES=assert node tests/console-many.mjs
	SANDBOX_BIN="$(abspath $(SANDBOX))" FIELDPOST_TIMES=assert node tests/console-engines.mjs
	SANDBOX_BIN="$(abspath $(SANDBOX))" FIELDPOST_TIMES=assert node tests/console-pace.mjs
	SANDBOX_BIN="$(abspath $(SANDBOX))" RUNS=10 STEPS=60 node tests/run.mjs alike.test.mjs
	SANDBOX_BIN="$(abspath $(SANDBOX))" node --test tests/reconcile-long.mjs
	node tests/identical.mjs --count 100000 --engines
	node tests/differential.mjs --count 1000000
	$(MAKE) site
	node tests/site.mjs
	node tests/engines.mjs
	node tests/react.mjs
	node tests/packaging.mjs
	SANDBOX_BIN="$(abspath $(SANDBOX))" node tests/rust.mjs
	$(MAKE) newcomer
	$(MAKE) judges
	$(MAKE) proxies
	FIELDPOST_TIMES=assert node tests/run.mjs browser-held.test.mjs
	LEADS=7 node tests/run.mjs browser-outbox.test.mjs
	LEADS=20 node tests/run.mjs browser-autofill.test.mjs

# Somebody with Node alone, from the packed tarballs to a lead in the sandbox; npm fetches wrangler and three versions of Node.
newcomer: pack
	node tests/newcomer.mjs 20.19 22 24

# The README's picture, from the demo as it runs.
picture: build $(SANDBOX)
	SANDBOX_BIN="$(abspath $(SANDBOX))" node tests/picture.mjs

# Clients of others against the sandbox; npm and pip fetch them.
judges: build $(SANDBOX)
	SANDBOX_BIN="$(abspath $(SANDBOX))" node tests/judges.mjs

# The relay behind a real nginx and a real Vite, and as it runs on one machine; it installs Debian's nginx where that is missing.
proxies: build $(SANDBOX)
	SANDBOX_BIN="$(abspath $(SANDBOX))" node tests/proxies.mjs
	SANDBOX_BIN="$(abspath $(SANDBOX))" node tests/machine.mjs

# One after another, FUZZ_SECONDS each. What one finds stays in fuzz/artifacts until it is a case of tests/cases. Sanitizer and
# counters take sixteen times as long: half a second for an owner's pattern of a thousand copies is eight.
fuzz: $(CARGO_FUZZ)
	@rustup toolchain list | grep -q '^$(FUZZ_NIGHTLY)' || rustup toolchain install $(FUZZ_NIGHTLY) --profile minimal
	@node fuzz/seeds.mjs
	@cd fuzz && for target in $(FUZZ_TARGETS); do \
	  echo "fuzz: $$target, $(FUZZ_SECONDS) s"; \
	  PATH="$(TOOLS)/bin:$$PATH" CARGO_TARGET_DIR="$(abspath $(TARGET))/fuzz" cargo +$(FUZZ_NIGHTLY) fuzz run --fuzz-dir . $$target -- \
	    -max_total_time=$(FUZZ_SECONDS) -dict=words.dict -max_len=4096 -timeout=20 -verbosity=0 -print_final_stats=1 || exit 1; \
	done
	@$(MAKE) border

border: build
	node fuzz/border.mjs --seconds $(BORDER_SECONDS)

# MUTANTS="--re rules/date.rs" tries one file. Fails when a mutant survives; docs/mutants.md explains those that may.
mutants: $(CARGO_MUTANTS)
	PATH="$(TOOLS)/bin:$$PATH" cargo mutants --output $(TARGET) $(MUTANTS)

build: pkg/dist/.built packages/.built

# The sandbox's program for this machine as it is published, in a folder of its own: other targets keep their release.
pack: build
	cargo build --release --quiet --locked --package fieldpost-sandbox --target "$$(rustc -vV | sed -n 's/^host: //p')" --config 'profile.release.strip="symbols"'
	node packages/pack.mjs

# The site of the documentation, built of docs/ into site/.vitepress/dist; `tests/site.mjs` reads it in a browser.
site: build site/node_modules/.installed
	cd site && npm run --silent build

check: node_modules/.installed pkg/dist/.built
	cargo build --quiet --locked $(NATIVE)
	$(XTASK) generate --check
	node packages/identity.mjs --check
	cargo fmt --all --check
	npx --no-install biome ci --error-on-warnings
	npx --no-install tsc --project tests/tsconfig.json
	for host in page worker node; do npx --no-install tsc --project tests/types/$$host || exit 1; done
	cargo clippy --workspace --all-targets --locked --quiet -- --deny warnings
	cargo clippy --package fieldpost --test simulation --locked --quiet -- --deny warnings
	cargo clippy --package fieldpost --lib --no-default-features --locked --quiet -- --deny warnings
	cargo clippy --package fieldpost --lib --no-default-features --features web --target wasm32-unknown-unknown --target-dir $(TARGET)/wasm --locked --quiet -- --deny warnings
	RUSTDOCFLAGS=--deny=warnings cargo doc --workspace --no-deps --locked --quiet

# What `check` looks at, then the licences and sources of every crate, and the spelling of every text.
lint-all: check $(CARGO_DENY) $(TYPOS)
	for module in lean late build edge; do cargo clippy --package fieldpost --lib --no-default-features --features $$module --target wasm32-unknown-unknown --target-dir $(TARGET)/wasm --locked --quiet -- --deny warnings || exit 1; done
	RUSTDOCFLAGS=--deny=warnings cargo doc --package fieldpost --features web --no-deps --locked --quiet
	PATH="$(TOOLS)/bin:$$PATH" cargo deny --locked check --deny warnings bans licenses sources
	$(TOOLS)/bin/typos
	node tests/workflows.mjs

# Known defects of the crates that we use, from RustSec's list.
advisories: $(CARGO_DENY)
	PATH="$(TOOLS)/bin:$$PATH" cargo deny --locked check advisories

bench: build
	node benches/run.mjs

# The start of a page's build beside another commit's: BEFORE is that one's folder `pkg`, built there.
before: build
	node benches/before.mjs $(BEFORE)

size: build
	node tests/size.mjs

faults: build $(SANDBOX) search decisions
	SIMULATION_SEEDS=$(or $(SEEDS),100000) $(SIMULATION) -- --nocapture
	SANDBOX_BIN="$(abspath $(SANDBOX))" node tests/faults/run.mjs

# Every interleaving of the relay's machines on small worlds, with each fault and each two at each step; SEARCH=crash,disk,
# SEARCH_SYSTEM=pardot and SEARCH_LEADS=3 for others.
search:
	cargo run --release --locked --quiet --package fieldpost-search

# Breaks the relay's named decisions one after the other (tests/mutants/decisions.json): each must be noticed.
decisions: $(SANDBOX)
	$(XTASK) decisions $(DECISION)

clean:
	rm -rf $(TARGET) node_modules pkg/dist pkg/wasm packages/*/dist packages/.built dist .demo

# One clear sentence instead of a shell's.
tools:
	@command -v cargo >/dev/null || { echo "make: cargo is missing; install Rust from https://rustup.rs" >&2; exit 1; }
	@command -v node >/dev/null || { echo "make: node is missing; install Node.js 20.19 or newer" >&2; exit 1; }
	@command -v npm >/dev/null || { echo "make: npm is missing; it comes with Node.js" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "make: a C compiler is missing (cc); the sandbox's SQLite needs one" >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); if (a < 20 || (a === 20 && b < 19)) { console.error("make: Node.js 20.19 or newer is needed, this is " + process.version); process.exit(1) }'

$(CARGO_FUZZ) $(CARGO_MUTANTS) $(CARGO_DENY) $(TYPOS): | tools
	name=$(patsubst .%,%,$(notdir $@)); cargo install "$${name%-*}" --version "$${name##*-}" --locked --root $(TOOLS) --quiet
	@touch $@

node_modules/.installed: package.json package-lock.json pkg/package.json $(wildcard packages/*/package.json) | tools
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

site/node_modules/.installed: site/package.json site/package-lock.json | tools
	cd site && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# rustup may have been told not to install targets by itself.
pkg/wasm/.built: $(rust_sources) $(shell find xtask -name '*.rs') xtask/Cargo.toml node_modules/.installed | tools
	@if command -v rustup >/dev/null; then rustup target add wasm32-unknown-unknown >/dev/null 2>&1 || true; fi
	cargo build --quiet --locked $(NATIVE)
	$(XTASK) wasm
	@touch $@

pkg/dist/.built: pkg/wasm/.built $(package_sources)
	node pkg/build.mjs
	@touch $@

packages/.built: pkg/dist/.built $(packages_sources)
	node packages/build.mjs
	@touch $@

$(SANDBOX): $(sandbox_sources) Cargo.lock | tools
	cargo build --quiet --locked $(NATIVE)
	@touch $@
