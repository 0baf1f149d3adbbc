//! What parameters must be that one system alone asks for, by its name in a row.

use crate::check::report::Report;
use crate::crm::operation::Must;
use crate::crm::systems::{marketo, pardot};

impl Must {
    /// Adds what is said of the parameters.
    pub(crate) fn judge(self, report: &mut Report, names: &'static [&'static str]) {
        match self {
            Must::Records => pardot::records(report, names),
            Must::Keyed => pardot::keyed(report, names),
            Must::Procedure => pardot::procedure(report),
            Must::UniqueIds => marketo::unique_ids(report),
            Must::Sync => marketo::sync(report),
            Must::Push => marketo::push(report),
            Must::NewFields => marketo::new_fields(report),
            Must::ChangedField => marketo::changed_field(report),
            _ => {}
        }
    }
}
