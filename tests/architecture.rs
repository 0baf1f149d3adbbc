//! Arrows point one way: a module may use only what stands before it in the design.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use syn::visit::Visit;

/// What stands on the first level of a source folder, each with what it may use.
type Arrows = &'static [(&'static str, &'static [&'static str])];

/// The crate's rooms.
const CRATE: Arrows = &[
    ("code", &[]),
    ("value", &[]),
    ("memory", &[]),
    ("host", &["memory"]),
    ("packed", &["host", "memory", "value"]),
    ("encoding", &["packed", "value"]),
    ("crossing", &["encoding", "packed", "value"]),
    ("check", &["code", "crossing", "data", "encoding", "host", "memory", "packed", "value"]),
    ("crm", &["check", "code", "crossing", "encoding", "packed", "value"]),
    ("capture", &["check", "crm", "crossing", "encoding", "value"]),
    ("relay", &["check", "code", "crm", "crossing", "value"]),
    ("client", &["check", "code", "crm", "crossing", "packed", "value"]),
    ("catalogue", &["crm", "relay", "value"]),
    ("inspection", &["capture", "catalogue", "check", "code", "crm", "value"]),
    ("options", &["capture", "catalogue", "check", "code", "crm", "relay", "value"]),
    // What a front end in Rust sends with.
    ("web", &["check", "code", "crm", "encoding", "value"]),
];

/// What is inside of the rooms, without the room before it. `data` is text that the rules read.
const MODULES: Arrows = &[
    ("code", &[]),
    ("value", &[]),
    ("memory", &[]),
    ("host", &["memory"]),
    ("packed", &["host", "memory", "value"]),
    ("encoding", &["packed", "value"]),
    ("crossing", &["encoding", "packed", "value"]),
    ("field", &["packed"]),
    // A report writer and the report that is made of it are one thing.
    ("writer", &["code", "field", "host", "memory", "report", "packed"]),
    ("report", &["code", "crossing", "host", "writer", "packed", "value"]),
    (
        "rules",
        &[
            "code", "data", "writer", "encoding", "field", "host", "memory", "report", "packed",
            "value",
        ],
    ),
    ("form", &["code", "writer", "field", "memory", "report", "rules", "packed", "value"]),
    ("request", &["code", "crossing", "writer", "report", "rules", "packed", "value"]),
    ("outcome", &["code", "crossing", "report", "value"]),
    // What our own relay says, and what a page makes of it.
    ("answers", &["code", "outcome"]),
    (
        "operation",
        &[
            "code", "writer", "encoding", "field", "form", "report", "request", "rules", "packed",
            "value",
        ],
    ),
    (
        "systems",
        &[
            "answers",
            "code",
            "crossing",
            "encoding",
            "field",
            "form",
            "operation",
            "outcome",
            "report",
            "request",
            "packed",
            "value",
        ],
    ),
    ("capture", &["crossing", "encoding", "field", "request", "rules", "value"]),
    // Requests, outcomes and recipes as data, never a system.
    ("delivery", &["crossing", "operation", "outcome", "report", "value"]),
    ("relay", &["answers", "code", "crossing", "delivery", "outcome", "report", "value"]),
    // All systems alike: what one of them has of its own stands in its rows.
    (
        "client",
        &[
            "code",
            "crossing",
            "operation",
            "outcome",
            "report",
            "request",
            "systems",
            "packed",
            "value",
        ],
    ),
    ("catalogue", &["delivery", "operation", "relay", "request", "systems", "value"]),
    (
        "inspection",
        &[
            "capture",
            "catalogue",
            "code",
            "field",
            "form",
            "operation",
            "outcome",
            "report",
            "request",
            "rules",
            "systems",
            "value",
        ],
    ),
    (
        "options",
        &[
            "capture",
            "catalogue",
            "code",
            "delivery",
            "field",
            "form",
            "operation",
            "relay",
            "report",
            "request",
            "rules",
            "systems",
            "value",
        ],
    ),
    ("web", &["code", "encoding", "form", "operation", "outcome", "request", "systems", "value"]),
];

