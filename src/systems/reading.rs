//! Which reader a [`Reading`] names.

use crate::operation::{Operation, Reading};
use crate::outcome::Outcome;
use crate::systems::reply::Reply;
use crate::systems::{marketo, pardot, prospects, relay};

impl Operation {
    /// What became of a call of this operation, by its reply.
    ///
    /// ```
    /// use fieldpost::{Outcome, Reply, operation};
    /// let submit = operation("marketo.lead.submitForm").unwrap();
    /// let body = r#"{"requestId":"e42b#14272d07d78","success":true,
    ///   "result":[{"status":"skipped","reasons":[{"code":"1006","message":"Field 'x' not found"}]}]}"#;
    /// let reply = Reply { status: 200, body: body.into(), ..Reply::default() };
    /// let Outcome::Refused { issues } = submit.read(&reply) else { panic!("a skipped lead is not stored") };
    /// assert_eq!(issues[0].code, "marketo.1006");
    /// ```
    pub fn read(&self, reply: &Reply) -> Outcome {
        match self.reading {
            Reading::Relay => relay::read(reply.status, &reply.json().unwrap_or_default()),
            Reading::MarketoRecords => marketo::read_records(reply),
            Reading::PardotWrite => pardot::read_write(reply),
            Reading::PardotRead => pardot::read_found(reply),
            Reading::ProspectsWrite => prospects::read_write(reply),
        }
    }
}
