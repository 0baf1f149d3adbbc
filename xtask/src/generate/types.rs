//! The types that serde writes, as TypeScript has them.

use super::HEAD;
use fieldpost::client::Failure;
use fieldpost::outcome::{Fault, Reason};
use fieldpost::relay::effect::{Bind, Effect, Statement};
use fieldpost::relay::outbox::Stepped;
use fieldpost::relay::run::{At, Run, Then};
use fieldpost::systems::pace::{Called, Pace};
use fieldpost::systems::token::Credentials;
use fieldpost::{Account, Issue, Outcome, Severity};
use ts_rs::{Config, TS};

/// `pkg/src/core/outcome.gen.ts`.
pub(super) fn outcome() -> String {
    // What JavaScript counts in a double.
    let config = Config::default().with_large_int("number");
    let types = [
        declared::<Severity>(&config),
        declared::<Issue>(&config),
        declared::<Fault>(&config),
        declared::<Reason>(&config),
        declared::<Outcome>(&config),
        declared::<Pace>(&config),
        declared::<Called>(&config),
        declared::<Failure>(&config),
    ];
    [HEAD, "import type { CallCode, Code } from \"./codes.gen.js\";\n", &types.concat()].concat()
}

/// `pkg/src/core/account.gen.ts`: what an account's owner says.
pub(super) fn account() -> String {
    let config = Config::default();
    let types = [declared::<Account>(&config), declared::<Credentials>(&config)];
    [HEAD, "import type { System } from \"./border.gen.js\";\n", &types.concat()].concat()
}

/// `pkg/src/core/steps.gen.ts`: what an outbox's host does, and what it holds of a delivery meanwhile.
pub(super) fn steps() -> String {
    let config = Config::default().with_large_int("number");
    let types = [
        declared::<Bind>(&config),
        declared::<Statement>(&config),
        declared::<Effect>(&config),
        declared::<At>(&config),
        declared::<Then>(&config),
        declared::<Run>(&config),
        declared::<Stepped>(&config),
    ];
    let imports = "import type { LogEvent } from \"./codes.gen.js\";\nimport type { Outcome, Pace } from \"./outcome.gen.js\";\n";
    [HEAD, imports, &types.concat()].concat()
}

/// An exported type with what its documentation says, a member in a line.
fn declared<T: TS>(config: &Config) -> String {
    let docs = T::docs().unwrap_or_default();
    let text = T::decl(config)
        .replace("\n/**\n * ", "\n  /** ")
        .replace("\n * ", "\n   * ")
        .replace("\n */\n", " */\n  ")
        .replace("{ \n", "{\n")
        .replace(", \n", ";\n")
        .replace(", }", ";\n}")
        .replace("= { \"", "=\n{ \"")
        .replace("} | {", "}\n{");
    let mut out = format!("\n{}export ", docs.replace("/**\n * ", "/** ").replace("\n */", " */"));
    let is_variant = text.contains("=\n{ \"");
    for line in text.lines() {
        match line.strip_prefix("{ \"").and_then(|line| line.split_once("\": ")) {
            Some((tag, name)) => out.extend(["  | {\n      ", tag, ": ", name]),
            // The members of a variant stand deeper than those of a type.
            None if is_variant && line.starts_with([' ', '}']) => out.extend(["    ", line]),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}
