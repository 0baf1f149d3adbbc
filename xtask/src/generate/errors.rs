//! `docs/errors.md`: every code of a reply or of a token call, what it means, whether to send again and after how long.

use super::{NOTE, answers};
use crate::Outcome as Done;
use fieldpost::outcome::{Class, Fault, Reason, VendorCode, of_status};
use fieldpost::systems::{marketo, pardot, prospects, token};
use fieldpost::{Outcome, Reply, System};
use std::fmt::Write;
use std::path::Path;

/// Where an operation's errors stand.
pub(super) fn link(system: System) -> &'static str {
    match system {
        System::Marketo => "Errors: [Marketo's](errors.md#marketo).",
        System::Pardot => "Errors: [Pardot's](errors.md#pardot).",
        System::Prospects => "Errors: [the prospects API's](errors.md#prospects).",
        System::Relay => "Errors: [the relay's](errors.md#the-relay).",
    }
}

fn after(milliseconds: u64) -> String {
    match milliseconds {
        0 => "at once".to_owned(),
        some if some % 60_000 == 0 => format!("after {} min", some / 60_000),
        some => format!("after {} s", some.div_ceil(1_000)),
    }
}

/// Whose fault it is, and so who waits.
fn whose(fault: Fault) -> &'static str {
    match fault {
        Fault::Lead => "the lead",
        Fault::Unsure => {
            "the account, if a harmless read gets one, too; else the lead, once it was refused twice"
        }
        Fault::Target => "the target",
        Fault::Writes => "the account, for this kind of call",
        Fault::Account => "the account",
    }
}

fn fault(row: &VendorCode) -> String {
    let about = if row.name.starts_with("pardot.") { pardot::ABOUT } else { marketo::ABOUT };
    let about = about.iter().find(|(number, _)| *number == row.number);
    match (row.class, about.map_or("", |(_, param)| param)) {
        (Class::Refused(Fault::Lead), param) if !param.is_empty() => {
            let some = if param.ends_with('_') { "…" } else { "" };
            format!("the lead; the target, where `{param}{some}` is a constant")
        }
        (Class::Refused(Fault::Target), param) if !param.is_empty() => {
            format!("the target: leads with `{param}`")
        }
        (Class::Refused(fault), _) => whose(fault).to_owned(),
        (Class::Missing, _) => "the lead".to_owned(),
        (Class::Done, _) => String::new(),
        // An expired token is a new one and nothing more.
        (Class::Retry(Reason::Token, _), _) if row.number == 602 => "the moment".to_owned(),
        (Class::Retry(Reason::Token, _), _) => {
            "the moment; the account, where a new token is refused, too".to_owned()
        }
        (Class::Retry(Reason::Version, _), _) => "the account; the relay learns it".to_owned(),
        (Class::Retry(..), _) => "the moment".to_owned(),
        (Class::Unclear, _) => "nobody knows".to_owned(),
    }
}

fn class(class: Class) -> String {
    match class {
        Class::Refused(_) => "no: `refused`".to_owned(),
        Class::Missing => "no: `refused` with `not_found`".to_owned(),
        Class::Done => "no: `stored`, it is so already".to_owned(),
        Class::Retry(Reason::Token, _) => "yes, once, with a new token".to_owned(),
        Class::Retry(Reason::Version, _) => "yes, once, in the other version".to_owned(),
        Class::Retry(Reason::Quota, time) => {
            format!("yes, {} at least: the day's quota", after(time))
        }
        Class::Retry(Reason::Rate, time) => format!("yes, {}: too many calls", after(time)),
        Class::Retry(Reason::Busy, time) => format!("yes, {}", after(time)),
        Class::Unclear => "a read: yes; a write: `unknown`, ask before sending again".to_owned(),
    }
}

fn codes(page: &mut String, rows: &[VendorCode]) -> Done<()> {
    page.push_str(
        "| code | meaning, and what to mend | whose fault | again? |\n|---|---|---|---|\n",
    );
    for row in rows {
        writeln!(
            page,
            "| `{}` | {} | {} | {} |",
            row.name,
            row.sentence,
            fault(row),
            class(row.class)
        )?;
    }
    page.push('\n');
    Ok(())
}

/// An outcome as a cell: its code and its kind.
fn cell(outcome: &Outcome) -> Done<(String, String)> {
    Ok(match outcome {
        Outcome::Refused { issues, fault } => (
            issues.first().map(|issue| issue.code.to_string()).unwrap_or_default(),
            format!("no: `refused`, {}", whose(*fault)),
        ),
        Outcome::Retry { after: time, code, reason } => {
            let when = time.map_or_else(|| "with growing pauses".to_owned(), after);
            let how = match reason {
                Reason::Token => "once, with a new token".to_owned(),
                _ => when,
            };
            (code.to_string(), format!("yes, {how}"))
        }
        Outcome::Unknown { why } => {
            (why.to_string(), "`unknown`: ask before sending again".to_owned())
        }
        other => return Err(format!("no error: {other:?}").into()),
    })
}

