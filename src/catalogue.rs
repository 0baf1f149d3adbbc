//! All operations by name, and the capture recipes.

use crate::crm::operation::Operation;
#[cfg(feature = "full")]
use crate::crm::systems::packed;
#[cfg(not(all(feature = "build", not(feature = "full"), target_arch = "wasm32")))]
use crate::crm::systems::relay;
#[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
use crate::crm::systems::{marketo, pardot, prospects};
#[cfg(feature = "full")]
use std::sync::OnceLock;

/// What a page can build: its own relay's call and the writes that capture a lead.
#[cfg(any(feature = "full", not(target_arch = "wasm32")))]
pub static CAPTURE: &[&Operation] = &[
    &relay::LEAD_SUBMIT,
    &prospects::PROSPECT_UPSERT,
    &pardot::PROSPECT_CREATE,
    &pardot::PROSPECT_UPSERT,
    &marketo::LEAD_SUBMIT_FORM,
];

/// A page's first module can build its own relay's call, and another one the writes that capture a lead.
#[cfg(not(any(feature = "full", feature = "build", not(target_arch = "wasm32"))))]
pub static CAPTURE: &[&Operation] = &[&relay::LEAD_SUBMIT];
/// The same of that other one.
#[cfg(all(feature = "build", not(feature = "full"), target_arch = "wasm32"))]
pub static CAPTURE: &[&Operation] = &[
    &prospects::PROSPECT_UPSERT,
    &pardot::PROSPECT_CREATE,
    &pardot::PROSPECT_UPSERT,
    &marketo::LEAD_SUBMIT_FORM,
];

/// What only the full build has.
#[cfg(feature = "full")]
static OTHERS: &[&Operation] = &[
    &prospects::PROSPECT_LIST,
    &prospects::PROSPECT_GET,
    &pardot::PROSPECT_ASSIGN,
    &pardot::PROSPECT_UNASSIGN,
    &pardot::PROSPECT_READ,
    &pardot::PROSPECT_UPDATE,
    &pardot::PROSPECT_DELETE,
    &pardot::PROSPECT_QUERY,
    &pardot::PROSPECT_BATCH_CREATE,
    &pardot::PROSPECT_BATCH_UPDATE,
    &pardot::PROSPECT_BATCH_UPSERT,
    &pardot::CUSTOM_FIELD_QUERY,
    &pardot::CUSTOM_REDIRECT_READ,
    &pardot::CUSTOM_REDIRECT_QUERY,
    &pardot::DYNAMIC_CONTENT_READ,
    &pardot::DYNAMIC_CONTENT_QUERY,
    &pardot::EMAIL_TEMPLATE_READ,
    &pardot::EMAIL_TEMPLATE_LIST,
    &pardot::EMAIL_LIST_SEND,
    &pardot::EMAIL_ONE_TO_ONE_SEND,
    &pardot::EMAIL_READ,
    &pardot::EMAIL_STATS,
    &pardot::EXPORT_CREATE,
    &pardot::EXPORT_READ,
    &pardot::EXPORT_QUERY,
    &pardot::EXPORT_DOWNLOAD,
    &pardot::EXPORT_CANCEL,
    &marketo::LEAD_DESCRIBE,
    &marketo::LEAD_DESCRIBE2,
    &marketo::LEAD_GET,
    &marketo::LEAD_FILTER,
    &marketo::LEAD_SYNC,
    &marketo::LEAD_PUSH,
    &marketo::LEAD_MERGE,
    &marketo::LEAD_ASSOCIATE,
    &marketo::LEAD_DELETE,
    &marketo::LEAD_LIST_MEMBERSHIP,
    &marketo::LEAD_PROGRAM_MEMBERSHIP,
    &marketo::LEAD_SMART_CAMPAIGN_MEMBERSHIP,
    &marketo::LEAD_BY_LIST,
    &marketo::LEAD_BY_PROGRAM,
    &marketo::FIELD_BROWSE,
    &marketo::FIELD_GET,
    &marketo::FIELD_CREATE,
    &marketo::FIELD_UPDATE,
    &marketo::LIST_ADD,
    &marketo::LIST_REMOVE,
    &marketo::LIST_IS_MEMBER,
    &marketo::PROGRAM_CHANGE_STATUS,
    &marketo::LEAD_PARTITION,
    &marketo::CAMPAIGN_TRIGGER,
    &marketo::FORM_FIELDS,
];

