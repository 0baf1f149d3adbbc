//! What both sides of a border must call the same: page and relay, and script and module.

use super::HEAD;
use super::ruling::{answers, table, yes};
use super::script::{quoted, union};
use crate::Outcome;
use fieldpost::field::Options;
use fieldpost::form::MAX_VALUES;
use fieldpost::operation::OWN;
use fieldpost::options::{ADDRESS_DEFAULT, CHANNELS, DEFAULTS, MOST_SHARDS};
use fieldpost::packed::{MARKS, MAX_DEPTH};
use fieldpost::relay::acceptance::KEEP;
use fieldpost::relay::alerts::{arrived, rings};
use fieldpost::relay::arrival::{MAX_BYTES, MAX_FIELDS};
use fieldpost::relay::delivering::LIMITER_DEADLINE;
use fieldpost::report::Flags;
use fieldpost::systems::relay::answers::State;
use fieldpost::systems::relay::{LEAD_SUBMIT, WIRE_VERSION};
use fieldpost::{Kind, System};
use std::fmt::Write;
use std::path::Path;

/// `pkg/src/core/wire.gen.ts`.
pub(super) fn page(_: &Path) -> Outcome<String> {
    // What is no field of the body: the form stands in the path, and the values are the visitor's.
    let own = LEAD_SUBMIT
        .params
        .fields
        .iter()
        .map(|field| field.name)
        .filter(|name| !["form", "values"].contains(name));
    let mut text = HEAD.to_owned();
    writeln!(
        text,
        "\n/** The version of what a page and a relay say to each other. */\nexport const WIRE_VERSION = \"{WIRE_VERSION}\";"
    )?;
    writeln!(
        text,
        "\n/** What begins the name of a field that is the page's, and not the visitor's. */\nexport const OWN = {};",
        quoted(OWN)
    )?;
    writeln!(
        text,
        "\n/** Those fields, without it: the parameters of `relay.lead.submit` beside the visitor's values. */\nexport type OwnName = {};",
        union(own)
    )?;
    text.push_str(
        "\n/** Those fields, as they are called in a body. */\nexport type OwnFields = { [name in OwnName as `${typeof OWN}${name}`]?: string };\n",
    );
    writeln!(
        text,
        "\n/** The most bytes of a lead's body. */\nexport const MAX_BYTES = {MAX_BYTES};\n\n/** The most fields of one: of more only the form's own are read, and of those no more than a form checks. */\nexport const MAX_FIELDS = {MAX_FIELDS};\nexport const MAX_VALUES = {MAX_VALUES};"
    )?;
    writeln!(
        text,
        "\n/** What an answer says of a lead. */\nexport type State = {};",
        union(State::ALL.map(State::name))
    )?;
    Ok(text)
}

/// `pkg/src/relay/outbox/deadlines.gen.ts`.
pub(super) fn deadlines() -> String {
    format!(
        "{HEAD}\n/** What an answer of the limiter's may take, in milliseconds. */\nexport const LIMITER_DEADLINE = {LIMITER_DEADLINE};\n\n/** The memory of a lead that is done goes after so many. */\nexport const KEEP = {KEEP};\n"
    )
}

/// `pkg/src/relay/options.gen.ts`.
pub(super) fn options() -> String {
    let members = |rows: &[(&str, u64)]| {
        rows.iter().map(|(name, number)| format!("{name}: {number}")).collect::<Vec<_>>().join(", ")
    };
    format!(
        "{HEAD}\n/** The most shards that an owner may have: an operator's call and the cron ask every one of them. */\nexport const MOST_SHARDS = {MOST_SHARDS};\n\n/** What there is, or may be, where the owner says nothing. */\nexport const DEFAULTS = {{ {}, addressLimit: {{ {} }} }};\n",
        members(DEFAULTS),
        members(ADDRESS_DEFAULT)
    )
}

/// What a clean value is to a script.
fn clean(kind: Kind) -> &'static str {
    match kind {
        Kind::Labels | Kind::Choices => "string[]",
        Kind::Boolean | Kind::Consent => "boolean",
        Kind::Integer | Kind::Number => "number | string",
        _ => "string",
    }
}