/// The sandbox, from what knows nothing to what knows all.
const SANDBOX: Arrows = &[
    ("clock", &[]),
    ("http", &[]),
    ("options", &[]),
    ("system", &[]),
    ("limit", &["clock"]),
    ("config", &["limit", "system"]),
    ("store", &["system"]),
    ("state", &["clock", "config", "limit", "store", "system"]),
    ("record", &["clock", "state", "store", "system"]),
    // What a stand-in is made of, then the three.
    ("operation", &["state", "http", "limit", "system"]),
    (
        "systems",
        &["clock", "config", "state", "http", "limit", "operation", "record", "store", "system"],
    ),
    ("fault", &["http", "operation", "store", "system", "systems"]),
    ("gateway", &["state", "fault", "http", "operation", "store", "system", "systems"]),
    ("control", &["config", "state", "fault", "http", "record", "store", "system"]),
    ("page", &["http"]),
    ("server", &["control", "state", "gateway", "http", "options", "page"]),
];

/// The package's rooms.
const PACKAGE: Arrows = &[
    ("core", &[]),
    ("places", &[]),
    ("messages", &["core"]),
    ("spec", &["core"]),
    ("relay", &["core", "messages"]),
    ("client", &["core", "relay"]),
    ("standard", &["core"]),
    // Each entry of the package puts a build together; a form takes the page's.
    ("entry", &["client", "core", "relay", "standard"]),
    ("form", &["core", "entry"]),
    // For the tests of those who use it.
    ("testing", &["core", "entry"]),
    ("extensions", &["form"]),
];

/// What all builds of the package share.
const CORE: Arrows = &[
    // Generated of the crate's tables.
    ("border.gen", &[]),
    ("account.gen", &["border.gen"]),
    ("codes.gen", &[]),
    ("operations.gen", &[]),
    ("outcome.gen", &["codes.gen"]),
    ("said.gen", &[]),
    ("sentences.gen", &[]),
    ("steps.gen", &["codes.gen", "outcome.gen"]),
    ("wire.gen", &[]),
    ("spec", &["border.gen"]),
    // What the compiler makes of a name and of a spec.
    ("inferred", &["border.gen", "operations.gen", "outcome.gen", "spec"]),
    (
        "types",
        &[
            "account.gen",
            "border.gen",
            "codes.gen",
            "inferred",
            "operations.gen",
            "outcome.gen",
            "spec",
            "wire.gen",
        ],
    ),
    ("catalogue.gen", &["types"]),
    ("modules.d", &["types"]),
    ("errors", &["types"]),
    ("pack", &["border.gen"]),
    ("answering", &["pack"]),
    ("host", &["answering"]),
    ("pattern", &[]),
    ("send", &["errors", "said.gen", "types"]),
    ("within", &["errors", "said.gen"]),
    ("core", &["border.gen", "errors", "pack", "said.gen", "types"]),
    ("words.gen", &[]),
    // How a page's modules travel.
    ("letters", &[]),
    ("compile", &["errors", "said.gen", "source"]),
    ("carried", &["compile", "letters"]),
    (
        "lean",
        &[
            "answering",
            "border.gen",
            "catalogue.gen",
            "core",
            "errors",
            "said.gen",
            "types",
            "words.gen",
        ],
    ),
    ("source", &["types"]),
    // What comes after a page's first module, and who gets it.
    ("late.gen", &[]),
    ("late", &["late.gen", "lean"]),
    ("load", &["carried", "compile", "late", "lean", "source"]),
    ("build.gen", &[]),
    ("build", &["build.gen", "carried", "compile", "lean", "load"]),
    (
        "edge",
        &[
            "border.gen",
            "catalogue.gen",
            "core",
            "errors",
            "host",
            "outcome.gen",
            "pack",
            "pattern",
            "said.gen",
            "sentences.gen",
            "steps.gen",
            "types",
        ],
    ),
    // What a page's entries have in common: the build makes one file of it.
    (
        "shared",
        &[
            "border.gen",
            "carried",
            "compile",
            "core",
            "errors",
            "lean",
            "load",
            "pack",
            "send",
            "source",
            "wire.gen",
        ],
    ),
    // And those of Workers and Node.
    (
        "whole",
        &[
            "answering",
            "border.gen",
            "catalogue.gen",
            "core",
            "edge",
            "errors",
            "host",
            "pack",
            "pattern",
            "said.gen",
            "send",
            "sentences.gen",
            "source",
        ],
    ),
];

