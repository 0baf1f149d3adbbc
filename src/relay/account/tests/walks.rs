//! Long walks through what may happen, in any order.

use super::super::{AccountLimiter, Effect, Event, Kind, Said};
use super::{SETTINGS, START, answers, ask, new, over, refused, retry, stored};
use crate::crm::outcome::{Fault, Reason};
use std::collections::{BTreeMap, BTreeSet};

/// A sign-in that is out while the read is, and the other way round, leaves nobody waiting.
#[test]
fn whatever_comes_first_everybody_is_answered() {
    let mut random = 11_u64;
    let mut below = |most: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % most
    };
    for _ in 0..100 {
        let mut account = new();
        let (mut number, mut now) = (0, START);
        let mut open: BTreeSet<u64> = BTreeSet::new();
        let mut out: Vec<Effect> = Vec::new();
        for round in 0..60 {
            now += below(40_000);
            let id = below(6).to_string();
            let token = format!("t{}", below(number + 1));
            let said = [
                stored(),
                refused(Fault::Unsure),
                refused(Fault::Account),
                retry(Reason::Token, "http.401"),
                retry(Reason::Token, "expired"),
                retry(Reason::Quota, "q"),
                refused(Fault::Writes),
                Said::default(),
            ];
            let effects = if below(2) == 0 && !out.is_empty() {
                match out.swap_remove(usize::try_from(below(out.len() as u64)).unwrap()) {
                    Effect::SignIn(event, _) if below(3) == 0 => {
                        account.step(event, Event::NotSigned(retry(Reason::Busy, "auth.down")), now)
                    }
                    Effect::SignIn(event, _) => {
                        account.step(event, Event::Signed(&format!("t{event}"), 50_000), now)
                    }
                    Effect::Look { number, .. } => {
                        account.step(number, Event::Looked(said[below(8) as usize]), now)
                    }
                    Effect::Midnight(event, _) => {
                        account.step(event, Event::Midnight(now + 5_000), now)
                    }
                    _ => Vec::new(),
                }
            } else {
                number += 1;
                open.insert(number);
                let event = if below(2) == 0 {
                    ask(&id)
                } else {
                    over(&id, &token, said[below(8) as usize])
                };
                account.step(number, event, now)
            };
            for (number, _) in answers(&effects) {
                assert!(open.remove(&number), "answered twice, or not asked: {round}");
            }
            out.extend(effects.into_iter().filter(|effect| {
                matches!(effect, Effect::SignIn(..) | Effect::Look { .. } | Effect::Midnight(..))
            }));
            let signing = out.iter().filter(|effect| matches!(effect, Effect::SignIn(..))).count();
            let looking = out.iter().filter(|effect| matches!(effect, Effect::Look { .. })).count();
            assert!(signing <= 1 && looking <= 1, "two at a time: {out:?}");
        }
        while let Some(effect) = out.pop() {
            let effects = match effect {
                Effect::SignIn(event, _) => account.step(event, Event::Signed("last", 50_000), now),
                Effect::Look { number, .. } => account.step(number, Event::Looked(stored()), now),
                Effect::Midnight(event, _) => {
                    account.step(event, Event::Midnight(now + 5_000), now)
                }
                _ => Vec::new(),
            };
            for (number, _) in answers(&effects) {
                open.remove(&number);
            }
            out.extend(effects.into_iter().filter(|effect| {
                matches!(effect, Effect::SignIn(..) | Effect::Look { .. } | Effect::Midnight(..))
            }));
        }
        assert!(open.is_empty(), "nobody answers {open:?}");
    }
}

/// What the host keeps is all that there is: an account that begins anew before each event does what one does that lives on.
#[test]
fn an_instance_that_begins_anew_goes_on_where_the_one_before_stopped() {
    let mut random = 5_u64;
    let mut below = |most: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % most
    };
    let mut living = new();
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    let mut out: Vec<Effect> = Vec::new();
    let mut now = START;
    for number in 1..5_000 {
        now += below(3_000);
        let (id, token) = (below(6).to_string(), format!("t{}", number - 1 - below(number.min(6))));
        let said = [
            stored(),
            stored(),
            refused(Fault::Unsure),
            refused(Fault::Account),
            refused(Fault::Target),
            retry(Reason::Token, "http.401"),
            retry(Reason::Quota, "q"),
            Said { kind: Kind::Unknown, ..Said::default() },
        ];
        let said = said[below(8) as usize];
        let done = if out.is_empty() || below(3) == 0 {
            None
        } else {
            Some(out.swap_remove(below(out.len() as u64) as usize))
        };
        let value = format!("t{number}");
        let (event_number, event) = match &done {
            Some(Effect::SignIn(event, _)) if below(4) == 0 => {
                // The host did not let every other one out.
                let down = [Said::default(), retry(Reason::Busy, "auth.down")];
                (*event, Event::NotSigned(down[below(2) as usize]))
            }
            Some(Effect::SignIn(event, _)) => (*event, Event::Signed(&value, 500_000)),
            Some(Effect::Look { number, .. }) => (*number, Event::Looked(said)),
            Some(Effect::Midnight(event, _)) => (*event, Event::Midnight(now + 50_000)),
            _ if below(2) == 0 => (number, ask(&id)),
            _ => (number, over(&id, &token, said)),
        };
        let mut reborn = AccountLimiter::new(
            SETTINGS,
            kept.iter().map(|(name, text)| (name.as_str(), text.as_str())),
        );
        let effects = living.step(event_number, event, now);
        let mut again = reborn.step(event_number, event, now);
        let mut wanted = effects.clone();
        // Rows go in any order.
        for effects in [&mut again, &mut wanted] {
            effects.sort_by_key(|effect| {
                matches!(effect, Effect::Store(_) | Effect::Remember(_))
                    .then(|| format!("{effect:?}"))
            });
        }
        assert_eq!(again, wanted, "event {number}: {event:?}");
        for effect in &effects {
            match effect {
                Effect::Store((name, Some(text))) | Effect::Remember((name, Some(text))) => {
                    drop(kept.insert(name.clone(), text.clone()));
                }
                Effect::Store((name, None)) | Effect::Remember((name, None)) => {
                    drop(kept.remove(name));
                }
                _ => {}
            }
        }
        out.extend(effects.into_iter().filter(|effect| {
            matches!(effect, Effect::SignIn(..) | Effect::Look { .. } | Effect::Midnight(..))
        }));
    }
}
