//! A contact form: checked as it is filled in by the relay's own rules, sent to the relay, and the truth about it.

use fieldpost::{Account, Form, Outcome, Severity, System, Value, operation, web};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The relay's address; the page may say another one: `?relay=…`.
const RELAY: &str = "http://127.0.0.1:8789";

/// What the form asks: the relay's name for it, a label, and what browsers fill it in by.
const FIELDS: [(&str, &str, &str); 4] = [
    ("firstName", "First name", "given-name"),
    ("lastName", "Last name", "family-name"),
    ("email", "E-mail", "email"),
    ("phone", "Phone", "tel"),
];

/// What stands in the controls, and what is wrong with it, by the field's name. What is about no field has no name.
type Texts = BTreeMap<String, String>;

fn relay() -> Account {
    let query = window().location().search().unwrap_or_default();
    let address = query.strip_prefix("?relay=").unwrap_or(RELAY);
    // http is for this machine alone: a relay that is online has https, and needs no word here.
    let host = address.strip_prefix("http://").map(str::to_owned);
    Account { allow_host: host.into_iter().collect(), ..Account::new(System::Relay, address) }
}

fn alone(text: impl Into<String>) -> Texts {
    Texts::from([(String::new(), text.into())])
}

/// Checks one field as it is left; nothing is wrong with what is empty until it is sent.
fn judge(rules: &web::Rules, name: &str, text: &str) -> Option<String> {
    let form = Form::from_spec(&rules.spec).ok()?;
    let report = form.check_field(name, Value::from(text));
    let wrong = report.issues.into_iter().find(|issue| issue.severity == Severity::Error)?;
    (!text.is_empty()).then(|| wrong.message.into_owned())
}

/// Checks all and sends it; what it says for the visitor, or what to mend.
async fn submit(rules: &web::Rules, typed: &Texts) -> Result<&'static str, Texts> {
    let form = Form::from_spec(&rules.spec).map_err(|_| alone("This form cannot be sent."))?;
    let values =
        typed.iter().map(|(name, text)| (Cow::from(name.as_str()), Value::from(text.as_str())));
    let report = form.check(values.collect());
    if !report.ok() {
        let wrong = report.issues.into_iter().filter(|issue| issue.severity == Severity::Error);
        return Err(wrong.map(|issue| (issue.field, issue.message.into_owned())).collect());
    }
    let params = vec![
        ("form".into(), Value::from("contact")),
        ("token".into(), Value::from(rules.token.as_str())),
        ("values".into(), Value::Map(report.values)),
    ];
    let submit =
        operation("relay.lead.submit").ok_or_else(|| alone("This form cannot be sent."))?;
    let outcome = web::call(submit, params, &relay()).await;
    match outcome.map_err(|refusal| alone(refusal.code))? {
        Outcome::Stored { .. } | Outcome::Queued { .. } => Ok("Thank you. We have your request."),
        Outcome::Refused { issues, .. } => {
            Err(issues.into_iter().map(|issue| (issue.field, issue.message.into_owned())).collect())
        }
        // The same values, sent again, are the same lead.
        _ => Err(alone("We cannot tell whether it arrived. Please send it again.")),
    }
}

#[component]
fn Contact() -> impl IntoView {
    let rules = StoredValue::new(None::<web::Rules>);
    let typed = RwSignal::new(Texts::new());
    let wrong = RwSignal::new(Texts::new());
    let said = RwSignal::new("");
    // At once: the token shows the relay that a person has taken a while.
    spawn_local(async move {
        match web::rules(&relay(), "contact").await {
            Ok(found) => rules.set_value(Some(found)),
            Err(code) => wrong.set(alone(code)),
        }
    });
    let left = move |name: &'static str| {
        let text = typed.with(|typed| typed.get(name).cloned()).unwrap_or_default();
        let found =
            rules.with_value(|rules| rules.as_ref().and_then(|rules| judge(rules, name, &text)));
        wrong.update(|wrong| match found {
            Some(message) => drop(wrong.insert(name.to_owned(), message)),
            None => drop(wrong.remove(name)),
        });
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(rules) = rules.get_value() else { return };
        spawn_local(async move {
            match submit(&rules, &typed.get_untracked()).await {
                Ok(thanks) => {
                    wrong.set(Texts::new());
                    said.set(thanks);
                }
                Err(found) => wrong.set(found),
            }
        });
    };
    let issue =
        move |name: &'static str| wrong.with(|wrong| wrong.get(name).cloned().unwrap_or_default());
    let control = move |(name, label, autocomplete): (&'static str, &'static str, &'static str)| {
        view! {
            <p>
                <label for=name>{label}</label>
                <input
                    id=name
                    name=name
                    autocomplete=autocomplete
                    aria-describedby=format!("{name}-issue")
                    aria-invalid=move || (!issue(name).is_empty()).to_string()
                    on:input:target=move |event| {
                        typed.update(|typed| drop(typed.insert(name.to_owned(), event.target().value())));
                    }
                    on:change=move |_| left(name)
                />
                <span id=format!("{name}-issue")>{move || issue(name)}</span>
            </p>
        }
    };
    view! {
        <form on:submit=send>
            {FIELDS.map(control)}
            <p>
                <label>
                    <input
                        type="checkbox"
                        name="consent"
                        on:change:target=move |event| {
                            let yes = if event.target().checked() { "yes" } else { "" };
                            typed.update(|typed| drop(typed.insert("consent".to_owned(), yes.to_owned())));
                        }
                    />
                    " You may contact me about this."
                </label>
                <span>{move || issue("consent")}</span>
            </p>
            <p><button>"Send"</button></p>
            <p role="status">{move || format!("{}{}", said.get(), issue(""))}</p>
        </form>
    }
}

fn main() {
    mount_to_body(Contact);
}