/// What a status means to every system where the body says nothing of the vendor's.
fn statuses(page: &mut String) -> Done<()> {
    page.push_str("| HTTP | code | a read again? | a write again? |\n|---|---|---|---|\n");
    for (status, shown) in [
        (200, "2xx, body unreadable or cut"),
        (302, "3xx"),
        (401, "401"),
        (403, "403"),
        (404, "404, 410"),
        (405, "405"),
        (408, "408"),
        (413, "413"),
        (414, "414"),
        (429, "429"),
        (400, "other 4xx"),
        (502, "502"),
        (503, "503"),
        (504, "504"),
        (500, "other 5xx"),
    ] {
        let (code, read) = cell(&of_status(status, None, false))?;
        let (_, write) = cell(&of_status(status, None, true))?;
        writeln!(page, "| {shown} | `{code}` | {read} | {write} |")?;
    }
    page.push('\n');
    Ok(())
}

fn one(
    page: &mut String,
    system: &str,
    status: u16,
    body: &str,
    what: &str,
    read: impl Fn(&Reply) -> Outcome,
) -> Done<()> {
    let reply = Reply { status, body: body.to_owned(), ..Reply::default() };
    let (code, again) = cell(&read(&reply))?;
    writeln!(page, "| {system}{status} | `{code}` | {what} | {again} |")?;
    Ok(())
}

pub(super) fn page(_: &Path) -> Done<String> {
    let mut page = format!(
        "# Errors\n\n{NOTE}\n\
        What a call's outcome says when it is not good: `issues[0].code` of `refused`, `code` of `retry`, `why` of `unknown`. \
        The relay and `client` do what the last column says; `retry` has `after`, the milliseconds to wait at least, and `reason`. \
        The vendors' own sentences are never shown, for they may hold what a visitor typed. Codes of fields and parameters: \
        [codes.md](codes.md). Operations: [operations.md](operations.md).\n\n\
        **Whose fault** decides what the relay does with a refusal. *The lead*: a dead letter. *The target*: what this form sends to this \
        account does not fit; its leads wait, and of a field that the answer names only the leads that fill it. *The account*: all of its \
        leads wait. What waits goes out by itself once it is mended: a harmless read is tried for the account, one waiting lead for a \
        target and for a kind of call. Nothing of it costs a lead a try. A code that one lead alone can cause is always the lead's.\n\n"
    );
    page.push_str("## Marketo\n\nHTTP 200 for these too. A code of the whole request means that nothing was executed.\n\n### The whole request\n\n");
    codes(&mut page, marketo::REQUEST)?;
    page.push_str("### One record\n\n");
    codes(&mut page, marketo::LEAD)?;
    page.push_str("### What a search means by its code\n\n");
    codes(&mut page, marketo::READ)?;
    let already: Vec<_> = marketo::ALREADY
        .iter()
        .map(|(operation, number)| format!("`marketo.{number}` to `{operation}`"))
        .collect();
    let already = already.join(", ");
    writeln!(page, "It is so already, and `stored` as `unchanged`: {already}.\n")?;
    page.push_str("`marketo.unlisted`: a code that Adobe's pages do not list; `refused`, the lead.\n\n## Pardot\n\nBoth versions; the HTTP status is mostly 400.\n\n");
    codes(&mut page, pardot::CODES)?;
    page.push_str("`pardot.unlisted`: a code that Salesforce's pages do not list; `refused`, the lead. To a write `pardot.4` says that the address is none. With HTTP 403 the codes of a token are the account's.\n\n## Prospects\n\n| HTTP | code | meaning | again? |\n|---|---|---|---|\n");
    let answer = r#"{"error":"x","message":"x"}"#;
    one(&mut page, "", 400, answer, "The values do not fit; also 422.", |reply| {
        prospects::read_write(reply, None, true)
    })?;
    one(&mut page, "", 404, answer, "There is no such prospect.", |reply| {
        prospects::read_found(reply, true)
    })?;
    one(
        &mut page,
        "",
        409,
        answer,
        "The same key with another body, or the first call still runs.",
        |reply| prospects::read_write(reply, None, true),
    )?;
    let limited = r#"{"error":"x","message":"x","retryAfter":7}"#;
    one(
        &mut page,
        "",
        429,
        limited,
        "Too many calls; the reply says how long, here 7 s.",
        |reply| prospects::read_write(reply, None, true),
    )?;
    page.push_str(
        "\n## Tokens\n\n`client` throws `auth.refused` with the code in `issues`, or `auth.busy`; to the relay they are the account's: its leads wait.\n\n",
    );
    codes(&mut page, &token::CODES.iter().map(|(row, _)| *row).collect::<Vec<_>>())?;
    page.push_str(
        "Before anything is sent: `account.credential` names the credential that is missing, `account.login_url` says that client \
         credentials need the org's My Domain.\n",
    );
    page.push_str("\n## HTTP\n\nWhere the body says nothing of the vendor's.\n\n");
    statuses(&mut page)?;
    page.push_str(
        "Without a reply: `network.timeout`, `network.failed`, `network.offline` or `network.aborted`; a read again, a write is \
         `unknown`.\n",
    );
    page.push_str(&answers::part()?);
    Ok(page)
}
