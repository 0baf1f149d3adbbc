//! Each decision by itself.

use fieldpost::client::{CALL, CLIENT, Call, Client, Effect, Event, Failure, Goal, Row};
use fieldpost::systems::token::Credentials;
use fieldpost::value::Entries;
use fieldpost::{Account, Operation, Outcome, Reply, System, Value, operation};

/// A client's calls, step by step. Both states go through their numbers each time, as a host keeps them.
struct Stand {
    client: Client,
    token: Option<String>,
    shared: [u64; CLIENT],
    now: u64,
}

/// A call of a stand.
struct One {
    operation: &'static Operation,
    goal: Goal,
    state: [u64; CALL],
    rows: Vec<Row>,
    due: usize,
}

fn account(system: System) -> Account {
    let base = match system {
        System::Marketo => "https://123-ABC-456.mktorest.com",
        System::Prospects => "https://api.hiringcenterpro.com",
        System::Relay => "https://leads.example.com",
        System::Pardot => "https://pi.pardot.com",
    };
    Account::new(system, base)
}

fn credentials() -> Credentials {
    let secret = |text: &str| Some(text.to_owned());
    Credentials {
        key: secret("the-key"),
        client_id: secret("id"),
        client_secret: secret("secret"),
        login_url: secret("https://example.my.salesforce.com"),
        ..Credentials::default()
    }
}

fn ok(body: &str) -> Reply {
    Reply { status: 200, body: body.to_owned(), ..Reply::default() }
}

fn token(text: &str, seconds: u64) -> Reply {
    ok(&format!(r#"{{"access_token":"{text}","expires_in":{seconds}}}"#))
}

const DEAD: &str = r#"{"success":false,"errors":[{"code":"601","message":"x"}]}"#;
const OTHER: &str = r#"{"@attributes":{"stat":"fail","version":1,"err_code":89},"err":"x"}"#;

impl Stand {
    fn new(system: System) -> Self {
        Stand::of(Client::new(account(system), credentials()))
    }

    fn of(client: Client) -> Self {
        Stand { client, token: None, shared: [0; CLIENT], now: 1_700_000_000_000 }
    }

    /// A stand that has the token `t1`.
    fn signed(system: System) -> Self {
        Stand::new(system).sign(system)
    }

    fn sign(mut self, system: System) -> Self {
        let stand = &mut self;
        let name =
            if system == System::Marketo { "marketo.lead.get" } else { "pardot.prospect.read" };
        let (mut one, _) = stand.begin(name, Goal::Outcome, vec![("id".into(), "5".into())]);
        stand.step(&mut one, Event::Reply(&token("t1", 3_600)));
        self
    }

    fn begin(&mut self, name: &str, goal: Goal, params: Entries<'static>) -> (One, Vec<Effect>) {
        let operation = operation(name).unwrap();
        let state = Call::new(operation, goal).state();
        let mut one = One { operation, goal, state, rows: vec![Row::from(&params)], due: 0 };
        let effects = self.step(&mut one, Event::Begin);
        (one, effects)
    }

    fn step(&mut self, one: &mut One, event: Event<'_>) -> Vec<Effect> {
        let mut client = self.client.clone();
        client.restore(self.token.clone(), self.shared);
        let mut call = Call::restored(one.operation, one.goal, one.state);
        let effects = client.step(&mut call, &one.rows[one.due], event, self.now);
        let (token, shared) = client.state();
        (self.token, self.shared, one.state) = (token.map(str::to_owned), shared, call.state());
        for effect in &effects {
            match effect {
                Effect::Keep { rows } => one.rows.clone_from(rows),
                Effect::Go { row } => one.due = usize::try_from(*row).unwrap(),
                _ => {}
            }
        }
        effects
    }

    fn go(&mut self, one: &mut One) -> Vec<Effect> {
        self.step(one, Event::Go)
    }
}

fn get(id: &str) -> Entries<'static> {
    vec![("id".into(), Value::from(id.to_owned()))]
}

/// What is sent: method, path and token.
fn sent(effects: &[Effect]) -> String {
    let Some(Effect::Fetch { request, .. }) = effects.last() else {
        panic!("nothing is sent: {effects:?}")
    };
    let path = request.url.splitn(4, '/').nth(3).unwrap();
    let token = request.headers.iter().find(|(name, _)| name == "Authorization");
    let token = token.map_or("", |(_, value)| value.trim_start_matches("Bearer "));
    format!("{} /{} {token}", request.method, path.split('?').next().unwrap()).trim_end().to_owned()
}

fn failure(effects: &[Effect]) -> (&str, Vec<&str>) {
    let (Effect::Fail(failure) | Effect::Deny(failure)) = effects.last().unwrap() else {
        panic!("it goes on: {effects:?}");
    };
    let Failure { code, issues, .. } = failure;
    (code.as_ref(), issues.iter().map(|issue| issue.field.as_str()).collect())
}

fn given(effects: &[Effect]) -> &Outcome {
    let Some(Effect::Give { outcome }) = effects.last() else {
        panic!("nothing is given: {effects:?}")
    };
    outcome
}

fn leads(count: usize) -> Value<'static> {
    let lead =
        |at: usize| Value::Map(vec![("email".into(), format!("lead{at}@example.com").into())]);
    Value::List((0..count).map(lead).collect())
}