/// The relay's rooms, from what knows nothing of a lead to what answers a request.
const RELAY: Arrows = &[
    ("codes.gen", &[]),
    ("desk.gen", &[]),
    ("host", &[]),
    ("pages", &["codes.gen"]),
    // What an owner says, what is wrong with it, and the same with types that see to it.
    ("captures.gen", &[]),
    ("alerts.gen", &[]),
    ("configuration", &["alerts.gen", "desk.gen", "host"]),
    ("define", &["captures.gen", "configuration"]),
    ("findings", &["codes.gen", "configuration", "host", "pages"]),
    ("options", &["configuration", "findings", "host"]),
    ("visitor.gen", &[]),
    ("calls", &["host", "options", "visitor.gen"]),
    ("arrival.gen", &[]),
    ("options.gen", &[]),
    ("lead", &["host", "options", "visitor.gen"]),
    ("http", &["arrival.gen", "calls", "host", "lead", "options", "pages", "visitor.gen"]),
    ("storage", &["codes.gen", "host", "lead", "options"]),
    // Signing in, and what is found before the first lead.
    ("checks", &["host", "lead", "options"]),
    ("limiter", &["calls", "checks", "host", "options", "storage"]),
    // Telling somebody, of what others have found.
    ("alerts", &["alerts.gen", "calls", "codes.gen", "host", "options"]),
    (
        "outbox",
        &[
            "alerts",
            "alerts.gen",
            "arrival.gen",
            "calls",
            "host",
            "lead",
            "limiter",
            "options",
            "options.gen",
            "storage",
            "visitor.gen",
        ],
    ),
    (
        "operator",
        &[
            "calls",
            "checks",
            "codes.gen",
            "desk.gen",
            "findings",
            "host",
            "http",
            "lead",
            "limiter",
            "options",
            "outbox",
            "pages",
            "storage",
        ],
    ),
    ("arrival", &["arrival.gen", "host", "http", "lead", "options", "options.gen", "outbox"]),
    (
        "relay",
        &[
            "arrival",
            "define",
            "findings",
            "host",
            "http",
            "operator",
            "options",
            "outbox",
            "visitor.gen",
        ],
    ),
];

/// What may see everything: the façade and the border, a program's entry.
const TOP: &[&str] = &["lib", "main", "wasm"];

#[test]
fn no_arrow_of_the_crate_points_back() {
    let mut files = rust(Path::new("src"));
    // What crosses is held to its texts by the types of all rooms, which those tests look at from above.
    assert!(files.remove(Path::new("crossing/tests")).is_some());
    hold(CRATE, &files);
    let inside = |file: &PathBuf| {
        let room = ["check", "crm", "relay/delivery"]
            .iter()
            .find(|room| file.starts_with(room) && file.components().count() > 1);
        room.map_or(file.clone(), |room| {
            file.strip_prefix(room.split('/').next().unwrap_or(room)).unwrap().to_owned()
        })
    };
    // The list of a room's modules is no module.
    let files: Files = files
        .iter()
        .filter(|(file, _)| !matches!(file.to_str(), Some("check" | "crm")))
        .map(|(file, uses)| (inside(file), uses.iter().map(inside).collect()))
        .collect();
    hold(MODULES, &files);
}

#[test]
fn no_arrow_of_the_sandbox_points_back() {
    let files = rust(Path::new("sandbox/src"));
    hold(SANDBOX, &files);
    no_circle(&files);
}

#[test]
fn no_arrow_of_the_package_points_back() {
    let [all, at_run_time] = typescript(Path::new("pkg/src"));
    hold(PACKAGE, &all);
    hold(CORE, &inside("core", &all));
    hold(RELAY, &inside("relay", &all));
    no_circle(&at_run_time);
}

