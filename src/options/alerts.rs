//! What the options say of alerts. A mistake here stops no lead: the channel tells nothing, and the console says why.

use super::members::{ALERTS, CHANNEL};
use super::relay::is_name;
use super::{Closes, Judge, below, entries, given, is_within, items, text};
use crate::value::{Value, has_part, has_sign, parts};

/// A kind of channel.
#[derive(Clone, Copy, Debug)]
pub struct ChannelKind {
    /// As the options have it.
    pub name: &'static str,
    /// The members that it needs, with blanks between.
    pub needs: &'static str,
    /// Where its messages go; empty where the owner says that.
    pub url: &'static str,
    /// The hosts that they may go to, with blanks between; empty for any.
    pub hosts: &'static str,
}

const fn kind(
    name: &'static str,
    needs: &'static str,
    url: &'static str,
    hosts: &'static str,
) -> ChannelKind {
    ChannelKind { name, needs, url, hosts }
}

const MAIL: &str = "key from to";

/// All of them; how each is written to stands in `pkg/src/relay/alerts/channels.ts`.
pub const CHANNELS: &[ChannelKind] = &[
    kind("webhook", "url secret", "", ""),
    kind("slack", "url", "", "hooks.slack.com hooks.slack-gov.com"),
    kind("resend", MAIL, "https://api.resend.com/emails", "api.resend.com"),
    kind("postmark", MAIL, "https://api.postmarkapp.com/email", "api.postmarkapp.com"),
    kind(
        "sendgrid",
        MAIL,
        "https://api.sendgrid.com/v3/mail/send",
        "api.sendgrid.com api.eu.sendgrid.com",
    ),
];

/// One object tells all of them, one after the other.
const MOST: usize = 10;

/// A signing secret as Standard Webhooks has it.
const SECRET: &str = "whsec_";

/// Base64 of 24 to 64 bytes.
const LEAST_SECRET: usize = 32;
const MOST_SECRET: usize = 88;

/// Members of the alerts that are whole numbers.
const NUMBERS: [&str; 3] = ["review", "queueMinutes", "repeatHours"];
const MOST_NUMBER: u64 = 1_000_000;

impl Judge<'_> {
    pub(super) fn alerts(&mut self) {
        let Some(alerts) = given(self.options, "alerts") else { return };
        self.members("alerts", Some(alerts), ALERTS);
        for name in NUMBERS {
            if given(alerts, name).is_some_and(|value| !is_within(value, 1, MOST_NUMBER)) {
                self.wrong(&below("alerts", name), "a number from 1 to 1000000");
            }
        }
        let is_link = |value: &Value<'_>| text(Some(value)).is_some_and(is_address);
        if given(alerts, "console").is_some_and(|value| !is_link(value)) {
            self.wrong("alerts.console", ADDRESS);
        }
        let channels = entries(alerts.get("channels"));
        if channels.is_empty() || channels.len() > MOST {
            self.wrong("alerts.channels", "an object with 1 to 10 channels");
        }
        for (name, channel) in channels {
            let place = below("alerts.channels", name);
            self.members(&place, Some(channel), CHANNEL);
            if !is_name(name) {
                self.wrong(&place, "a name of letters, digits, - and _");
            }
            let named = text(channel.get("kind"));
            match CHANNELS.iter().find(|kind| named == Some(kind.name)) {
                Some(kind) => self.channel(&place, channel, kind),
                None => self.wrong(&below(&place, "kind"), KINDS),
            }
        }
    }

    fn channel(&mut self, place: &str, channel: &Value<'_>, kind: &ChannelKind) {
        for (member, fits, what) in MEMBERS {
            let value = given(channel, member);
            let is_needed = has_part(kind.needs, ' ', member);
            if value.map_or(is_needed, |value| !fits(value)) {
                self.wrong(&below(place, member), what);
            }
        }
        let Some(url) = text(channel.get("url")) else { return };
        let allowed = given(channel, "allowHost").map(items).unwrap_or_default();
        let host = parts(url, '/').nth(2).unwrap_or_default();
        if allowed.iter().any(|allowed| text(Some(allowed)) == Some(host)) {
            return;
        }
        if !url.starts_with("https://") || host.is_empty() {
            self.wrong(&below(place, "url"), ADDRESS);
        } else if !kind.hosts.is_empty() && !has_part(kind.hosts, ' ', host) {
            self.wrong(&below(place, "url"), &["an address at ", kind.hosts].concat());
        }
    }

    fn wrong(&mut self, place: &str, what: &str) {
        self.must(place, what, Closes::Nothing);
    }
}

const ADDRESS: &str = "an address that begins with https://";
const KINDS: &str = "webhook, slack, resend, postmark or sendgrid";

type Fits = fn(&Value<'_>) -> bool;

/// What each member must be, where it is there or needed.
const MEMBERS: &[(&str, Fits, &str)] = &[
    ("url", |value| text(Some(value)).is_some(), ADDRESS),
    (
        "secret",
        |value| !items(value).is_empty() && items(value).iter().all(is_secret),
        "whsec_ and 24 to 64 random bytes in Base64",
    ),
    ("key", |value| text(Some(value)).is_some(), "the provider's key"),
    ("from", is_mail, "an e-mail address"),
    (
        "to",
        |value| !items(value).is_empty() && items(value).iter().all(is_mail),
        "e-mail addresses",
    ),
];

fn is_address(text: &str) -> bool {
    text.starts_with("https://")
}

fn is_mail(value: &Value<'_>) -> bool {
    text(Some(value)).is_some_and(|text| has_sign(text, '@'))
}

fn is_secret(secret: &Value<'_>) -> bool {
    let Some(encoded) = text(Some(secret)).and_then(|secret| secret.strip_prefix(SECRET)) else {
        return false;
    };
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    (LEAST_SECRET..=MOST_SECRET).contains(&encoded.len())
        && encoded.len().is_multiple_of(4)
        && encoded.trim_end_matches('=').bytes().all(is_letter)
}
