//! `pkg/src/core/sentences.gen.ts`: what is said with the codes of the edge module, which has none of these sentences itself.

use super::HEAD;
use super::script::{members, quoted};
use crate::Outcome;
use fieldpost::code::found::{ACCOUNTS, MAPPINGS};
use fieldpost::code::operator::PARAMS_TARGET;
use fieldpost::code::{self, ISSUES, call};
use fieldpost::outcome::Class;
use fieldpost::systems::{marketo, pardot, token};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// The most bytes of a sentence: what `ask` of `src/wasm/mod.rs` has room for.
const MOST: usize = 256;

/// The sentences by their codes. Where a vendor's code says another thing of a read, a mark stands behind its name.
pub(super) fn table(_: &Path) -> Outcome<String> {
    let of_a_read: Vec<_> = marketo::READ
        .iter()
        .map(|row| ([row.name, marketo::OF_A_READ].concat(), row.sentence))
        .collect();
    let ours = ISSUES
        .iter()
        .chain(&[call::CALLS, ACCOUNTS, MAPPINGS])
        .flat_map(|section| section.rows)
        .map(|row| (row.name, row.sentence))
        .chain([(PARAMS_TARGET.name, PARAMS_TARGET.sentence)]);
    // Of a sign-in that is asked again nothing is said.
    let signing = token::CODES
        .iter()
        .map(|(row, _)| row)
        .filter(|row| matches!(row.class, Class::Refused(_)));
    let vendors = [marketo::LEAD, marketo::REQUEST, pardot::CODES]
        .into_iter()
        .flatten()
        .chain(signing)
        .map(|row| (row.name, row.sentence))
        .chain(of_a_read.iter().map(|(name, sentence)| (name.as_str(), *sentence)));
    let mut said: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, sentence) in ours.chain(vendors).filter(|(_, sentence)| !sentence.is_empty()) {
        if name.len() + "|".len() + sentence.len() > MOST {
            return Err(format!("the sentence of {name} has more than {MOST} bytes").into());
        }
        if said.insert(name, sentence).is_some_and(|other| other != sentence) {
            return Err(format!("two sentences have the code {name}").into());
        }
    }
    let mut text = format!(
        "{HEAD}\n/** What is said with a code of the edge module's, which knows these by their codes alone. */\nexport const SENTENCES: Readonly<Record<string, string>> = {{\n"
    );
    members(&mut text, said)?;
    text.push_str("};\n\n/** The codes of issues in the order of their numbers, counted from 1. */\nexport const NUMBERED: readonly string[] = [\n");
    for row in code::issues() {
        writeln!(text, "  {},", quoted(row.name))?;
    }
    text.push_str("];\n");
    Ok(text)
}