#[test]
fn only_the_border_knows_javascript() {
    for path in sources(Path::new("src"), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let may_reach = path.starts_with("src/wasm") || path.starts_with("src/memory");
        // The border to JavaScript; and programs in Rust, whose sender and whose host are JavaScript's.
        let is_border = ["src/wasm", "src/web.rs", "src/host/javascript.rs"]
            .iter()
            .any(|room| path.starts_with(room));
        let path = path.display();
        let knows = ["wasm_bindgen", "js_sys", "web_sys", "gloo_net"]
            .iter()
            .any(|name| text.contains(name));
        assert!(!knows || is_border, "{path} knows JavaScript");
        assert!(!text.contains("unsafe_code") || may_reach, "{path} allows unsafe code");
    }
}

#[test]
fn the_core_reads_no_clock_and_rolls_no_dice() {
    for path in sources(Path::new("src"), "rs") {
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
            assert!(!text.contains(host), "{} uses {host}", path.display());
        }
    }
}

#[test]
fn the_sandbox_is_an_independent_judge() {
    for path in sources(Path::new("sandbox/src"), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("fieldpost::"), "{} uses the code that it judges", path.display());
    }
}

/// The files of a source folder, without its own path and their endings, each with the files that it uses.
type Files = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// Fails on a file that uses what its row does not allow, on one without a row, and on a row without a file.
fn hold(arrows: Arrows, files: &Files) {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, uses) in files {
        let name = first(file);
        if TOP.contains(&name.as_str()) {
            continue;
        }
        let Some((_, allowed)) = arrows.iter().find(|(row, _)| *row == name) else {
            panic!("{}: `{name}` has no place in the design", file.display());
        };
        for used in uses.iter().map(|used| first(used)) {
            if used != name && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}", file.display()));
            }
        }
        seen.insert(name);
    }
    assert!(wrong.is_empty(), "arrows that point back:\n{}", wrong.join("\n"));
    for (name, _) in arrows {
        assert!(seen.contains(*name), "`{name}` is in the design but has no file");
    }
}

/// A room's files without the room before them, each with what it uses of the same room.
fn inside(room: &str, files: &Files) -> Files {
    let own = |file: &PathBuf| file.strip_prefix(room).ok().map(Path::to_owned);
    files
        .iter()
        .filter_map(|(file, uses)| Some((own(file)?, uses.iter().filter_map(own).collect())))
        .collect()
}

/// Takes away what uses nothing that is left, until nothing goes: a circle stays.
fn no_circle(files: &Files) {
    let mut left = files.clone();
    loop {
        let names: BTreeSet<PathBuf> = left.keys().cloned().collect();
        left.retain(|file, uses| uses.iter().any(|used| used != file && names.contains(used)));
        if left.len() == names.len() {
            break;
        }
    }
    assert!(left.is_empty(), "a circle goes through some of {:?}", left.keys());
}

fn first(file: &Path) -> String {
    file.components().next().unwrap().as_os_str().to_string_lossy().into_owned()
}

