//! What a delivery's next call says of its lead.

use super::guard::Guard;
use super::outbox::{Call, Delivery, Recipe};
use crate::value::{Entries, Value, has_part};
use std::borrow::Cow;

/// The lead's [`Guard::identity`], where it has the key, too.
pub fn identity(guard: &Guard, params: &Entries<'static>) -> Option<String> {
    text(params, guard.key).and(text(params, guard.identity)).map(str::to_owned)
}

/// The parameters of the delivery's next call, of those that the lead is captured with; `checked` are the same as the system
/// gets them. Nothing where the lead has none of the keys that the call goes by.
pub fn shaped(
    recipe: &Recipe,
    delivery: &Delivery,
    params: Entries<'static>,
    checked: &Entries<'static>,
) -> Option<Entries<'static>> {
    let key = |name: &'static str| Some((Cow::Borrowed(name), given(checked, name)?.clone()));
    let is_left = |name: &str| has_part(&delivery.without, ' ', name);
    match (delivery.call, &recipe.guard, &recipe.look_up) {
        (Call::Holders, Some(guard), _) => {
            identity(guard, checked)?;
            let mut asked = vec![key(guard.key)?];
            if let Some(page) = &delivery.page {
                asked.push((Cow::Borrowed(guard.page), Value::from(page.clone())));
            }
            Some(asked)
        }
        // A look-up takes one key alone.
        (Call::LookUp, _, Some(look_up)) => {
            let name = look_up
                .keys
                .iter()
                .find(|name| !is_left(name) && given(checked, name).is_some())?;
            Some(vec![key(name)?])
        }
        (call, guard, look_up) => {
            let aside =
                guard.as_ref().filter(|_| delivery.aside).and_then(|guard| noted(guard, checked));
            let mut params = params;
            params.retain(|(name, _)| !is_left(name));
            for (_, value) in &mut params {
                leave_within(value, &is_left);
            }
            if let Some((name, text)) = aside {
                params.retain(|(known, _)| known != name);
                params.push((Cow::Borrowed(name), Value::from(text)));
            }
            if let (Call::Found, Some(id)) = (call, &delivery.record) {
                // By id only: e-mail is no key here, and an e-mail beside the id is a change.
                let keys = look_up.as_ref().map_or(&[][..], |look_up| look_up.keys);
                let keys = if delivery.corrected { &[][..] } else { keys };
                params.retain(|(name, _)| name != "id" && !keys.contains(&name.as_ref()));
                params.insert(0, (Cow::Borrowed("id"), Value::from(id.clone())));
            }
            Some(params)
        }
    }
}

/// What was left out, behind what the lead has there anyway.
fn noted(guard: &Guard, params: &Entries<'static>) -> Option<(&'static str, String)> {
    let key = text(params, guard.taken.param)?;
    let before =
        text(params, guard.aside.param).map(|text| [text, "\n"].concat()).unwrap_or_default();
    Some((guard.aside.param, [&before, guard.aside.label, ": ", key].concat()))
}

fn text<'p>(params: &'p Entries<'static>, name: &str) -> Option<&'p str> {
    given(params, name).and_then(Value::as_text)
}

fn given<'p>(params: &'p Entries<'static>, name: &str) -> Option<&'p Value<'static>> {
    params
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty())
}

/// Marketo's cookie stands in the one record of `input`.
fn leave_within(value: &mut Value<'static>, is_left: &impl Fn(&str) -> bool) {
    let Value::List(items) = value else { return };
    for item in items {
        if let Value::Map(entries) = item {
            entries.retain(|(name, _)| !is_left(name));
        }
    }
}
