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

/// So often does the linker go through it. A fourth time finds as much again as a change of a word does by chance.
const LOOKS: usize = 3;

/// Links as the compiler says, but for the bitcode.
pub(crate) fn link(arguments: &[String]) -> Outcome<()> {
    let out = arguments.windows(2).find(|pair| pair[0] == "-o");
    let out = &out.ok_or("the compiler names no file to write")?[1];
    let is_object = |argument: &&String| argument.ends_with(".rcgu.o");
    if arguments.iter().filter(is_object).count() != 1 {
        return Err("the compiler is told to make one object of the whole crate".into());
    }
    let mut aligned = fs::read(Path::new(out).with_extension("bc"))?;
    if slots::align(&mut aligned)? == 0 {
        return Err("no value on the stack was found in the bitcode".into());
    }
    let bitcode = format!("{out}.placed.bc");
    fs::write(&bitcode, aligned)?;
    for look in 0..LOOKS {
        let arguments = arguments
            .iter()
            .map(|argument| if is_object(&argument) { &bitcode } else { argument })
            .map(String::as_str)
            .chain((look + 1 < LOOKS).then_some("--save-temps"));
        // The compiler's own is the first one on the path that it gives.
        let status = Command::new("rust-lld").args(arguments).status()?;
        if !status.success() {
            return Err("the linker failed".into());
        }
        if look + 1 < LOOKS {
            fs::rename(format!("{out}.0.5.precodegen.bc"), &bitcode)?;
        }
    }
    Ok(())
}