/// Every file below a folder with one of these endings, sorted.
fn sources(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn rust(folder: &Path) -> Files {
    // `a/mod.rs` is the module `a`.
    let module = |path: &Path| {
        let inside = path.strip_prefix(folder).unwrap().with_extension("");
        if inside.ends_with("mod") { inside.parent().unwrap().to_owned() } else { inside }
    };
    let paths = sources(folder, "rs");
    let modules: BTreeSet<PathBuf> = paths.iter().map(|path| module(path)).collect();
    let uses = |path: &PathBuf| {
        let mut paths = Paths { module: module(path), depth: 0, found: Vec::new() };
        paths.visit_file(&syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap());
        // The rest of a path names what is in the module; `data` holds no modules.
        let file = |named: &PathBuf| {
            let known = named.ancestors().find(|part| modules.contains(*part));
            known
                .map(Path::to_owned)
                .or_else(|| named.components().next().map(|name| PathBuf::from(name.as_os_str())))
        };
        (module(path), paths.found.iter().filter_map(file).collect())
    };
    paths.iter().map(uses).collect()
}

/// The paths of a Rust file that begin at its crate or near itself.
struct Paths {
    module: PathBuf,
    /// How many inline modules are around what is being read.
    depth: usize,
    found: Vec<PathBuf>,
}

impl Paths {
    fn take(&mut self, names: &[String]) {
        let above = names.iter().take_while(|name| *name == "super").count();
        let (from, rest) = match names.first().map(String::as_str) {
            Some("crate") => (Path::new(""), &names[1..]),
            Some("self") => (self.module.as_path(), &names[1..]),
            Some("super") if above <= self.depth => return,
            Some("super") => {
                (self.module.ancestors().nth(above - self.depth).unwrap(), &names[above..])
            }
            _ => return,
        };
        let module = rest.iter().fold(from.to_owned(), |path, name| path.join(name));
        self.found.push(module);
    }

    fn tree(&mut self, tree: &syn::UseTree, mut names: Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                names.push(path.ident.to_string());
                self.tree(&path.tree, names);
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.tree(tree, names.clone()));
            }
            syn::UseTree::Name(syn::UseName { ident })
            | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                names.push(ident.to_string());
                self.take(&names);
            }
            syn::UseTree::Glob(_) => self.take(&names),
        }
    }
}

impl Visit<'_> for Paths {
    fn visit_item_mod(&mut self, module: &syn::ItemMod) {
        self.depth += usize::from(module.content.is_some());
        syn::visit::visit_item_mod(self, module);
        self.depth -= usize::from(module.content.is_some());
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        self.tree(&item.tree, Vec::new());
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let names: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.take(&names);
        syn::visit::visit_path(self, path);
    }

    /// What a macro is given is not parsed: a path there is words with `::` between them.
    fn visit_macro(&mut self, call: &syn::Macro) {
        let text = call.tokens.to_string().replace(' ', "");
        for rest in text.split("crate::").skip(1) {
            let path: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect();
            let names: Vec<String> =
                ["crate"].into_iter().chain(path.split("::")).map(str::to_owned).collect();
            self.take(&names);
        }
        syn::visit::visit_macro(self, call);
    }
}

/// What each file imports: types too, and then only what is left when a program runs. Two files may know each other's
/// types.
fn typescript(folder: &Path) -> [Files; 2] {
    let mut both = [Files::new(), Files::new()];
    for path in sources(folder, "ts") {
        let name = path.strip_prefix(folder).unwrap().with_extension("");
        for files in &mut both {
            files.entry(name.clone()).or_default();
        }
        for (target, is_type) in imports(&fs::read_to_string(&path).unwrap()) {
            let Some(used) = beside(&name, &target) else { continue };
            both[0].entry(name.clone()).or_default().insert(used.clone());
            if !is_type {
                both[1].entry(name.clone()).or_default().insert(used);
            }
        }
    }
    // What is made when the package is built has no file here.
    let made: Vec<PathBuf> = both[0].keys().cloned().collect();
    for uses in both.iter_mut().flat_map(BTreeMap::values_mut) {
        uses.retain(|used| made.contains(used));
    }
    both
}

/// The relative addresses that a file imports or exports from, and whether only for their types.
fn imports(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut is_type = false;
    for line in text.lines() {
        if line.starts_with("import") || line.starts_with("export") {
            is_type = line.starts_with("import type") || line.starts_with("export type");
        }
        for word in ["from \"", "import \"", "import(\""] {
            for address in line.split(word).skip(1).filter_map(|rest| rest.split('"').next()) {
                if address.starts_with('.') {
                    found.push((address.to_owned(), is_type && word.starts_with("from")));
                }
            }
        }
    }
    found
}

/// The file at an address that stands in another; none outside of the folder.
fn beside(name: &Path, address: &str) -> Option<PathBuf> {
    let mut path = name.parent()?.to_owned();
    for part in Path::new(address.strip_suffix(".js").unwrap_or(address)).components() {
        match part {
            Component::ParentDir => path = path.parent()?.to_owned(),
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    Some(path)
}
