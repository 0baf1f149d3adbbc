//! Whose fault it is that a call could not even be built: the lead's, or that of the owner who mapped the form.

use crate::check::report::{Issue, Severity};
use crate::crm::outcome::Fault;
use crate::value::parts;

/// The codes of a parameter that is not there.
pub(crate) const MISSING: [&str; 6] = [
    "value.required",
    "params.sets",
    "params.one_of",
    "params.any_of",
    "params.needs",
    "params.unknown",
];

/// What the owner wrote about a form's way into an account.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// Parameter → where its value comes from.
    pub map: &'a [(String, String)],
    /// The parameters that are the same for each lead.
    pub constants: &'a [&'a str],
}

/// Whose fault these issues of parameters are, and the parameter where it is one that only some leads fill.
///
/// A value that came from the lead is the lead's own. A constant, or a required parameter that nothing is mapped to, is
/// wrong whatever the lead; a parameter that the operation does not have is so for those leads that fill it.
pub fn blame(issues: &[Issue], written: Written<'_>) -> (Fault, Option<String>) {
    let mut found = (Fault::Lead, None);
    for issue in issues.iter().filter(|issue| issue.severity == Severity::Error) {
        // `input[0].leadFormFields.email` is the parameter `email`, `batch[3]` the parameter `batch`.
        let named = |name: &str| {
            let ends = parts(&issue.field, '.').last() == Some(name);
            ends || issue.field.split(['[', '.']).next() == Some(name)
        };
        // Of several that would do, any that is mapped is the lead's to give.
        let among = |name: &str| {
            let words = issue
                .limit
                .as_deref()
                .unwrap_or_default()
                .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            words.into_iter().any(|word| word == name)
        };
        if written.constants.iter().any(|name| named(name)) {
            return (Fault::Target, None);
        }
        let mapped = written.map.iter().find(|(param, _)| named(param));
        match (mapped, issue.code.as_ref()) {
            (Some((param, _)), "params.unknown") => found = (Fault::Target, Some(param.clone())),
            (None, code)
                if MISSING.contains(&code)
                    && !written.map.iter().any(|(param, _)| among(param)) =>
            {
                return (Fault::Target, None);
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Written, blame};
    use crate::check::report::{Issue, Severity};
    use crate::crm::outcome::Fault;

    #[test]
    fn whose_fault_a_parameter_is() {
        let map = [
            ("email".to_owned(), "email".to_owned()),
            ("nonsense".to_owned(), "company".to_owned()),
        ];
        let written = Written { map: &map, constants: &["formId"] };
        for (field, code, limit, fault, param) in [
            ("email", "email.at", None, Fault::Lead, None),
            ("input[0].leadFormFields.email", "value.required", None, Fault::Lead, None),
            ("formId", "value.kind", None, Fault::Target, None),
            ("nonsense", "params.unknown", None, Fault::Target, Some("nonsense")),
            ("campaign", "value.required", None, Fault::Target, None),
            // One of several is missing, and the owner mapped one of them.
            ("phone", "params.sets", Some("phone or email"), Fault::Lead, None),
            ("id", "params.sets", Some("id or fid"), Fault::Target, None),
            // Of the visitor, and not of the owner.
            ("input[0].cookie", "params.cookie", None, Fault::Lead, None),
        ] {
            let issue = Issue {
                field: field.to_owned(),
                code: code.into(),
                severity: Severity::Error,
                message: "".into(),
                limit: limit.map(str::to_owned),
                suggestion: None,
            };
            assert_eq!(
                blame(&[issue], written),
                (fault, param.map(str::to_owned)),
                "{field} {code}"
            );
        }
    }
}
