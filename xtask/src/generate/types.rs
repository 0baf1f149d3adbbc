//! The types that serde writes, as TypeScript has them.

use super::HEAD;
use fieldpost::client::Failure;
use fieldpost::outcome::{Fault, Reason};
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
        .replace("= { \"kind\": ", "=\n{ \"kind\": ")
        .replace("} | {", "}\n{");
    let mut out = format!("\n{}export ", docs.replace("/**\n * ", "/** ").replace("\n */", " */"));
    for line in text.lines() {
        let is_variant = text.contains("\"kind\"");
        match line.strip_prefix("{ \"kind\": ") {
            Some(kind) => out.extend(["  | {\n      kind: ", kind]),
            // The members of a variant stand deeper than those of a type.
            None if is_variant && line.starts_with([' ', '}']) => out.extend(["    ", line]),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}
