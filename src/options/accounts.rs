//! What the options say of the accounts. A mistake here loses nothing: leads are taken, and wait.

use super::members::{ACCOUNT, CREDENTIALS, LIMITS};
use super::{Closes, Judge, below, entries, given, is_within, items, text};
use crate::catalogue::recipe;
use crate::check::report::Issue;
use crate::code;
use crate::crm::request::{Account, System};
use crate::crm::systems::token::{self, Credentials};
use crate::value::{Value, cut, has_part, parts};

/// Members of which the host alone can tell, and what they must be.
const HOSTS: &[(&str, &str)] = &[("timeZone", "a time zone like America/Chicago")];

impl Judge<'_> {
    pub(super) fn accounts(&mut self) {
        let options = self.options;
        for (name, account) in entries(options.get("accounts")) {
            let place = below("accounts", name);
            self.account = name;
            self.members(&place, Some(account), ACCOUNT);
            for (member, known) in [("credentials", CREDENTIALS), ("limits", LIMITS)] {
                self.members(&below(&place, member), account.get(member), known);
            }
            self.judge_account(&place, account);
            self.hosts(&place, account, HOSTS, Closes::Account);
        }
        self.account = "";
    }

    fn judge_account(&mut self, place: &str, from: &Value<'_>) {
        let Some(system) = system_of(from) else {
            let issue = Issue::error("system", &code::ACCOUNT_SYSTEM);
            return self.pass_on(&below(place, "system"), &issue, Closes::Way);
        };
        let account = read(system, from);
        let mut issues = account.issues();
        if given(from, "version").is_some() && account.version.is_none() {
            issues.push(Issue::error("version", &code::ACCOUNT_VERSION));
        }
        // Marketo's tokens come from its own address, which would be said twice.
        for issue in sign_in(account.clone(), from.get("credentials")) {
            if !issues.iter().any(|one| one.field == issue.field) {
                issues.push(issue);
            }
        }
        if !issues.iter().any(|issue| issue.field == "baseUrl") {
            issues.extend(account.known_host().err());
        }
        for issue in &issues {
            let is_secret = has_part(CREDENTIALS, ' ', &issue.field);
            let at = if is_secret { below(place, "credentials") } else { place.to_owned() };
            self.pass_on(&below(&at, &issue.field), issue, Closes::Account);
        }
        let is_link =
            |record: &str| record.starts_with("https://") && cut(record, "{id}").is_some();
        if given(from, "record").is_some_and(|record| !text(Some(record)).is_some_and(is_link)) {
            let what = "an address that begins with https:// and has {id} in it";
            self.must(&below(place, "record"), what, Closes::Nothing);
        }
        if let Some(limits) = given(from, "limits") {
            for member in parts(LIMITS, ' ') {
                if !limits.get(member).is_some_and(|value| is_within(value, 1, u64::MAX)) {
                    let place = below(&below(place, "limits"), member);
                    self.must(&place, "a number from 1 on", Closes::Account);
                }
            }
        }
    }
}

/// The system of an account, where it is one that takes leads.
pub(super) fn system_of(account: &Value<'_>) -> Option<System> {
    let named = text(account.get("system")).and_then(System::from_name);
    named.filter(|system| recipe(*system).is_some())
}

/// An account as far as it can be read; what cannot is as if it were not there.
pub(super) fn read(system: System, from: &Value<'_>) -> Account {
    let owned = |name| text(from.get(name)).map(str::to_owned);
    let hosts = given(from, "allowHost").map(items).unwrap_or_default();
    Account {
        version: match given(from, "version") {
            Some(Value::Number(digits)) if digits == "3" => Some(3),
            Some(Value::Number(digits)) if digits == "4" => Some(4),
            _ => None,
        },
        business_unit: owned("businessUnit"),
        allow_host: hosts.iter().filter_map(|host| text(Some(host))).map(str::to_owned).collect(),
        ..Account::new(system, text(from.get("baseUrl")).unwrap_or_default())
    }
}

/// Everything that signing in lacks. It stops at the first of it, so what is missing is given to it, and it is asked again.
fn sign_in(mut account: Account, from: Option<&Value<'_>>) -> Vec<Issue> {
    let mut found: Vec<Issue> = Vec::new();
    let mut address: Option<String> = None;
    for _ in parts(CREDENTIALS, ' ') {
        let owned = |name: &str| {
            let is_lacking = found.iter().any(|issue| issue.field == name);
            let own = from.and_then(|from| text(from.get(name)));
            own.filter(|_| !is_lacking).or(is_lacking.then_some(GIVEN)).map(str::to_owned)
        };
        let credentials = Credentials {
            key: owned("key"),
            client_id: owned("clientId"),
            client_secret: owned("clientSecret"),
            private_key: owned("privateKey"),
            username: owned("username"),
            audience: owned("audience"),
            refresh_token: owned("refreshToken"),
            login_url: address.clone().or_else(|| owned("loginUrl")),
            identity_url: address.clone().or_else(|| owned("identityUrl")),
        };
        let Err(issues) = token::request(&account, &credentials, 0, None) else { break };
        let is_secret = issues.iter().all(|issue| issue.code == code::ACCOUNT_CREDENTIAL.name);
        if !is_secret {
            // The secrets are looked at all the same, as of an account whose address is right.
            if address.is_some() {
                break;
            }
            account.allow_host.push(HOST.to_owned());
            address = Some(ADDRESS.to_owned());
        }
        found.extend(issues);
    }
    found
}

/// What is given in place of a secret, and of an address.
const GIVEN: &str = "x";
const HOST: &str = "x.example";
const ADDRESS: &str = "https://x.example";
