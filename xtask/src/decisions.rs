//! `cargo xtask decisions [WORDS]`: breaks one named decision of the relay after the other, in a copy of the tree, and runs
//! the simulation and the relay's own tests. A decision that can be broken unnoticed is one that nobody holds.
//!
//! `tests/mutants/decisions.json` names them: what stands there, and what is put in its place.

use crate::Outcome;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

/// What the tests are made of.
const COPIED: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "src",
    "tests",
    "sandbox",
    "search",
    "xtask",
    "README.md",
];

/// What judges, in this order: its name, and what cargo is told.
const JUDGES: &[(&str, &[&str])] = &[
    ("ways", &["--test", "arrival", "--test", "shards", "--test", "ruling"]),
    ("days", &["--test", "simulation", "--", "no_day"]),
    ("unit tests", &["--lib", "--", "relay::", "delivery::"]),
    ("steps", &["--test", "outbox"]),
    ("crowds", &["--test", "simulation", "--", "--skip", "no_day"]),
];

/// A broken machine may never come to an end. In seconds.
const LONGEST: &str = "1800";

struct Mutant {
    decision: String,
    file: String,
    from: String,
    to: String,
}

pub(crate) fn run(root: &Path, only: &str) -> Outcome<()> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let tree = target.join("decisions");
    let days = env::var("SIMULATION_SEEDS").unwrap_or_else(|_| "2000".to_owned());
    let mutants = read(root)?;
    copy(root, &tree)?;
    let judge = |judges: &[(&'static str, &[&str])]| -> Outcome<Option<&'static str>> {
        for (name, arguments) in judges {
            if !passes(&tree, &target, arguments, &days)? {
                return Ok(Some(name));
            }
        }
        Ok(None)
    };
    // Who asks about one of them knows that.
    if only.is_empty()
        && let Some(judge) = judge(JUDGES)?
    {
        return Err(format!("the {judge} fail already where nothing is broken").into());
    }
    let mut wrong = Vec::new();
    for Mutant { decision, file, from, to } in
        mutants.iter().filter(|one| one.decision.contains(only))
    {
        let (whole, path) = (fs::read_to_string(root.join(file))?, tree.join(file));
        if whole.matches(from.as_str()).count() != 1 {
            eprintln!("gone      {decision}: its text is not, or not once, in {file}");
            wrong.push(decision.as_str());
            continue;
        }
        let begun = Instant::now();
        fs::write(&path, whole.replacen(from, to, 1))?;
        let caught = if builds(&tree, &target)? { judge(JUDGES)? } else { Some("") };
        fs::write(&path, &whole)?;
        let took = begun.elapsed().as_secs();
        match caught {
            Some("") => eprintln!("no build  {decision}"),
            Some(judge) => eprintln!("caught    {decision}: by the {judge}, {took} s"),
            None => eprintln!("survives  {decision}, {took} s"),
        }
        if caught.is_none_or(str::is_empty) {
            wrong.push(decision.as_str());
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("not held: {}", wrong.join("; ")).into()) }
}

fn read(root: &Path) -> Outcome<Vec<Mutant>> {
    let text = fs::read_to_string(root.join("tests/mutants/decisions.json"))?;
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text)?;
    let mutant = |row: &serde_json::Value| {
        let word = |name: &str| row.get(name)?.as_str().map(str::to_owned);
        Some(Mutant {
            decision: word("decision")?,
            file: word("file")?,
            from: word("from")?,
            to: word("to")?,
        })
    };
    rows.iter().map(|row| mutant(row).ok_or_else(|| format!("{row} is no mutant").into())).collect()
}

/// Only what differs is written: cargo goes by the time of a file.
fn copy(from: &Path, to: &Path) -> Outcome<()> {
    let tracked = Command::new("git")
        .args(["ls-files", "-z", "--"])
        .args(COPIED)
        .current_dir(from)
        .output()?;
    if !tracked.status.success() {
        return Err("git does not say which files there are".into());
    }
    let names = String::from_utf8(tracked.stdout)?;
    let names: Vec<&str> = names.split('\0').filter(|name| !name.is_empty()).collect();
    for name in names {
        let (source, copy) = (from.join(name), to.join(name));
        if !source.exists() {
            continue;
        }
        let bytes = fs::read(&source)?;
        if fs::read(&copy).is_ok_and(|known| known == bytes) {
            continue;
        }
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&copy, bytes)?;
    }
    Ok(())
}

fn cargo(tree: &Path, target: &Path) -> Command {
    // With all that it has started.
    let mut cargo = Command::new("timeout");
    cargo.args([
        LONGEST,
        "cargo",
        "test",
        "--profile",
        "days",
        "--locked",
        "--quiet",
        "--package",
        "fieldpost",
    ]);
    cargo
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", target)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    cargo
}

fn builds(tree: &Path, target: &Path) -> Outcome<bool> {
    Ok(cargo(tree, target).args(["--test", "simulation", "--no-run"]).status()?.success())
}

fn passes(tree: &Path, target: &Path, arguments: &[&str], days: &str) -> Outcome<bool> {
    let status = cargo(tree, target).args(arguments).env("SIMULATION_SEEDS", days).status()?;
    // What somebody has stopped has judged nothing.
    status.code().ok_or("the tests were stopped")?;
    Ok(status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_decision_stands_once_where_its_row_says() -> Outcome<()> {
        let root = crate::root()?;
        for Mutant { decision, file, from, .. } in read(root)? {
            let times = fs::read_to_string(root.join(&file))?.matches(from.as_str()).count();
            assert_eq!(times, 1, "{decision}: its text is not, or not once, in {file}");
        }
        Ok(())
    }
}
