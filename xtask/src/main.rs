//! `cargo xtask wasm [NAME]`: compiles the crate for wasm, once for each module, and writes what the npm package carries into `pkg/wasm/`.
//!
//! * `lean`, `late` and `build`: a page's; `src/check/rules/elsewhere.rs` says who has what.
//! * `edge`: all operations, replies and delivery, for Workers and Node.
//!
//! `cargo xtask bind MODULE FOLDER`: writes the script of a program in Rust for the web, as Trunk does, with the wasm-bindgen that is here.
//! `cargo xtask generate [--check]`: see [`generate`]. `cargo xtask areacodes FILE`: see [`area_codes`].
//! `cargo xtask decisions [WORDS]`: see [`decisions`].

mod area_codes;
mod decisions;
mod frames;
mod generate;
mod idle;
mod link;
mod locals;
mod order;
mod slots;
mod sweep;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};
use sweep::Silenced;
use walrus::ir::Value;
use walrus::{ConstExpr, DataKind, FunctionBuilder, FunctionKind, Module};
use wasm_bindgen_cli_support::Bindgen;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// The compiler takes a function that one place alone calls into that place, however large it is: what such calls are worth is
/// a number that no flag changes. Here instructions and calls weigh thirty times as much, and what may be taken in for its
/// smallness with them, so that only this worth counts less: up to some hundred instructions. Functions apart are more alike,
/// and a compressor finds more in them, than one that took in ten others.
macro_rules! apart {
    () => {
        " -Cllvm-args=-inline-instr-cost=150 -Cllvm-args=-inline-call-penalty=750 -Cllvm-args=-inline-threshold=150"
    };
}

/// A build: its name, which is the feature that makes it, where its memory is, and how to optimise it. A page's first module pays half a kilobyte for a
/// quarter of the time; its others, and the edge one with its calls over the network, would not show it. Where nothing is
/// below the first kilobyte but the end of the stack, its places are written shorter; what little that takes from a page's
/// is lost again to brotli. Where a way out is known early, the compiler repeats up to six instructions to get there; of two the
/// first module is lighter. With a stack of 768 KiB in place of a mebibyte no address of the edge one's tables has a fourth byte.
const BUILDS: &[(&str, &str, &str, &[&str])] = &[
    (
        "lean",
        "-Clink-arg=--initial-memory=1245184 -Cllvm-args=-jump-threading-threshold=2",
        "s",
        &[ONE_CALLER],
    ),
    ("late", "-Clink-arg=--global-base=1114112 -Clink-arg=-zstack-size=262144", "z", &[ONE_CALLER]),
    (
        "build",
        "-Clink-arg=--global-base=1179648 -Clink-arg=-zstack-size=524288",
        "z",
        &[ONE_CALLER],
    ),
    (
        "edge",
        concat!(
            "-Clink-arg=-zstack-size=786432 -Clink-arg=--import-memory -Cllvm-args=-disable-machine-licm",
            apart!()
        ),
        "z",
        &[
            ONE_CALLER,
            "--low-memory-unused",
            "--dealign",
            "--skip-pass=local-cse",
            "--skip-pass=simplify-locals-nostructure",
        ],
    ),
];

/// A page's modules have one memory, the first one's. In its first mebibyte their stacks grow downwards, each from an end
/// of its own; above stands what each was compiled with, in a page of 64 KiB.
const OF_LEAN: &str = "memory";

/// A large function that took in one that nothing else calls resembles no other any more.
const ONE_CALLER: &str = "--one-caller-inline-max-function-size=10";

/// Three passes that spare registers and time on bare machines, at the price of code: computing ahead what only some ways need,
/// stepping pointers in place of sums, and comparing with a known text eight bytes at a time. An engine does the first two
/// anyway: the lean build is a fiftieth lighter without, and no slower. The third takes as much again.
const PLAIN: &str = "-Cllvm-args=-enable-pre=false -Cllvm-args=-disable-lsr \
    -Cllvm-args=-max-loads-per-memcmp=0 -Cllvm-args=-max-loads-per-memcmp-opt-size=0";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["wasm"] => root().and_then(|root| wasm(root, "")),
        [link::FLAVOR, ..] => link::link(&arguments),
        ["wasm", only] => root().and_then(|root| wasm(root, only)),
        ["bind", module, out] => bind_program(module, out),
        ["generate"] => root().and_then(|root| generate::run(root, false)),
        ["generate", "--check"] => root().and_then(|root| generate::run(root, true)),
        ["decisions"] => root().and_then(|root| decisions::run(root, "")),
        ["decisions", only] => root().and_then(|root| decisions::run(root, only)),
        ["areacodes", file] => root().and_then(|root| area_codes::renew(root, file)),
        _ => Err("say `wasm`, `bind` with a module and a folder, `generate`, `generate --check`, `decisions`, or `areacodes` and the file of NANPA's report"
            .into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> Outcome<&'static Path> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the workspace has no root")?)
}

