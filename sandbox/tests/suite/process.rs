//! The program: its one line, its port, its end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::{KEY, Server};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldpost-sandbox"));
    command
        .args(arguments)
        .env_remove("SANDBOX_PORT")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn ready(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line.trim_end().strip_prefix("sandbox ").expect("the ready line").to_owned()
}

fn end(child: &mut Child, signal: &str) -> (Option<i32>, Duration) {
    let started = Instant::now();
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    (child.wait().unwrap().code(), started.elapsed())
}

#[test]
fn says_where_it_is_and_ends_on_signals() {
    for signal in ["-INT", "-TERM"] {
        let mut child = program(&["--port", "0"]).spawn().unwrap();
        let url = ready(&mut child);
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        let server = Server::at(&url);
        assert_eq!(server.send("GET", "/v2/prospects", &[KEY], "").status, 200);
        // Not even a held request delays the end.
        server.fault(&serde_json::json!({ "fault": "hang" }));
        assert_eq!(
            server.exchange("GET", "/v2/prospects", &[KEY], ""),
            crate::server::Got::TimedOut
        );
        let (code, took) = end(&mut child, signal);
        assert_eq!(code, Some(0));
        assert!(took < Duration::from_secs(1), "{took:?}");
        let mut rest = String::new();
        child.stdout.unwrap().read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "exactly one line");
    }
}

#[test]
fn takes_its_port_from_the_environment_and_says_when_it_is_busy() {
    let mut first = program(&[]).env("SANDBOX_PORT", "0").spawn().unwrap();
    let url = ready(&mut first);
    let port = url.rsplit(':').next().unwrap().to_owned();
    let second = program(&["--port", &port]).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let sentence = String::from_utf8(second.stderr).unwrap();
    assert_eq!(sentence.lines().count(), 1);
    assert!(sentence.contains(&port) && sentence.contains("taken"), "{sentence}");
    assert!(second.stdout.is_empty());
    end(&mut first, "-TERM");
}

#[test]
fn explains_its_arguments() {
    let help = program(&["--help"]).output().unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    for word in
        ["sandbox-client", "sandbox-secret", "sandbox-refresh", "0Uv000000000001CAA", "sandbox-key"]
    {
        assert!(text.contains(word), "{word}");
    }
    for wrong in [["--port", "x"], ["--colour", "red"], ["--port", "70000"]] {
        let output = program(&wrong).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
    }
}
