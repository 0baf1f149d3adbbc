//! A sandbox in this process and a client that shows what is on the wire.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use fieldpost_sandbox::{Options, Sandbox};
use serde_json::{Value, json};

pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");
pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub(crate) const UNIT: (&str, &str) = ("pardot-business-unit-id", "0Uv000000000001CAA");

/// What a client sees on its connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Got {
    Reply(Reply),
    /// A RST.
    Reset,
    /// A FIN where no HTTP answer was complete; the bytes that came.
    Cut(Vec<u8>),
    TimedOut,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Server {
    address: String,
}

impl Server {
    /// A sandbox of its own on a free port, without processing time.
    pub(crate) fn start() -> Self {
        let server = Self::start_with(Options::default());
        server.configure(&json!({ "latency": 0 }));
        server
    }

    pub(crate) fn start_with(options: Options) -> Self {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let sandbox = Sandbox::bind(&options).await.unwrap();
                sender.send(sandbox.url()).unwrap();
                sandbox.serve().await.unwrap();
            });
        });
        Self::at(&receiver.recv().unwrap())
    }

    pub(crate) fn at(url: &str) -> Self {
        Self { address: url.strip_prefix("http://").unwrap().to_owned() }
    }

    /// Sends one request and says what came back.
    pub(crate) fn exchange(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Got {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(1500))).unwrap();
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            request.push_str(name);
            request.push_str(": ");
            request.push_str(value);
            request.push_str("\r\n");
        }
        request.push_str("content-length: ");
        request.push_str(&body.len().to_string());
        request.push_str("\r\n\r\n");
        request.push_str(body);
        stream.write_all(request.as_bytes()).unwrap();
        let mut raw = Vec::new();
        match stream.read_to_end(&mut raw) {
            Ok(_) => parse(raw),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Got::Reset,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Got::TimedOut
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        match self.exchange(method, path, headers, body) {
            Got::Reply(reply) => reply,
            other => panic!("{method} {path}: {other:?}"),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.send("GET", path, &[], "").json()
    }

    pub(crate) fn control(&self, path: &str, body: &Value) -> Value {
        let reply = self.send("POST", path, &[JSON], &body.to_string());
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    pub(crate) fn configure(&self, settings: &Value) {
        self.control("/_sandbox/config", settings);
    }

    pub(crate) fn fault(&self, script: &Value) {
        self.control("/_sandbox/faults", script);
    }

    pub(crate) fn leads(&self) -> Vec<Value> {
        self.get("/_sandbox/leads").as_array().unwrap().clone()
    }

    /// The ledger without the calls for tokens.
    pub(crate) fn ledger(&self) -> Vec<Value> {
        let rows = self.get("/_sandbox/ledger");
        rows.as_array()
            .unwrap()
            .iter()
            .filter(|row| row["operation"] != "auth.token")
            .cloned()
            .collect()
    }

    pub(crate) fn last(&self) -> Value {
        self.ledger().pop().expect("an attempt")
    }

    pub(crate) fn marketo_token(&self) -> String {
        let path = "/identity/oauth/token?grant_type=client_credentials\
                    &client_id=sandbox-client&client_secret=sandbox-secret";
        let reply = self.send("GET", path, &[], "").json();
        format!("Bearer {}", reply["access_token"].as_str().unwrap())
    }

    pub(crate) fn pardot_token(&self) -> String {
        let body =
            "grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret";
        let reply = self.send("POST", "/services/oauth2/token", &[FORM], body).json();
        format!("Bearer {}", reply["access_token"].as_str().unwrap())
    }

    /// Submits the demo form.
    pub(crate) fn submit(&self, token: &str, fields: &Value) -> Reply {
        let body = json!({ "formId": 1029, "input": [{ "leadFormFields": fields }] });
        self.submit_body(token, &body)
    }

    pub(crate) fn submit_body(&self, token: &str, body: &Value) -> Reply {
        self.send("POST", SUBMIT, &[JSON, ("authorization", token)], &body.to_string())
    }

    /// Calls `do/…` of Pardot's version 4 in JSON.
    pub(crate) fn pardot(&self, token: &str, method: &str, operation: &str, body: &str) -> Reply {
        let path = format!("/api/prospect/version/4/do/{operation}?format=json");
        self.send(method, &path, &[FORM, UNIT, ("authorization", token)], body)
    }

    pub(crate) fn prospect(&self, body: &Value, headers: &[(&str, &str)]) -> Reply {
        let headers: Vec<_> = [JSON, KEY].into_iter().chain(headers.iter().copied()).collect();
        self.send("POST", "/v2/prospects", &headers, &body.to_string())
    }
}

pub(crate) const SUBMIT: &str = "/rest/v1/leads/submitForm.json";
pub(crate) const KEY: (&str, &str) = ("authorization", "Bearer sandbox-key");

fn parse(raw: Vec<u8>) -> Got {
    let blank_line = raw.windows(4).position(|window| window == b"\r\n\r\n");
    let Some((head, body)) = blank_line.and_then(|end| raw.split_at_checked(end)) else {
        return Got::Cut(raw);
    };
    let (head, body) = (String::from_utf8_lossy(head).into_owned(), body[4..].to_vec());
    let Some(status) = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok())
    else {
        return Got::Cut(raw);
    };
    let reply = Reply { status, head, body };
    let promised: usize =
        reply.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    if reply.body.len() < promised { Got::Cut(raw) } else { Got::Reply(reply) }
}

/// Runs the same call in several threads at once.
pub(crate) fn at_once<T: Send + 'static>(
    count: usize,
    call: impl Fn(usize) -> T + Send + Sync + Clone + 'static,
) -> Vec<T> {
    let threads: Vec<_> = (0..count)
        .map(|index| {
            let call = call.clone();
            thread::spawn(move || call(index))
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}