fn wasm(root: &Path, only: &str) -> Outcome<()> {
    let optimizer = root.join("node_modules/.bin/wasm-opt");
    if !optimizer.exists() {
        return Err(
            "wasm-opt is missing: run `npm ci` first, or `make build`, which does both".into()
        );
    }
    for (name, place, level, passes) in BUILDS.iter().filter(|(name, ..)| name.contains(only)) {
        let compiled = compile(root, name, place, level)?;
        let out = root.join("pkg/wasm").join(name);
        bind(&compiled, &out)?;
        if *name == "edge" {
            shorten(&out)?;
        } else {
            bare(&out, *name == "lean")?;
        }
        let module = out.join("fieldpost_bg.wasm");
        optimize(&optimizer, &[&OPTIMIZED, *passes].concat(), &module)?;
        // The lean one has few functions that are alike.
        if *name == "edge" {
            let renumbered = locals::renumbered(&fs::read(&module)?)?;
            fs::write(&module, order::named(&renumbered)?)?;
            optimize(&optimizer, order::PASSES, &module)?;
        }
    }
    Ok(())
}

fn compile(root: &Path, name: &str, place: &str, level: &str) -> Outcome<PathBuf> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    // One directory for all, so that the macros, which run on this machine, are compiled once. The builds have the same file
    // name: without the other one's file, cargo makes it anew.
    let target = target.join("wasm");
    let made = target.join("wasm32-unknown-unknown/wasm/deps/fieldpost.wasm");
    if made.exists() {
        fs::remove_file(&made)?;
    }
    // Paths of this machine would be in the module, and make it another one on every machine.
    let home = env::var("CARGO_HOME")
        .or_else(|_| env::var("HOME").map(|home| format!("{home}/.cargo")))?;
    let remap = format!(
        "--remap-path-prefix={home}=cargo --remap-path-prefix={}=fieldpost",
        root.display()
    );
    let told: Vec<&str> = PLAIN.split_whitespace().chain(place.split_whitespace()).collect();
    // A page's first is as light without.
    let linked = if name == "lean" { Vec::new() } else { link::flags(&told)? };
    let flags = format!("{remap} {PLAIN}");
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(root)
        .env("RUSTFLAGS", flags)
        .env("CARGO_PROFILE_WASM_OPT_LEVEL", level)
        .args([
            "rustc",
            "--locked",
            "--lib",
            "--package",
            "fieldpost",
            "--profile",
            "wasm",
            "--crate-type",
            "cdylib",
        ])
        .args(["--target", "wasm32-unknown-unknown", "--no-default-features", "--features", name])
        .arg("--target-dir")
        .arg(&target)
        // For [`sweep`].
        .args(["--", "-Clink-arg=--emit-relocs"])
        .args(place.split_whitespace())
        .args(linked)
        .status()?;
    if !status.success() {
        return Err(format!("the {name} build does not compile").into());
    }
    Ok(target.join("wasm32-unknown-unknown/wasm/fieldpost.wasm"))
}

fn bind_program(module: &str, out: &str) -> Outcome<()> {
    Bindgen::new().input_path(module).web(true)?.typescript(false).generate(out)?;
    Ok(())
}

fn bind(compiled: &Path, out: &Path) -> Outcome<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    let compiled = fs::read(compiled)?;
    let mut module = Module::from_buffer(&compiled).map_err(|error| error.to_string())?;
    let silenced = silence(&mut module);
    if out.ends_with("edge") {
        idle::empty(&mut module);
        frames::round(&mut module);
        one_result(&mut module)?;
    }
    sweep::sweep(&compiled, &mut module, &silenced)?;
    forget_places(&mut module);
    // It crosses to the first module alone: there is nothing to bind.
    if out.ends_with("build") {
        module.emit_wasm_file(out.join("fieldpost_bg.wasm")).map_err(|error| error.to_string())?;
        return Ok(());
    }
    Bindgen::new()
        .input_module("fieldpost", module)
        .out_name("fieldpost")
        .web(true)?
        // The package's own entries say where the module comes from; a guess by URL is what bundlers trip over.
        .omit_default_module_path(true)
        // After a trap the shim makes a fresh instance.
        .reset_state_function(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .typescript(true)
        .generate(out)?;
    Ok(())
}

