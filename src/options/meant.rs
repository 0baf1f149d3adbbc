//! Which of some names was probably meant by one that is none of them.

use crate::check::rules::typo::slip;

/// The first name that differs in case or underscores alone, in one slip of the keyboard, or in what stands behind one of
/// them; empty where there is none.
#[inline(never)]
pub(super) fn meant<'n>(given: &str, names: &mut dyn Iterator<Item = &'n str>) -> &'n str {
    let typed = letters(given);
    let mut near = "";
    for name in names {
        let right = letters(name);
        if right == typed {
            return name;
        }
        let is_long = typed.len().min(right.len()) >= LEAST;
        let begins = right.starts_with(&typed) || typed.starts_with(&right);
        if near.is_empty() && is_long && (begins || slip(&typed, &right, false)) {
            near = name;
        }
    }
    near
}

fn letters(text: &str) -> Vec<u8> {
    text.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase()).collect()
}

/// Shorter names have too many neighbours.
const LEAST: usize = 4;

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_slip_is_told_from_another_word() {
        let names = ["firstName", "lastName", "email", "phone", "required"];
        for (given, right) in [
            ("lastNmae", "lastName"),
            ("last_name", "lastName"),
            ("LASTNAME", "lastName"),
            ("emial", "email"),
            ("require", "required"),
            ("phoneNumber", "phone"),
            ("tel", ""),
            ("company", ""),
            ("", ""),
        ] {
            assert_eq!(meant(given, &mut names.into_iter()), right, "{given}");
        }
    }
}
