//! What the control port can set, with the vendors' figures as defaults.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limit::Limits;
use crate::system::Name;

/// How long a call takes by default. Real CRMs need longer; what matters is that it is not zero, so that writes
/// overlap when a client lets them.
const LATENCY_MS: u64 = 20;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) marketo: Marketo,
    pub(crate) pardot: Pardot,
    pub(crate) prospects: Prospects,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Marketo {
    /// Milliseconds between the look-up and the write of a call.
    pub(crate) latency: u64,
    /// Milliseconds by which reads lag behind writes.
    pub(crate) lag: u64,
    /// Seconds. 3600 for a new token.
    pub(crate) token_lifetime: u32,
    /// 100 calls per 20 s → 606, 10 at once → 615, 50,000 a day → 607 (page "Integration best practices").
    pub(crate) limits: Limits,
    /// The daily quota resets at 00:00 CST.
    pub(crate) utc_offset: i32,
    /// By form id.
    pub(crate) forms: BTreeMap<String, MarketoForm>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MarketoForm {
    pub(crate) fields: Vec<String>,
    #[serde(default)]
    pub(crate) required: Vec<String>,
}

/// The form that the demo's landing page fills.
const DEMO_FORM: &str = "1029";
const DEMO_STANDARD: [&str; 14] = [
    "email",
    "firstName",
    "lastName",
    "phone",
    "company",
    "title",
    "website",
    "industry",
    "address",
    "city",
    "state",
    "postalCode",
    "country",
    "leadSource",
];
/// Its own fields: to Marketo these are custom ones.
pub(crate) const DEMO_CUSTOM: [&str; 8] = [
    "labels",
    "notes",
    "message",
    "utmSource",
    "utmMedium",
    "utmCampaign",
    "utmTerm",
    "utmContent",
];

impl Default for Marketo {
    fn default() -> Self {
        let fields = DEMO_STANDARD.into_iter().chain(DEMO_CUSTOM).map(str::to_owned).collect();
        let demo = MarketoForm { fields, required: Vec::new() };
        Self {
            latency: LATENCY_MS,
            lag: 0,
            token_lifetime: 3600,
            limits: Limits {
                calls: Some(100),
                window: 20_000,
                concurrent: Some(10),
                daily: Some(50_000),
            },
            utc_offset: -360,
            forms: BTreeMap::from([(DEMO_FORM.to_owned(), demo)]),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pardot {
    pub(crate) latency: u64,
    /// Up to about 60 s at the vendor's.
    pub(crate) lag: u64,
    pub(crate) token_lifetime: u32,
    /// 5 at once → 66, 25,000 a day → 122; the figure per minute (202) is not published, so it is off (page
    /// "Overview").
    pub(crate) limits: Limits,
    pub(crate) utc_offset: i32,
    /// 4 when the account allows several prospects with one address, else 3; the other version answers 88 or 89.
    pub(crate) version: u8,
    pub(crate) business_unit: String,
    /// Hosts that play `login.salesforce.com`, where client credentials get no token; any other is the org's My Domain.
    pub(crate) login_hosts: Vec<String>,
    /// What the app may do: without `pardot_api` 49, without `refresh_token` no JWT is taken.
    pub(crate) scope: String,
    /// The user that the app runs as; of client credentials the one that is set in the app. Nobody where it is empty.
    pub(crate) run_as: String,
    /// The app's certificate, by its public key in PEM; without it no JWT is taken.
    pub(crate) public_key: String,
    /// A refresh token is dead once it was used, and the answer has the next one.
    pub(crate) refresh_rotates: bool,
    /// The account's own fields of prospects, by their API names, each with its type.
    pub(crate) custom_fields: BTreeMap<String, String>,
    /// Authentication errors come as XML whatever `format` says (pardot/api-docs issue 231).
    pub(crate) xml_auth_errors: bool,
}

impl Pardot {
    /// Whether what the app may do holds this scope.
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|word| word == scope)
    }
}

/// What the demo's account has beside everybody's fields.
const DEMO_OWN: [(&str, &str); 9] = [
    ("Interests", "Text"),
    ("labels", "Text"),
    ("message", "Textarea"),
    ("utm_source", "Text"),
    ("utm_medium", "Text"),
    ("utm_campaign", "Text"),
    ("Color", "Multi-Select"),
    ("Visits", "Number"),
    ("Birthday", "Date"),
];

impl Default for Pardot {
    fn default() -> Self {
        Self {
            latency: LATENCY_MS,
            lag: 0,
            token_lifetime: 7200,
            limits: Limits {
                calls: None,
                window: 60_000,
                concurrent: Some(5),
                daily: Some(25_000),
            },
            utc_offset: 0,
            version: 4,
            business_unit: "0Uv000000000001CAA".to_owned(),
            login_hosts: ["localhost", "login.salesforce.com", "test.salesforce.com"]
                .map(str::to_owned)
                .to_vec(),
            scope: "pardot_api refresh_token".to_owned(),
            run_as: "api@sandbox.example".to_owned(),
            public_key: String::new(),
            refresh_rotates: false,
            custom_fields: DEMO_OWN
                .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
                .into_iter()
                .collect(),
            xml_auth_errors: false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Prospects {
    pub(crate) latency: u64,
    pub(crate) lag: u64,
    /// 300 a minute: one of the three figures printed at different times.
    pub(crate) limits: Limits,
    pub(crate) utc_offset: i32,
    pub(crate) generation: Generation,
}

/// Which generation of the vendor's documentation the answers follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Generation {
    /// Flat record, `prospects` + `totalCount`, limit 1, `update` false.
    Seed,
    /// `{ success, item }`, `{ items, pagination }`, limit 25, `update` true.
    Newest,
}

impl Default for Prospects {
    fn default() -> Self {
        Self {
            latency: LATENCY_MS,
            lag: 0,
            limits: Limits { calls: Some(300), window: 60_000, concurrent: None, daily: None },
            utc_offset: 0,
            generation: Generation::Seed,
        }
    }
}

impl Config {
    pub(crate) fn limits(&self, name: Name) -> &Limits {
        match name {
            Name::Marketo => &self.marketo.limits,
            Name::Pardot => &self.pardot.limits,
            Name::Prospects => &self.prospects.limits,
        }
    }

    pub(crate) fn latency(&self, name: Name) -> u64 {
        match name {
            Name::Marketo => self.marketo.latency,
            Name::Pardot => self.pardot.latency,
            Name::Prospects => self.prospects.latency,
        }
    }

    pub(crate) fn utc_offset(&self, name: Name) -> i32 {
        match name {
            Name::Marketo => self.marketo.utc_offset,
            Name::Pardot => self.pardot.utc_offset,
            Name::Prospects => self.prospects.utc_offset,
        }
    }

    pub(crate) fn lag(&self, name: Name) -> i64 {
        let lag = match name {
            Name::Marketo => self.marketo.lag,
            Name::Pardot => self.pardot.lag,
            Name::Prospects => self.prospects.lag,
        };
        i64::try_from(lag).unwrap_or(i64::MAX)
    }

    /// Lays a patch over the settings. `latency` and `lag` at the top level set every system.
    ///
    /// # Errors
    ///
    /// A sentence that names the member that does not fit; nothing is changed then.
    pub(crate) fn patched(&self, mut patch: Value) -> Result<Self, String> {
        let Value::Object(members) = &mut patch else {
            return Err("the settings must be a JSON object".to_owned());
        };
        for shared in ["latency", "lag"] {
            let Some(value) = members.remove(shared) else { continue };
            for name in Name::ALL {
                let system = members
                    .entry(name.as_str())
                    .or_insert_with(|| Value::Object(serde_json::Map::new()));
                if let Value::Object(system) = system {
                    system.entry(shared).or_insert_with(|| value.clone());
                }
            }
        }
        let mut merged = serde_json::to_value(self).map_err(|error| error.to_string())?;
        merge(&mut merged, patch);
        let config: Self = serde_json::from_value(merged).map_err(|error| error.to_string())?;
        if !matches!(config.pardot.version, 3 | 4) {
            return Err("pardot.version must be 3 or 4".to_owned());
        }
        Ok(config)
    }
}

/// Objects are merged member by member; anything else, `null` included, replaces.
fn merge(target: &mut Value, patch: Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (name, value) in patch {
                merge(target.entry(name).or_insert(Value::Null), value);
            }
        }
        (target, patch) => *target = patch,
    }
}