/// Every operation of this build.
#[cfg(not(feature = "full"))]
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    CAPTURE.iter().copied()
}

/// Every operation, unpacked when they are first asked for.
#[cfg(feature = "full")]
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    const LENGTH: usize = packed::length(&[CAPTURE, OTHERS]);
    static BYTES: [u8; LENGTH] = packed::pack(&[CAPTURE, OTHERS]);
    static ALL: OnceLock<Vec<Operation>> = OnceLock::new();
    ALL.get_or_init(|| packed::unpack(&BYTES)).iter()
}

/// The operation of that name.
pub fn operation(name: &str) -> Option<&'static Operation> {
    operations().find(|operation| operation.name == name)
}

#[cfg(feature = "full")]
pub use recipes::{
    EXPIRED, Harmless, PACE, QUOTA, Records, VERSIONS, deletes, harmless, recipe, records, zone,
};

#[cfg(feature = "full")]
mod recipes {
    use super::operation;
    use crate::crm::operation::{INVALID, Refusal, Repeat};
    use crate::crm::request::{Account, Request, System};
    use crate::crm::systems::{marketo, pardot, prospects};
    use crate::relay::delivery::guard::{Aside, Guard, Leave, Spare};
    use crate::relay::delivery::outbox::{LookUp, Recipe, When};
    use crate::relay::limiter::Limits;
    use crate::relay::reconcile::By;
    use crate::value::{Entries, Value, decimal, number};
    use std::borrow::Cow;

    /// How a lead reaches each system.
    static CAPTURE: &[(System, Recipe)] = &[
        // Upserts by e-mail, adds an activity, and offers no look-up.
        (
            System::Marketo,
            Recipe {
                look_up: None,
                guard: None,
                write: marketo::LEAD_SUBMIT_FORM.name,
                repeat: Repeat::Activity,
                // A page's cookie may be cut, old, or another account's.
                spare: &[Spare {
                    code: "marketo.1012",
                    leave: Leave { param: "cookie", warning: "marketo.cookie_dropped" },
                }],
                once: None,
            },
        ),
        // Version 4 always creates by e-mail, so the relay asks first and writes by id.
        (
            System::Pardot,
            Recipe {
                look_up: Some(LookUp {
                    operation: pardot::PROSPECT_READ.name,
                    when: When::Always,
                    keys: &["email"],
                    found: Some(pardot::PROSPECT_UPDATE.name),
                    there: &["pardot.9", "pardot.54"],
                    lag: 60_000,
                }),
                guard: None,
                write: pardot::PROSPECT_CREATE.name,
                repeat: Repeat::Creates,
                spare: &[],
                once: None,
            },
        ),
        // With `update: true` it changes whoever has the e-mail or the phone, so a stranger's e-mail would take the place of
        // a prospect's who has the same phone: the relay asks first who has it. After a lost reply it looks until reads
        // have caught up, and writes again all the same, for nobody can tell this lead from an older one.
        (
            System::Prospects,
            Recipe {
                look_up: Some(LookUp {
                    operation: prospects::PROSPECT_LIST.name,
                    when: When::Uncertain,
                    keys: &["email", "phone"],
                    found: None,
                    there: &[],
                    lag: 60_000,
                }),
                guard: Some(Guard {
                    operation: prospects::PROSPECT_LIST.name,
                    page: "pageToken",
                    key: "phone",
                    identity: "email",
                    aside: Aside { param: "notes", label: "Phone" },
                    taken: Leave { param: "phone", warning: "prospects.phone_taken" },
                    kept: Leave { param: "email", warning: "prospects.email_kept" },
                }),
                write: prospects::PROSPECT_UPSERT.name,
                repeat: Repeat::Safe,
                spare: &[],
                once: Some("X-Idempotency-Key"),
            },
        ),
    ];

    /// The systems that have a delete. Before Marketo's form nobody is asked, so nothing of it is ever removed.
    const DELETES: &[(System, &str)] = &[
        (System::Marketo, marketo::LEAD_DELETE.name),
        (System::Pardot, pardot::PROSPECT_DELETE.name),
    ];