/// `pkg/src/relay/alerts.gen.ts`.
pub(super) fn alerts() -> Outcome<String> {
    let mut text = HEAD.to_owned();
    text.push_str("\n/** The kinds of channels that can be told of an incident, and where their messages go where the owner does not say. */\nexport const CHANNELS = {\n");
    for kind in CHANNELS {
        writeln!(text, "  {}: {},", kind.name, quoted(kind.url))?;
    }
    text.push_str("} as const;\n\n/** One of them. */\nexport type ChannelKind = keyof typeof CHANNELS;\n\n/** The members that each needs. */\nexport interface ChannelNeeds {\n");
    for kind in CHANNELS {
        writeln!(text, "  {}: {};", kind.name, union(kind.needs.split(' ')))?;
    }
    text.push_str("}\n");
    table(
        &mut text,
        "What came of a message, by the hundreds of its answer's status: the empty text where it has arrived; where nothing stands here it is the status's own code.",
        "ARRIVED",
        (0..6).map(|hundreds| arrived(hundreds).map_or("undefined".to_owned(), quoted)),
    )?;
    table(
        &mut text,
        "Whether an alarm is set for the next look: whether there is one, and whether that would ring later.",
        "RINGS",
        answers(|[has_alarm, is_later]| yes(rings(has_alarm, is_later))),
    )?;
    Ok(text)
}

/// `pkg/src/core/border.gen.ts`.
pub(super) fn border(_: &Path) -> Outcome<String> {
    let mut text = HEAD.to_owned();
    let kinds = Kind::VISITOR.iter().map(|(name, _)| *name);
    writeln!(
        text,
        "\n/** The kind of a visitor's field. */\nexport type Kind = {};",
        union(kinds)
    )?;
    text.push_str(
        "\n/** What a clean value of each kind is; one that is empty is absent. A number that a script would round or write in another way is text. */\nexport interface Cleaned {\n",
    );
    for (name, kind) in Kind::VISITOR {
        writeln!(text, "  {name}: {};", clean(*kind))?;
    }
    text.push_str("}\n");
    writeln!(
        text,
        "\n/** Those whose rules a page gets when its form has one of them. */\nexport const LATE = [{}] as const;",
        Kind::LATE.iter().map(|kind| quoted(kind.name())).collect::<Vec<_>>().join(", ")
    )?;
    writeln!(
        text,
        "\n/** How many kinds a visitor's form may use; those of a greater number are for parameters. */\nexport const VISITOR_KINDS = {};",
        Kind::VISITOR.len()
    )?;
    text.push_str("\n/** The numbers of kinds that are checked alone. */\n");
    for name in ["email", "phone", "labels"] {
        let number = Kind::VISITOR.iter().position(|(known, _)| *known == name);
        let number = number.ok_or_else(|| format!("there is no kind {name}"))?;
        writeln!(text, "export const {} = {number};", name.to_uppercase())?;
    }
    let options: Vec<String> = std::iter::once("required")
        .chain(Options::NAMES.iter().map(|(name, _)| *name))
        .map(quoted)
        .collect();
    writeln!(
        text,
        "\n/** What may be asked of a value, a bit for each. */\nexport const OPTIONS = [{}] as const;",
        options.join(", ")
    )?;
    let flags: Vec<String> = Flags::NAMES.iter().copied().map(quoted).collect();
    writeln!(
        text,
        "\n/** What is worth knowing of a value, a bit for each. */\nexport const FLAGS = [{}] as const;",
        flags.join(", ")
    )?;
    let systems: Vec<String> = System::ALL.iter().map(|system| quoted(system.name())).collect();
    writeln!(
        text,
        "\n/** The CRMs, and the relay. */\nexport const SYSTEMS = [{}] as const;\n\n/** One of them. */\nexport type System = (typeof SYSTEMS)[number];",
        systems.join(", ")
    )?;
    text.push_str(
        "\n/** The marks of a packed text, as `src/packed.rs` has them. */\nexport const enum Mark {\n",
    );
    for (name, mark) in MARKS {
        writeln!(text, "  {name} = {},", quoted(&char::from(mark).to_string()))?;
    }
    text.push_str("}\n\n/** The same as numbers. */\nexport const enum MarkCode {\n");
    for (name, mark) in MARKS {
        writeln!(text, "  {name} = {mark},")?;
    }
    writeln!(
        text,
        "}}\n\n/** How deep a packed value may nest; what is deeper is null. */\nexport const MAX_DEPTH = {MAX_DEPTH};"
    )?;
    Ok(text)
}
