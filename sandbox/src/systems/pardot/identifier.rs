//! How a call names its prospect: in the path, or by parameters of the same names.

use crate::http::call::Call;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Identifier<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) fid: Option<&'a str>,
    pub(super) email: Option<&'a str>,
}

impl<'a> Identifier<'a> {
    /// # Errors
    ///
    /// Pardot's code: 36 for a name without a value, 198 for a name that is none, 16 and 77 for malformed ids.
    pub(super) fn read(call: &'a Call) -> Result<Self, &'static str> {
        let given = |name: &str| call.params.get(name).filter(|text| !text.is_empty());
        // Version 3 has no such reference: there it is one more name that is none of a field.
        let is_older = call.capture("version") == Some("3");
        let mut identifier = Self {
            id: given("id"),
            fid: given("fid").filter(|_| !is_older),
            email: given("email"),
        };
        for (by, value) in [("by", "value"), ("by2", "value2")] {
            match (call.capture(by), call.capture(value)) {
                (None, _) => {}
                (Some("id" | "fid" | "email"), None) => return Err("36"),
                (Some("id"), id) => identifier.id = id,
                (Some("fid"), fid) if !is_older => identifier.fid = fid,
                (Some("email"), email) => identifier.email = email,
                (Some(_), _) => return Err("198"),
            }
        }
        if identifier
            .id
            .is_some_and(|id| id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()))
        {
            return Err("16");
        }
        if identifier.fid.is_some_and(|fid| !is_fid(fid)) {
            return Err("77");
        }
        Ok(identifier)
    }
}

/// A Salesforce id of a lead (00Q) or a contact (003), short or long.
fn is_fid(text: &str) -> bool {
    matches!(text.len(), 15 | 18)
        && (text.starts_with("00Q") || text.starts_with("003"))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The rule of error 4: at most 255 characters, ASCII, local part 1 to 64, a dotted domain; no blanks
/// (`pardot/api-docs`, issue 79).
pub(super) fn is_address(text: &str) -> bool {
    text.is_ascii()
        && text.len() <= 255
        && !text.contains(|c: char| c.is_ascii_whitespace() || c.is_ascii_control())
        && text.split_once('@').is_some_and(|(local, domain)| {
            (1..=64).contains(&local.len())
                && !domain.contains('@')
                && domain
                    .rsplit_once('.')
                    .is_some_and(|(rest, last)| !rest.is_empty() && last.len() >= 2)
        })
}
