//! The linker that the edge build's compiler calls. LLVM finds more in a module that it went through before: what it did last, it
//! looks at first then. The compiler goes through the whole crate once, so the linker, which has LLVM in it, is given the
//! bitcode in place of the finished object.

use crate::{Outcome, slots};
use std::fs;
use std::path::Path;
use std::process::Command;

/// How LLVM begins, as the compiler calls this program in its linker's place.
pub(crate) const FLAVOR: &str = "-flavor";

/// What the compiler is told: to write the bitcode down, to link by this program, and what the linker's LLVM has to know of
/// the flags that the compiler's was given.
pub(crate) fn flags(compiler: &[&str]) -> Outcome<Vec<String>> {
    let own = std::env::current_exe()?;
    let linker = format!("-Clinker={}", own.display());
    let mut flags = vec!["--emit=llvm-bc,link".to_owned(), linker];
    flags.extend(["-Clink-arg=--lto-O2", "-Clink-arg=--lto-CGO2"].map(str::to_owned));
    for flag in compiler.iter().filter_map(|flag| flag.strip_prefix("-Cllvm-args=")) {
        flags.extend(["-Clink-arg=-mllvm".to_owned(), format!("-Clink-arg={flag}")]);
    }
    Ok(flags)
}

/// Links as the compiler says, but for the bitcode.
pub(crate) fn link(arguments: &[String]) -> Outcome<()> {
    let out = arguments
        .windows(2)
        .find(|pair| pair[0] == "-o")
        .ok_or("the compiler names no file to write")?;
    let bitcode = Path::new(&out[1]).with_extension("bc");
    let mut aligned = fs::read(&bitcode)?;
    slots::align(&mut aligned)?;
    let placed = bitcode.with_extension("placed.bc");
    fs::write(&placed, aligned)?;
    let is_object = |argument: &&String| argument.ends_with(".rcgu.o");
    if arguments.iter().filter(is_object).count() != 1 {
        return Err("the compiler links more than one object: is it told one unit, and the whole crate at once?".into());
    }
    let arguments = arguments
        .iter()
        .map(|argument| if is_object(&argument) { placed.as_os_str() } else { argument.as_ref() });
    // The compiler's own is the first one on the path that it gives.
    let status = Command::new("rust-lld").args(arguments).status()?;
    if status.success() { Ok(()) } else { Err("the linker failed".into()) }
}
