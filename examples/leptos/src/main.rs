//! A contact form: checked as it is typed by the relay's own rules, sent to the relay, and the truth about it.

use fieldpost::{Account, Form, Outcome, Severity, System, Value, operation, web};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The relay's address; the page may say another one: `?relay=…`.
const RELAY: &str = "http://127.0.0.1:8789";

fn relay() -> Account {
    let query = window().location().search().unwrap_or_default();
    let address = query.strip_prefix("?relay=").unwrap_or(RELAY).to_owned();
    let host = address.split("//").nth(1).unwrap_or_default().to_owned();
    // Over http only where it stands in the code: this example's relay is on this machine.
    Account { allow_host: vec![host], ..Account::new(System::Relay, &address) }
}

/// What became of a lead, for whoever has sent it.
async fn submit(email: String) -> Result<&'static str, String> {
    let relay = relay();
    let rules = web::rules(&relay, "contact").await?;
    let form = Form::from_spec(&rules.spec).map_err(|_| "spec.invalid")?;
    let report = form.check(vec![("email".into(), Value::from(email))]);
    if let Some(issue) = report.issues.iter().find(|issue| issue.severity == Severity::Error) {
        return Err(issue.message.to_string());
    }
    let params = vec![
        ("form".into(), Value::from("contact")),
        ("token".into(), Value::from(rules.token)),
        ("values".into(), Value::Map(report.values)),
    ];
    let submit = operation("relay.lead.submit").ok_or("operation.unknown")?;
    match web::call(submit, params, &relay).await.map_err(|refusal| refusal.code)? {
        Outcome::Stored { .. } | Outcome::Queued { .. } => Ok("Thank you."),
        Outcome::Refused { issues, .. } => {
            Err(issues.first().map_or("Refused.".into(), |issue| issue.message.to_string()))
        }
        _ => Err("We cannot tell whether it arrived. Please try again.".into()),
    }
}

#[component]
fn Contact() -> impl IntoView {
    let email = RwSignal::new(String::new());
    let said = RwSignal::new(String::new());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let email = email.get();
        spawn_local(async move {
            said.set(submit(email).await.map_or_else(|why| why, str::to_owned));
        });
    };
    view! {
        <form on:submit=send>
            <label>"E-mail " <input name="email" on:input:target=move |event| email.set(event.target().value()) /></label>
            <button>"Send"</button>
            <p role="status">{move || said.get()}</p>
        </form>
    }
}

fn main() {
    mount_to_body(Contact);
}
