//! Arrows point one way: a module may use only what stands before it in the design.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Each module with what it may use. `data` is text that the rules read.
const ARROWS: &[(&str, &[&str])] = &[
    ("code", &[]),
    ("value", &[]),
    ("host", &[]),
    ("tape", &["host", "value"]),
    ("encoding", &["tape", "value"]),
    ("field", &["tape"]),
    // A draft and the report that is made of it are one thing.
    ("draft", &["code", "field", "host", "report", "tape"]),
    ("report", &["code", "draft", "tape", "value"]),
    ("rules", &["code", "data", "draft", "encoding", "field", "host", "report", "tape", "value"]),
    ("form", &["code", "draft", "field", "report", "rules", "tape", "value"]),
    ("spec", &["code", "field", "form", "report", "value"]),
    ("language", &["code", "data"]),
    ("places", &["data"]),
    ("request", &["code", "draft", "report", "tape", "value"]),
    ("outcome", &["report", "value"]),
    (
        "operation",
        &["code", "draft", "encoding", "field", "form", "report", "request", "rules", "tape", "value"],
    ),
    (
        "systems",
        &["code", "encoding", "field", "form", "operation", "outcome", "report", "request", "tape", "value"],
    ),
    ("capture", &["encoding", "field", "request", "rules", "value"]),
    // Requests, outcomes and recipes as data, never a system.
    ("delivery", &["operation", "outcome", "report", "value"]),
    ("catalogue", &["delivery", "operation", "request", "systems", "value"]),
];

/// What may see everything: the façade and the border.
const TOP: &[&str] = &["lib", "wasm"];

#[test]
fn no_arrow_points_back() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (module, path) in sources(Path::new("src")) {
        if TOP.contains(&module.as_str()) {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == module) else {
            panic!("{path}: the module `{module}` has no place in the design");
        };
        seen.insert(module.clone());
        for used in uses(&fs::read_to_string(&path).unwrap()) {
            if used != module && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{path} uses crate::{used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point back:\n{}", wrong.join("\n"));
    for (module, _) in ARROWS {
        assert!(seen.contains(*module), "`{module}` is in the design but not in src/");
    }
}

#[test]
fn only_the_border_knows_javascript() {
    for (module, path) in sources(Path::new("src")) {
        let text = fs::read_to_string(&path).unwrap();
        let knows = ["wasm_bindgen", "js_sys", "web_sys", "gloo_net"].iter().any(|name| text.contains(name));
        assert!(!knows || module == "wasm", "{path} knows the border");
        assert!(!text.contains("unsafe_code") || module == "wasm", "{path} allows unsafe code");
    }
}

#[test]
fn the_core_reads_no_clock_and_rolls_no_dice() {
    for (_, path) in sources(Path::new("src")) {
        let text = fs::read_to_string(&path).unwrap();
        for host in [
            "std::time",
            "SystemTime",
            "Instant::now",
            "std::net",
            "std::fs",
            "std::env",
            "rand::",
            "getrandom",
        ] {
            assert!(!text.contains(host), "{path} uses {host}");
        }
    }
}

#[test]
fn the_sandbox_is_an_independent_judge() {
    for (_, path) in sources(Path::new("sandbox/src")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("fieldpost::"), "{path} uses the code that it judges");
    }
}

/// Rust files with the module of the first level that each belongs to.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(folder).unwrap();
                let first = inside.components().next().unwrap().as_os_str().to_string_lossy();
                found.push((first.trim_end_matches(".rs").to_owned(), path.to_string_lossy().into_owned()));
            }
        }
    }
    found.sort();
    found
}

/// The modules of the first level that a file names after `crate::`, in braces too. Comments do not count, for links in
/// the documentation may point anywhere.
fn uses(text: &str) -> BTreeSet<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split_once('}').map_or(list, |(list, _)| list),
            None => rest,
        };
        let names = if rest.starts_with('{') { list.split(',').collect() } else { vec![list] };
        for name in names {
            let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !name.is_empty() {
                found.insert(name);
            }
        }
    }
    found
}