/// Says of the module that it does without functions of several results, so that wasm-bindgen makes none. V8 compiles a function
/// for each such signature that a script may call before it runs any of them: in Node that was the half of the start.
fn one_result(module: &mut Module) -> Outcome<()> {
    const SECTION: &str = "target_features";
    const ENTRY: &[u8] = b"+\x0amultivalue";
    let mut section = module.customs.remove_raw(SECTION).ok_or("a module names no features")?;
    let data = &mut section.data;
    let at = data
        .windows(ENTRY.len())
        .position(|entry| entry == ENTRY)
        .ok_or("a module knows of no functions of several results")?;
    data.drain(at..at + ENTRY.len());
    // How many there are comes first, in one byte.
    data[0] -= 1;
    module.customs.add(section);
    Ok(())
}

/// The lean build crosses with numbers alone, so the script that wasm-bindgen writes has nothing to do there: what it
/// would set up is taken out, and the one import gets a name that does not change from build to build.
fn bare(out: &Path, is_first: bool) -> Outcome<()> {
    let file = out.join("fieldpost_bg.wasm");
    let mut module = Module::from_file(&file).map_err(|error| error.to_string())?;
    for export in [
        "__wbindgen_start",
        "__wbindgen_externrefs",
        "__abort_handler",
        "__instance_terminated",
        "__data_end",
        "__heap_base",
    ] {
        // Which of them are there differs with what the crate uses.
        let _ = module.exports.remove(export);
    }
    module.start = None;
    for import in
        module.imports.iter_mut().filter(|import| import.name.starts_with("__wbg_answer_"))
    {
        "host".clone_into(&mut import.module);
        "answer".clone_into(&mut import.name);
    }
    // What the crate's `shared!` leaves to the first module.
    for import in module.imports.iter_mut().filter(|import| import.module == "env") {
        "host".clone_into(&mut import.module);
    }
    if !is_first {
        let own = module.memories.iter().next().ok_or("a module has no memory")?.id();
        let import = module.imports.add("host", OF_LEAN, own);
        module.memories.get_mut(own).import = Some(import);
        let _ = module.exports.remove(OF_LEAN);
    }
    walrus::passes::gc::run(&mut module);
    if let Some(import) = module.imports.iter().find(|import| import.module != "host") {
        return Err(format!(
            "the lean build imports {}: it would need the script of wasm-bindgen",
            import.name
        )
        .into());
    }
    module.emit_wasm_file(&file).map_err(|error| error.to_string())?;
    for script in ["fieldpost.js", "fieldpost.d.ts", "fieldpost_bg.wasm.d.ts"] {
        let script = out.join(script);
        if script.exists() {
            fs::remove_file(script)?;
        }
    }
    Ok(())
}

/// How wasm-bindgen names its script to the module.
const SCRIPT: &str = "./fieldpost_bg.js";

/// Numbers the imports: wasm-bindgen's names for them have a hash each, of which nothing repeats.
fn shorten(out: &Path) -> Outcome<()> {
    let (file, script) = (out.join("fieldpost_bg.wasm"), out.join("fieldpost.js"));
    let mut module = Module::from_file(&file).map_err(|error| error.to_string())?;
    let mut text = fs::read_to_string(&script)?;
    for (number, import) in module.imports.iter_mut().enumerate() {
        let (long, short) = (format!(" {}: function(", import.name), format!("i{number}"));
        // The functions of a module of ours stand under its own path.
        if text.matches(&long).count() == 1 {
            text = text.replace(&long, &format!(" {short}: function("));
            import.name = short;
        }
        if import.module == SCRIPT {
            "i".clone_into(&mut import.module);
        }
    }
    text = text.replace(&format!("\"{SCRIPT}\": "), "i: ");
    module.emit_wasm_file(&file).map_err(|error| error.to_string())?;
    fs::write(&script, text)?;
    for (file, before, after) in IN_A_MEMORY {
        let path = out.join(file);
        let text = fs::read_to_string(&path)?;
        if text.matches(before).count() != 1 {
            return Err(format!("{file} of wasm-bindgen no longer has: {before}").into());
        }
        fs::write(&path, text.replace(before, after))?;
    }
    Ok(())
}

/// wasm-bindgen's script makes a fresh instance with a fresh memory; ours may have the memory of the one before.
const IN_A_MEMORY: [(&str, &str, &str); 3] = [
    ("fieldpost.js", "__wbg_reset_state () {", "__wbg_reset_state (memory) {"),
    (
        "fieldpost.js",
        "new WebAssembly.Instance(wasmModule, __wbg_get_imports());",
        "new WebAssembly.Instance(wasmModule, __wbg_get_imports(memory));",
    ),
    (
        "fieldpost.d.ts",
        "__wbg_reset_state(): void",
        "__wbg_reset_state(memory?: WebAssembly.Memory): void",
    ),
];