    /// What each system allows one integration: Adobe advises half of its limits, Pardot has five places for all, the
    /// prospects API says in its headers.
    pub const PACE: &[(System, Limits)] = &[
        (System::Marketo, Limits { calls: 50, window: 20_000, at_once: 5 }),
        (System::Pardot, Limits { calls: 100, window: 20_000, at_once: 5 }),
        (System::Prospects, Limits { calls: 100, window: 20_000, at_once: 5 }),
    ];

    /// Calls of a day: Adobe's and Salesforce's for the smallest edition; the prospects API's in 24 hours of the least that its
    /// page ever had for one. A share of it is what looking after stored leads may take.
    pub const QUOTA: &[(System, u32)] =
        &[(System::Marketo, 50_000), (System::Pardot, 25_000), (System::Prospects, 129_600)];

    /// The codes of a token that has come to its end: it is replaced, and no more.
    pub const EXPIRED: &[&str] = &["marketo.602"];

    /// The codes that ask for another version of the API, and for which.
    pub const VERSIONS: &[(&str, u8)] = pardot::SPEAKS;

    /// The zone in which a system's day turns where the account's owner does not say it: Adobe's at midnight Central,
    /// daylight saving included.
    pub fn zone(system: System) -> &'static str {
        if system == System::Marketo { "America/Chicago" } else { "UTC" }
    }

    /// A read that changes nothing and brings the least: it shows whether a closed account is mended.
    #[derive(Debug)]
    pub struct Harmless {
        /// The name of the operation that reads.
        pub operation: &'static str,
        params: &'static [(&'static str, &'static str)],
    }

    /// One read for each system, about nobody: no answer holds a person's data.
    static HARMLESS: &[(System, Harmless)] = &[
        (
            System::Marketo,
            Harmless {
                operation: marketo::LEAD_FILTER.name,
                params: &[("filterType", "id"), ("filterValues", "1"), ("fields", "id")],
            },
        ),
        (
            System::Pardot,
            Harmless {
                operation: pardot::PROSPECT_QUERY.name,
                params: &[("id_less_than", "2"), ("fields", "id"), ("limit", "1")],
            },
        ),
        (
            System::Prospects,
            Harmless {
                operation: prospects::PROSPECT_LIST.name,
                params: &[("email", "nobody@example.invalid"), ("limit", "1")],
            },
        ),
    ];

    /// The harmless read of a system; the relay itself has none.
    pub fn harmless(system: System) -> Option<&'static Harmless> {
        HARMLESS.iter().find(|(known, _)| *known == system).map(|(_, read)| read)
    }

    impl Harmless {
        /// Its request to an account.
        ///
        /// # Errors
        /// `account.invalid`, with the issues by member.
        pub fn request(&self, account: &Account) -> Result<Request, Refusal> {
            self.with(Vec::new(), account)
        }

        fn with(&self, mut params: Entries<'_>, account: &Account) -> Result<Request, Refusal> {
            let own = self.params.iter();
            params.extend(own.map(|(name, value)| (Cow::Borrowed(*name), text(value))));
            match operation(self.operation) {
                Some(read) => read.request(params, account),
                None => Err(Refusal { code: INVALID, issues: Vec::new() }),
            }
        }
    }

    /// What takes a record out of a system again.
    pub fn deletes(system: System) -> Option<&'static str> {
        DELETES.iter().find(|(known, _)| *known == system).map(|(_, operation)| *operation)
    }

    fn text(text: &str) -> Value<'_> {
        Value::Text(Cow::Borrowed(text))
    }

    /// A read of several records by their ids, as many as a page has, and nothing of them but these.
    #[derive(Debug)]
    pub struct Records {
        /// The operation, and what is the same of each call.
        pub read: Harmless,
        /// How the ids are told.
        pub by: By,
        /// So many records has a page.
        pub most: usize,
    }

    /// Marketo's is `filterType=id` with 300 values at most. Neither version of Pardot's has a list of ids: their query takes
    /// what is between two, and 200 records in a page. The prospects API reads one prospect by its id, which has no shorter answer.
    static RECORDS: &[(System, Records)] = &[
        (
            System::Marketo,
            Records {
                read: Harmless {
                    operation: marketo::LEAD_FILTER.name,
                    params: &[("filterType", "id"), ("fields", "id"), ("batchSize", "300")],
                },
                by: By::List("filterValues"),
                most: 300,
            },
        ),
        (
            System::Pardot,
            Records {
                read: Harmless {
                    operation: pardot::PROSPECT_QUERY.name,
                    params: &[
                        ("fields", "id"),
                        ("limit", "200"),
                        ("sort_by", "id"),
                        ("sort_order", "ascending"),
                    ],
                },
                by: By::Between("id_greater_than", "id_less_than"),
                most: 200,
            },
        ),
        (
            System::Prospects,
            Records {
                read: Harmless { operation: prospects::PROSPECT_GET.name, params: &[] },
                by: By::One("prospectId"),
                most: 1,
            },
        ),
    ];

    /// How a system is asked for records; the relay itself has none.
    pub fn records(system: System) -> Option<&'static Records> {
        RECORDS.iter().find(|(known, _)| *known == system).map(|(_, read)| read)
    }

    impl Records {
        /// The request for these ids, which are in their order.
        ///
        /// # Errors
        /// As [`Harmless::request`].
        pub fn request(&self, ids: &[&str], account: &Account) -> Result<Request, Refusal> {
            let mut params: Entries<'_> = Vec::new();
            let mut put = |name: &'static str, value| params.push((Cow::Borrowed(name), value));
            let beside = |id: &str, above: u64| {
                let id: u64 = number(id).unwrap_or_default();
                Value::Text(Cow::Owned(decimal(id.saturating_add(above).saturating_sub(1))))
            };
            let [first, last] = [ids.first(), ids.last()].map(|id| id.copied().unwrap_or_default());
            match self.by {
                By::List(name) => put(name, Value::List(ids.iter().map(|id| text(id)).collect())),
                By::Between(above, below) => {
                    put(above, beside(first, 0));
                    put(below, beside(last, 2));
                }
                By::One(name) => put(name, text(first)),
            }
            self.read.with(params, account)
        }
    }

    /// The recipe of a system; the relay itself has none.
    pub fn recipe(system: System) -> Option<&'static Recipe> {
        CAPTURE.iter().find(|(known, _)| *known == system).map(|(_, recipe)| recipe)
    }
}

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::{CAPTURE, OTHERS, QUOTA, operations, records};
    use crate::crm::request::{Account, System};

    #[test]
    fn what_is_unpacked_is_what_was_packed() {
        let rows = || CAPTURE.iter().chain(OTHERS);
        for (unpacked, row) in operations().zip(rows()) {
            assert_eq!(format!("{unpacked:?}"), format!("{row:?}"));
        }
        assert_eq!(operations().count(), rows().count());
    }

    #[test]
    fn a_system_is_asked_for_records_as_its_page_has_it() {
        let url = |system, base, ids: &[&str]| {
            let business_unit = (system == System::Pardot).then(|| "0Uv000000000001CAA".to_owned());
            let account = Account { business_unit, ..Account::new(system, base) };
            let request = records(system).and_then(|all| all.request(ids, &account).ok());
            request.map(|request| request.url).unwrap_or_default()
        };
        let marketo = "https://123-ABC-456.mktorest.com";
        assert_eq!(
            url(System::Marketo, marketo, &["3", "12"]),
            [
                marketo,
                "/rest/v1/leads.json?filterType=id&filterValues=3%2C12&fields=id&batchSize=300"
            ]
            .concat()
        );
        assert_eq!(
            url(System::Pardot, "https://pi.pardot.com", &["3", "9", "12"]),
            "https://pi.pardot.com/api/prospect/version/4/do/query?format=json&id_greater_than=2&id_less_than=13&fields=id&limit=200&sort_by=id&sort_order=ascending"
        );
        assert_eq!(
            url(System::Prospects, "https://api.hiringcenterpro.com", &["ab/c"]),
            "https://api.hiringcenterpro.com/v2/prospects/ab%2Fc"
        );
        let many: Vec<String> = (1..=300_u64).map(|id| (id * 10_000_000).to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let long = url(System::Marketo, marketo, &many);
        assert!((3_000..8_192).contains(&long.len()), "{long}");
        assert!(QUOTA.iter().all(|(system, _)| records(*system).is_some()));
    }
}
