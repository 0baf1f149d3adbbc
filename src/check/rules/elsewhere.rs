//! Rules that stand in another module. A page has three, compiled of this crate with a feature each: `lean` has the rules that
//! most forms need, `late` those of seven kinds more and the advice, `build` those of parameters alone. Whoever needs a rule of
//! another one's asks for its verdict. Natively and at the edge all rules are here.

#[cfg(all(feature = "lean", not(feature = "full"), target_arch = "wasm32"))]
use crate::check::{
    field::{Field, Kind},
    writer::{ReportWriter, Verdict},
};

/// All rules are here, and all operations.
pub(crate) const ALL: bool = cfg!(any(feature = "full", not(target_arch = "wasm32")));
/// The rules that most forms need are here.
pub(crate) const VALUES: bool = ALL || cfg!(feature = "lean");
/// The rules of [`Kind::LATE`] are here, and what is advice.
pub(crate) const LATE: bool = ALL || cfg!(feature = "late");
/// The rules of parameters are here.
pub(crate) const PARAMS: bool = ALL || cfg!(feature = "build");

/// The kinds whose rules are in another module, a bit for each.
#[cfg(all(feature = "lean", not(feature = "full"), target_arch = "wasm32"))]
const ELSEWHERE: u32 = {
    let mut kinds = 1 << Kind::Id as u32
        | 1 << Kind::Ipv4 as u32
        | 1 << Kind::Cookie as u32
        | 1 << Kind::Records as u32;
    let mut rest = Kind::LATE;
    while let [kind, others @ ..] = rest {
        kinds |= 1 << *kind as u32;
        rest = others;
    }
    kinds
};

/// The verdict on a value, where the rule of its kind is in another module.
#[cfg(all(feature = "lean", not(feature = "full"), target_arch = "wasm32"))]
pub(crate) fn ask(field: &Field<'_>, packed: &[u8], writer: &mut ReportWriter) -> Option<Verdict> {
    let is_elsewhere = 1 << field.kind as u32 & ELSEWHERE != 0;
    // Whoever sends something to be checked has made sure that its rule is there: see `pkg/src/core/core.ts`.
    is_elsewhere.then(|| crate::memory::peers::verdict(field.kind as u8, field, packed, writer))
}