/// Puts a bare trap where the standard library would write a panic's message, and nothing where serde would say which
/// value it did not expect, or a type how it looks to a programmer. Nobody reads any of it, and their formatting weighs more than all the rules; what reaches
/// JavaScript is the same `RuntimeError`, and our own code for what does not fit.
fn silence(module: &mut Module) -> Silenced {
    const LOUD: &[&str] = &[
        "core9panicking",
        "std9panicking",
        "slice_error_fail",
        "slice_index_fail",
        "unwrap_failed",
        "expect_failed",
        "panic_already",
        "panic_borrow",
        "panic_access_error",
        "handle_error",
        "handle_alloc_error",
        "capacity_overflow",
        "rust_oom",
        "begin_panic_handler",
        "rust_begin_unwind",
        "rust_panic",
        // Numbers are written by `ryu`: the standard library's way is only left over from the messages.
        "core3fmt5float",
    ];
    const WORDY: &[&str] = &[
        "serde_core..de..Unexpected",
        "serde_core..de..WithDecimalPoint",
        "Debug$GT$3fmt",
        "5Debug3fmt",
    ];
    let functions: Vec<_> = module.funcs.iter_local().map(|(id, _)| id).collect();
    let mut silenced = Silenced::default();
    for id in functions {
        let name = module.funcs.get(id).name.as_deref().unwrap_or_default();
        let is_in = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        let (is_loud, is_wordy) = (is_in(LOUD), is_in(WORDY));
        if !is_loud && !is_wordy {
            continue;
        }
        if is_loud { &mut silenced.loud } else { &mut silenced.wordy }.insert(id.index());
        let ty = module.funcs.get(id).ty();
        let (params, results) = module.types.params_results(ty);
        let (params, results) = (params.to_vec(), results.to_vec());
        let arguments = params.iter().map(|param| module.locals.add(*param)).collect();
        let mut body = FunctionBuilder::new(&mut module.types, &params, &results);
        if is_loud {
            body.func_body().unreachable();
        } else {
            // `Ok(())` of a `fmt::Result`.
            body.func_body().i32_const(0);
        }
        let body = body.local_func(arguments);
        module.funcs.get_mut(id).kind = FunctionKind::Local(body);
    }
    silenced
}

/// Puts zeros where the compiler keeps the place of each possible panic, and the paths that these name: the messages that
/// would show them are gone. A place is the path's address and length, the line and the column.
fn forget_places(module: &mut Module) {
    const WORD: usize = 4;
    let segments: Vec<(u32, _, Vec<u8>)> = module
        .data
        .iter()
        .filter_map(|data| match data.kind {
            DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } => {
                // What is not aligned would be no table of words.
                let aligned = start.cast_unsigned().is_multiple_of(4);
                aligned.then(|| (start.cast_unsigned(), data.id(), data.value.clone()))
            }
            _ => None,
        })
        .collect();
    let path = |address: u32, length: u32| {
        segments.iter().find_map(|(start, id, bytes)| {
            let from = usize::try_from(address.checked_sub(*start)?).ok()?;
            let range = from..from.checked_add(usize::try_from(length).ok()?)?;
            let path = bytes.get(range.clone())?;
            (path.ends_with(b".rs") && path.contains(&b'/')).then_some((*id, range))
        })
    };
    let mut forgotten = Vec::new();
    for (_, id, bytes) in &segments {
        let (words, _) = bytes.as_chunks::<WORD>();
        for (at, window) in words.windows(4).enumerate() {
            let [address, length, line, column] = *window else { continue };
            let [length, line, column] = [length, line, column].map(u32::from_le_bytes);
            let fits = (1..256).contains(&length)
                && (1..100_000).contains(&line)
                && (1..1_000).contains(&column);
            if let Some(path) = fits.then(|| path(u32::from_le_bytes(address), length)).flatten() {
                let from = at.saturating_mul(WORD);
                forgotten.extend([(*id, from..from.saturating_add(4 * WORD)), path]);
            }
        }
    }
    for (id, range) in forgotten {
        if let Some(bytes) = module.data.get_mut(id).value.get_mut(range) {
            bytes.fill(0);
        }
    }
}

/// What makes a module light.
const OPTIMIZED: [&str; 6] = [
    "-Oz",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    "--converge",
    // Zeros between the tables compress better than the thousand segments that would leave them out.
    "--skip-pass=memory-packing",
];

fn optimize(optimizer: &Path, passes: &[&str], module: &Path) -> Outcome<()> {
    let status = Command::new(optimizer)
        .args(["--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-sign-ext"])
        .args(["--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue"])
        .args(passes)
        .arg(module)
        .arg("-o")
        .arg(module)
        .status()?;
    if status.success() { Ok(()) } else { Err("wasm-opt failed".into()) }
}