mod parts {
    use super::*;

    fn rows(effects: &[Effect]) -> Vec<Entries<'static>> {
        let Some(Effect::Keep { rows }) = effects.first() else {
            panic!("nothing is kept: {effects:?}")
        };
        rows.iter().map(Row::params).collect()
    }

    fn length(value: &Value<'_>) -> usize {
        match value {
            Value::List(items) => items.len(),
            Value::Map(entries) => entries.len(),
            _ => 0,
        }
    }

    #[test]
    fn as_many_as_one_request_takes_and_the_other_parameters_with_each() {
        for (count, parts) in [
            (299, vec![]),
            (300, vec![]),
            (301, vec![300, 1]),
            (900, vec![300; 3]),
            (901, vec![300, 300, 300, 1]),
        ] {
            let mut stand = Stand::new(System::Marketo);
            let params = vec![
                ("action".into(), "createOnly".into()),
                ("input".into(), leads(count)),
                ("lookupField".into(), "email".into()),
            ];
            let (_, effects) = stand.begin("marketo.lead.sync", Goal::Outcome, params);
            if parts.is_empty() {
                assert_eq!(sent(&effects), "POST /identity/oauth/token", "{count}");
                continue;
            }
            let rows = rows(&effects);
            assert_eq!(rows.iter().map(|row| length(&row[1].1)).collect::<Vec<_>>(), parts);
            let all: Vec<_> = rows
                .iter()
                .flat_map(|row| match &row[1].1 {
                    Value::List(items) => items.clone(),
                    _ => Vec::new(),
                })
                .collect();
            assert_eq!(Value::List(all), leads(count), "in the caller's order");
            for row in &rows {
                assert_eq!(
                    [&*row[0].0, &*row[1].0, &*row[2].0],
                    ["action", "input", "lookupField"]
                );
            }
            assert_eq!(effects.last(), Some(&Effect::Go { row: 0 }));
        }
    }

    #[test]
    fn records_by_key_keep_their_keys() {
        let version_3 = Account { version: Some(3), ..account(System::Pardot) };
        let mut stand = Stand::of(Client::new(version_3, credentials()));
        let record = |at: usize| {
            (format!("{}", at + 1).into(), Value::Map(vec![("city".into(), "Oslo".into())]))
        };
        let params = vec![("prospects".into(), Value::Map((0..51).map(record).collect()))];
        let (_, effects) = stand.begin("pardot.prospect.batchUpdate", Goal::Outcome, params);
        let rows = rows(&effects);
        assert_eq!(rows.iter().map(|row| length(&row[0].1)).collect::<Vec<_>>(), [50, 1]);
        assert_eq!(rows[1][0].1, Value::Map(vec![record(50)]));
    }

    #[test]
    fn an_issue_stands_at_the_callers_position() {
        let mut stand = Stand::new(System::Marketo);
        let Value::List(mut input) = leads(602) else { panic!() };
        input[0] = Value::Map(vec![("email".into(), "bad".into())]);
        input[601] = Value::Map(vec![("email".into(), "worse".into())]);
        let (_, effects) = stand.begin(
            "marketo.lead.sync",
            Goal::Outcome,
            vec![("input".into(), Value::List(input))],
        );
        assert_eq!(
            failure(&effects),
            ("params.invalid", vec!["input[0].email", "input[601].email"])
        );
    }

    #[test]
    fn so_it_does_where_only_the_other_version_refuses_it() {
        let mut stand = Stand::signed(System::Pardot);
        // Version 3 knows no CRM ids.
        let record = |at: u64| {
            let name = if at == 51 { "fid" } else { "id" };
            Value::Map(vec![
                (name.into(), (at + 1).to_string().into()),
                ("city".into(), "Oslo".into()),
            ])
        };
        let params = vec![("prospects".into(), Value::List((0..52).map(record).collect()))];
        let (mut one, _) = stand.begin("pardot.prospect.batchUpdate", Goal::Outcome, params);
        stand.go(&mut one);
        let effects = stand.step(
            &mut one,
            Event::Reply(&ok(r#"{"@attributes":{"stat":"ok","version":1},"errors":{}}"#)),
        );
        assert_eq!(effects.last(), Some(&Effect::Go { row: 1 }));
        stand.go(&mut one);
        let effects = stand.step(&mut one, Event::Reply(&Reply { status: 400, ..ok(OTHER) }));
        assert_eq!(failure(&effects), ("params.invalid", vec!["prospects[51].id"]));
    }

    #[test]
    fn what_became_of_a_request_became_of_its_records() {
        let mut stand = Stand::signed(System::Marketo);
        let (mut one, _) =
            stand.begin("marketo.lead.sync", Goal::Outcome, vec![("input".into(), leads(301))]);
        stand.go(&mut one);
        let effects = stand.step(&mut one, Event::Failed("network.timeout"));
        let lost = vec![Outcome::Unknown { why: "network.timeout".into() }];
        assert_eq!(effects, [Effect::Add { outcomes: lost, times: 300 }, Effect::Go { row: 1 }]);
        stand.go(&mut one);
        let effects = stand.step(&mut one, Event::Reply(&ok(r#"{"success":true,"result":[]}"#)));
        let [Effect::Add { outcomes, times: 1 }, Effect::Batch] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        assert_eq!(outcomes.len(), 1, "a record that the reply left out has its place");
    }

    #[test]
    fn each_request_may_have_a_new_token() {
        let mut stand = Stand::signed(System::Marketo);
        let (mut one, _) =
            stand.begin("marketo.lead.sync", Goal::Outcome, vec![("input".into(), leads(301))]);
        for (old, new) in [("t1", "t2"), ("t2", "t3")] {
            let effects = stand.go(&mut one);
            assert_eq!(sent(&effects), format!("POST /rest/v1/leads.json {old}"));
            assert_eq!(
                sent(&stand.step(&mut one, Event::Reply(&ok(DEAD)))),
                "POST /identity/oauth/token"
            );
            let effects = stand.step(&mut one, Event::Reply(&token(new, 3_600)));
            assert_eq!(sent(&effects), format!("POST /rest/v1/leads.json {new}"));
            stand.step(&mut one, Event::Failed("network.failed"));
        }
    }
}

mod tokens {
    use super::*;

    #[test]
    fn one_call_asks_and_the_others_are_parked() {
        let mut stand = Stand::new(System::Marketo);
        let (mut first, effects) = stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        assert_eq!(sent(&effects), "POST /identity/oauth/token");
        let (mut second, effects) = stand.begin("marketo.lead.get", Goal::Outcome, get("6"));
        let [Effect::Park { wait }] = effects.as_slice() else { panic!("{effects:?}") };
        assert!((35_000..40_000).contains(wait), "as long as the request may take: {wait}");
        let effects = stand.step(&mut first, Event::Reply(&token("t1", 3_600)));
        assert_eq!(effects.first(), Some(&Effect::Tell));
        assert_eq!(sent(&effects), "GET /rest/v1/lead/5.json t1");
        assert_eq!(sent(&stand.go(&mut second)), "GET /rest/v1/lead/6.json t1");
    }

    #[test]
    fn who_asked_may_be_gone() {
        let mut stand = Stand::new(System::Marketo);
        stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        let (mut second, effects) = stand.begin("marketo.lead.get", Goal::Outcome, get("6"));
        let [Effect::Park { wait }] = effects.as_slice() else { panic!("{effects:?}") };
        stand.now += wait - 1;
        assert!(
            matches!(stand.go(&mut second).as_slice(), [Effect::Park { wait: 1 }]),
            "not before its time"
        );
        stand.now += 1;
        assert_eq!(sent(&stand.go(&mut second)), "POST /identity/oauth/token");
    }

    #[test]
    fn a_clock_that_steps_back_keeps_nobody() {
        let mut stand = Stand::new(System::Marketo);
        stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        stand.now -= 3_600_000;
        let (_, effects) = stand.begin("marketo.lead.get", Goal::Outcome, get("6"));
        assert_eq!(sent(&effects), "POST /identity/oauth/token");
    }

    #[test]
    fn a_refusal_is_everybodys_and_the_next_call_asks_again() {
        let mut stand = Stand::new(System::Marketo);
        let (mut one, _) = stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        let no = Reply { status: 401, ..ok(r#"{"error":"unauthorized"}"#) };
        let effects = stand.step(&mut one, Event::Reply(&no));
        assert!(matches!(effects.as_slice(), [Effect::Deny(_)]), "{effects:?}");
        assert_eq!(failure(&effects), ("auth.refused", vec!["credentials"]));
        let (mut one, effects) = stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        assert_eq!(sent(&effects), "POST /identity/oauth/token");
        let effects = stand.step(&mut one, Event::Failed("network.timeout"));
        assert_eq!(failure(&effects), ("network.timeout", vec![]));
        let (_, effects) = stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        assert_eq!(sent(&effects), "POST /identity/oauth/token");
    }

    #[test]
    fn a_token_in_its_last_second_is_asked_for_three_times_more() {
        let mut stand = Stand::new(System::Marketo);
        let (mut one, _) = stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        let busy = Reply {
            status: 503,
            headers: vec![("Retry-After".into(), "60".into())],
            body: String::new(),
        };
        for (reply, pause) in [(&token("t", 0), 1_000), (&busy, 5_000), (&token("t", 0), 1_000)] {
            let effects = stand.step(&mut one, Event::Reply(reply));
            let [Effect::Sleep { wait }, Effect::Fetch { .. }] = effects.as_slice() else {
                panic!("{effects:?}")
            };
            assert_eq!(*wait, pause);
            // Who is parked meanwhile waits for the new request, too.
            let (_, effects) = stand.begin("marketo.lead.get", Goal::Outcome, get("6"));
            assert!(
                matches!(effects.as_slice(), [Effect::Park { wait }] if *wait >= pause + 35_000),
                "{effects:?}"
            );
        }
        assert_eq!(
            failure(&stand.step(&mut one, Event::Reply(&token("t", 0)))),
            ("auth.busy", vec![])
        );
    }

    #[test]
    fn a_short_life_is_enough_for_who_has_asked() {
        let mut stand = Stand::new(System::Marketo);
        let (mut one, _) = stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        let effects = stand.step(&mut one, Event::Reply(&token("t1", 1)));
        assert_eq!(sent(&effects), "GET /rest/v1/lead/5.json t1");
        stand.now += 499;
        assert_eq!(
            sent(&stand.begin("marketo.lead.get", Goal::Outcome, get("6")).1),
            "GET /rest/v1/lead/6.json t1"
        );
        stand.now += 1;
        assert_eq!(
            sent(&stand.begin("marketo.lead.get", Goal::Outcome, get("6")).1),
            "POST /identity/oauth/token"
        );
    }

    #[test]
    fn what_another_call_has_renewed_is_not_renewed_again() {
        let mut stand = Stand::signed(System::Marketo);
        let (mut first, _) = stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        let (mut second, _) = stand.begin("marketo.lead.get", Goal::Outcome, get("6"));
        assert_eq!(
            sent(&stand.step(&mut first, Event::Reply(&ok(DEAD)))),
            "POST /identity/oauth/token"
        );
        stand.step(&mut first, Event::Reply(&token("t2", 3_600)));
        assert_eq!(
            sent(&stand.step(&mut second, Event::Reply(&ok(DEAD)))),
            "GET /rest/v1/lead/6.json t2"
        );
        // With a new token it is refused for good.
        let effects = stand.step(&mut second, Event::Reply(&ok(DEAD)));
        assert!(matches!(given(&effects), Outcome::Retry { .. }), "{effects:?}");
    }

    #[test]
    fn who_comes_late_without_one_takes_none_away() {
        let mut stand = Stand::new(System::Marketo);
        let (mut late, _) = stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        stand.now += 60_000;
        let (mut second, _) = stand.begin("marketo.lead.get", Goal::Outcome, get("6"));
        stand.step(&mut second, Event::Reply(&token("t2", 3_600)));
        assert_eq!(
            failure(&stand.step(&mut late, Event::Failed("network.timeout"))).0,
            "network.timeout"
        );
        assert_eq!(
            sent(&stand.begin("marketo.lead.get", Goal::Outcome, get("7")).1),
            "GET /rest/v1/lead/7.json t2"
        );
    }

    #[test]
    fn a_key_is_the_token_and_a_relay_has_none() {
        let mut stand = Stand::new(System::Prospects);
        let (mut one, effects) = stand.begin("prospects.prospect.list", Goal::Outcome, vec![]);
        assert_eq!(sent(&effects), "GET /v2/prospects the-key");
        // It is tried once more, for a moment of theirs, and no more.
        let no = Reply { status: 401, ..ok("") };
        assert_eq!(sent(&stand.step(&mut one, Event::Reply(&no))), "GET /v2/prospects the-key");
        assert!(matches!(given(&stand.step(&mut one, Event::Reply(&no))), Outcome::Retry { .. }));
        let mut stand = Stand::of(Client::new(account(System::Relay), Credentials::default()));
        let values = Value::Map(vec![("email".into(), "ann@example.com".into())]);
        let (_, effects) = stand.begin(
            "relay.lead.submit",
            Goal::Outcome,
            vec![("form".into(), "contact".into()), ("values".into(), values)],
        );
        assert_eq!(sent(&effects), "POST /leads/contact");
    }

    #[test]
    fn nothing_is_sent_to_an_account_that_is_none() {
        let evil = Account::new(System::Marketo, "https://evil.example.com");
        let mut stand = Stand::of(Client::new(evil, credentials()));
        let (_, effects) = stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        assert_eq!(failure(&effects), ("account.invalid", vec!["baseUrl"]));
        let poor = Credentials { client_secret: None, ..credentials() };
        let mut stand = Stand::of(Client::new(account(System::Marketo), poor));
        let (_, effects) = stand.begin("marketo.lead.get", Goal::Outcome, get("5"));
        assert_eq!(failure(&effects), ("account.invalid", vec!["clientSecret"]));
    }
}

mod versions {
    use super::*;

    #[test]
    fn the_other_one_is_tried_once_and_remembered() {
        let mut stand = Stand::signed(System::Pardot);
        let (mut one, effects) = stand.begin("pardot.prospect.read", Goal::Outcome, get("7"));
        assert_eq!(sent(&effects), "GET /api/prospect/version/4/do/read/id/7 t1");
        let no = Reply { status: 400, ..ok(OTHER) };
        assert_eq!(
            sent(&stand.step(&mut one, Event::Reply(&no))),
            "GET /api/prospect/version/3/do/read/id/7 t1"
        );
        assert!(matches!(given(&stand.step(&mut one, Event::Reply(&no))), Outcome::Retry { .. }));
        assert_eq!(
            sent(&stand.begin("pardot.prospect.read", Goal::Outcome, get("8")).1),
            "GET /api/prospect/version/3/do/read/id/8 t1"
        );
    }

    #[test]
    fn what_another_call_has_switched_is_not_switched_back() {
        let mut stand = Stand::signed(System::Pardot);
        let (mut first, _) = stand.begin("pardot.prospect.read", Goal::Outcome, get("7"));
        let (mut second, _) = stand.begin("pardot.prospect.read", Goal::Outcome, get("8"));
        let no = Reply { status: 400, ..ok(OTHER) };
        stand.step(&mut first, Event::Reply(&no));
        assert_eq!(
            sent(&stand.step(&mut second, Event::Reply(&no))),
            "GET /api/prospect/version/3/do/read/id/8 t1"
        );
    }
}

mod answers {
    use super::*;

    #[test]
    fn a_read_may_be_repeated_and_of_a_write_nobody_can_tell() {
        let mut stand = Stand::signed(System::Pardot);
        let (mut read, _) = stand.begin("pardot.prospect.read", Goal::Outcome, get("7"));
        let effects = stand.step(&mut read, Event::Failed("network.timeout"));
        let outcome = serde_json::to_value(given(&effects)).unwrap();
        assert_eq!(
            outcome,
            serde_json::json!({ "kind": "retry", "code": "network.timeout", "reason": "busy" })
        );
        let (mut write, _) = stand.begin(
            "pardot.prospect.create",
            Goal::Outcome,
            vec![("email".into(), "ann@example.com".into())],
        );
        let effects = stand.step(&mut write, Event::Failed("network.timeout"));
        assert_eq!(*given(&effects), Outcome::Unknown { why: "network.timeout".into() });
    }

    #[test]
    fn a_request_is_given_up_after_the_system_or_when_the_owner_says() {
        let deadline = |effects: &[Effect]| match effects.last() {
            Some(Effect::Fetch { deadline, .. }) => *deadline,
            other => panic!("{other:?}"),
        };
        let mut stand = Stand::signed(System::Pardot);
        assert_eq!(
            deadline(&stand.begin("pardot.prospect.read", Goal::Outcome, get("7")).1),
            35_000
        );
        let mut stand = Stand::of(stand.client.with_patience(300)).sign(System::Pardot);
        assert_eq!(deadline(&stand.begin("pardot.prospect.read", Goal::Outcome, get("7")).1), 300);
        let mut stand = Stand::of(stand.client);
        assert_eq!(
            deadline(&stand.begin("pardot.prospect.read", Goal::Outcome, get("7")).1),
            300,
            "a token's, too"
        );
    }

    #[test]
    fn records_are_of_pages_and_whatever_else_comes_is_why_there_are_none() {
        let mut stand = Stand::signed(System::Marketo);
        let (mut one, _) =
            stand.begin("marketo.lead.byList", Goal::Records, vec![("listId".into(), "3".into())]);
        let page =
            ok(r#"{"success":true,"result":[{"id":1}],"nextPageToken":"A==","moreResult":true}"#);
        let effects = stand.step(&mut one, Event::Reply(&page));
        assert!(
            matches!(effects.as_slice(), [Effect::Records { records }, Effect::Keep { .. }, Effect::Go { row: 0 }] if records.len() == 1),
            "{effects:?}"
        );
        assert_eq!(sent(&stand.go(&mut one)), "GET /rest/v1/list/3/leads.json t1");
        let gone = ok(r#"{"success":false,"errors":[{"code":"1013","message":"x"}]}"#);
        assert_eq!(failure(&stand.step(&mut one, Event::Reply(&gone))).0, "not_found");
        let (mut one, _) =
            stand.begin("marketo.lead.byList", Goal::Records, vec![("listId".into(), "3".into())]);
        assert_eq!(
            failure(&stand.step(&mut one, Event::Failed("network.failed"))).0,
            "network.failed"
        );
    }

    #[test]
    fn a_split_write_has_no_records() {
        let mut stand = Stand::signed(System::Marketo);
        let (mut one, _) =
            stand.begin("marketo.lead.sync", Goal::Records, vec![("input".into(), leads(301))]);
        for _ in 0..2 {
            stand.go(&mut one);
            let effects = stand.step(&mut one, Event::Failed("network.failed"));
            if one.due == 0 {
                assert_eq!(failure(&effects).0, "reply.unreadable");
            }
        }
    }
}

mod jobs {
    use super::*;

    fn job(first: Option<u64>, most: Option<u64>) -> Goal {
        Goal::Job { first, most }
    }

    #[test]
    fn an_open_range_is_measured_to_now() {
        let mut stand = Stand::signed(System::Pardot);
        let arguments = Value::Map(vec![("updated_after".into(), "2020-01-01 00:00:00".into())]);
        let procedure = Value::Map(vec![
            ("name".into(), "filter_by_updated_at".into()),
            ("arguments".into(), arguments),
        ]);
        let params = vec![("object".into(), "prospect".into()), ("procedure".into(), procedure)];
        let (_, effects) = stand.begin("pardot.export.create", Goal::Outcome, params.clone());
        assert_eq!(
            failure(&effects),
            ("params.invalid", vec!["procedure.arguments.updated_after"])
        );
        let said = [params, vec![("now".into(), "2020-06-01 00:00:00".into())]].concat();
        let (_, effects) = stand.begin("pardot.export.create", Goal::Outcome, said);
        assert_eq!(sent(&effects), "POST /api/export/version/4/do/create t1");
    }

    #[test]
    fn the_first_question_waits_and_the_owner_may_say_how_long() {
        for (goal, waits) in
            [(job(None, None), [60_000, 90_000, 135_000]), (job(Some(10), Some(20)), [10, 15, 20])]
        {
            let mut stand = Stand::signed(System::Pardot);
            let (mut one, effects) = stand.begin("pardot.export.read", goal, get("7"));
            assert_eq!(effects, [Effect::Sleep { wait: waits[0] }, Effect::Go { row: 0 }]);
            for (asked, wait) in (1..).zip(&waits[1..]) {
                stand.go(&mut one);
                let effects =
                    stand.step(&mut one, Event::Reply(&ok(r#"{"id":7,"state":"Waiting"}"#)));
                let shown = Effect::Progress { state: "Waiting".into(), asked, wait: *wait };
                assert_eq!(effects, [shown, Effect::Sleep { wait: *wait }, Effect::Go { row: 0 }]);
            }
        }
    }

    #[test]
    fn it_ends_with_files_or_says_why_not() {
        let end = |body: &str| {
            let mut stand = Stand::signed(System::Pardot);
            let (mut one, _) = stand.begin("pardot.export.read", job(None, None), get("7"));
            stand.go(&mut one);
            stand.step(&mut one, Event::Reply(&ok(body)))
        };
        let effects =
            end(r#"{"id":7,"state":"Complete","resultRefs":["https://a/1","https://a/2"]}"#);
        assert!(matches!(&effects[0], Effect::Progress { wait: 0, .. }));
        assert_eq!(
            effects[1],
            Effect::Files { refs: vec!["https://a/1".into(), "https://a/2".into()] }
        );
        for state in ["Failed", "Canceled"] {
            let effects = end(&format!(r#"{{"id":7,"state":"{state}"}}"#));
            assert!(matches!(&effects[0], Effect::Progress { wait: 0, .. }));
            assert_eq!(failure(&effects).0, "pardot.export_state");
        }
        assert_eq!(failure(&end(r#"{"export":{"id":7}}"#)).0, "reply.unreadable");
    }

    #[test]
    fn a_lost_answer_is_asked_for_again() {
        let mut stand = Stand::signed(System::Pardot);
        let (mut one, _) = stand.begin("pardot.export.read", job(None, None), get("7"));
        stand.go(&mut one);
        let effects = stand.step(&mut one, Event::Failed("network.timeout"));
        assert_eq!(effects, [Effect::Sleep { wait: 90_000 }, Effect::Go { row: 0 }]);
    }
}

mod files {
    use super::*;

    const ADDRESS: &str =
        "https://evil.example.com/api/export/version/4/do/downloadResults/id/7/file/2?x";

    fn head(status: u16, of: &str) -> Reply {
        Reply { status, headers: vec![("Content-Type".into(), of.into())], body: String::new() }
    }

    fn download(stand: &mut Stand, reference: &'static str) -> (One, Vec<Effect>) {
        stand.begin("pardot.export.download", Goal::File, vec![("ref".into(), reference.into())])
    }

    #[test]
    fn an_address_is_a_name_and_the_accounts_host_is_asked() {
        let mut stand = Stand::signed(System::Pardot);
        let (mut one, _) = download(&mut stand, ADDRESS);
        let effects = stand.go(&mut one);
        assert_eq!(sent(&effects), "GET /api/export/version/4/do/downloadResults/id/7/file/2 t1");
        let Some(Effect::Fetch { request, head: true, deadline: 305_000 }) = effects.last() else {
            panic!("{effects:?}")
        };
        assert!(request.url.starts_with("https://pi.pardot.com/"));
        for other in [
            "",
            "https://pi.pardot.com/x",
            "…/do/downloadResults/id/7/file/",
            "…/do/downloadResults/id/x/file/1",
            "…/do/downloadResults/id/7/file/1a",
        ] {
            assert_eq!(failure(&download(&mut stand, other).1).0, "params.invalid", "{other}");
        }
        // It is a name for a file alone: a call takes the numbers.
        let params = vec![("ref".into(), ADDRESS.into())];
        assert_eq!(
            failure(&stand.begin("pardot.export.download", Goal::Outcome, params).1).0,
            "params.invalid"
        );
    }

    #[test]
    fn a_file_goes_through_and_whatever_else_comes_is_read() {
        let mut stand = Stand::signed(System::Pardot);
        let (mut one, _) = download(&mut stand, ADDRESS);
        stand.go(&mut one);
        let effects = stand.step(&mut one, Event::Head(&head(200, "text/csv; charset=utf-8")));
        assert_eq!(effects, [Effect::Stream { stall: 305_000 }]);
        for (status, of) in [(200, "application/json"), (404, "text/csv")] {
            let (mut one, _) = download(&mut stand, ADDRESS);
            stand.go(&mut one);
            stand.now += 5_000;
            let effects = stand.step(&mut one, Event::Head(&head(status, of)));
            assert_eq!(
                effects,
                [Effect::Read { deadline: 300_000 }],
                "one deadline over head and body"
            );
            let gone = Reply {
                status: 400,
                ..ok(r#"{"@attributes":{"stat":"fail","version":1,"err_code":109},"err":"x"}"#)
            };
            assert_eq!(failure(&stand.step(&mut one, Event::Reply(&gone))).0, "not_found");
        }
        let (mut one, _) = download(&mut stand, ADDRESS);
        stand.go(&mut one);
        assert_eq!(
            failure(&stand.step(&mut one, Event::Failed("network.timeout"))).0,
            "network.timeout"
        );
    }

    #[test]
    fn a_dead_token_is_renewed_for_a_file_too() {
        let mut stand = Stand::signed(System::Pardot);
        let (mut one, _) = download(&mut stand, ADDRESS);
        stand.go(&mut one);
        stand.step(&mut one, Event::Head(&head(401, "application/json")));
        let no = Reply { status: 401, ..ok("") };
        assert_eq!(sent(&stand.step(&mut one, Event::Reply(&no))), "POST /services/oauth2/token");
        let effects = stand.step(&mut one, Event::Reply(&token("t2", 3_600)));
        assert_eq!(sent(&effects), "GET /api/export/version/4/do/downloadResults/id/7/file/2 t2");
    }
}
