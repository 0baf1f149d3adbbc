//! The command line.

use std::path::PathBuf;

/// What `--help` prints.
pub const HELP: &str = "\
fieldpost-sandbox: a stand-in for Marketo, Pardot and the prospects API on 127.0.0.1

usage: fieldpost-sandbox [--port N] [--data FILE]

  --port N      port to listen on; 0 takes a free one (default: $SANDBOX_PORT, else 8790)
  --data FILE   keep persons, ledger, tokens and faults in this SQLite file (default: in memory)
  --with-parent end when standard input ends, as it does when the launcher dies
  --help, --version

When it can serve it prints one line, `sandbox http://127.0.0.1:PORT`. Open that address for the page.

credentials
  Marketo      client_id sandbox-client, client_secret sandbox-secret     POST /identity/oauth/token
  Salesforce   the same id and secret, refresh_token sandbox-refresh,
               username sandbox-user, password sandbox-password           POST /services/oauth2/token
  Pardot       Pardot-Business-Unit-Id: 0Uv000000000001CAA
  prospects    Authorization: Bearer sandbox-key

control (same port)
  GET  /_sandbox/ledger   every attempt          GET  /_sandbox/leads    every person
  POST /_sandbox/faults   add a fault script     GET  /_sandbox/faults   what is left of it
  POST /_sandbox/reset    empty everything       POST /_sandbox/config   limits, lag, latency, forms
  POST /_sandbox/clock    { \"advance\": ms }      POST /_sandbox/tokens/expire";

const DEFAULT_PORT: u16 = 8790;

/// Where to listen and what to keep.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The `SQLite` file; none keeps everything in memory.
    pub data: Option<PathBuf>,
}

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Serve until a signal comes.
    Serve(Options),
    /// Print the help.
    Help,
    /// Print the version.
    Version,
}

impl Command {
    /// Reads the arguments; the environment's port counts only when no `--port` is given.
    ///
    /// # Errors
    ///
    /// One sentence for the person at the terminal.
    pub fn parse(
        arguments: impl IntoIterator<Item = String>,
        environment_port: Option<String>,
    ) -> Result<Self, String> {
        let mut port = None;
        let mut data = None;
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (name, attached) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            let mut value = || attached.clone().or_else(|| arguments.next());
            match name.as_str() {
                "--help" | "-h" => return Ok(Self::Help),
                "--version" | "-V" => return Ok(Self::Version),
                "--port" => port = Some(value().ok_or("--port needs a number.")?),
                "--data" => data = Some(PathBuf::from(value().ok_or("--data needs a file.")?)),
                other => return Err(format!("Unknown argument {other}; see --help.")),
            }
        }
        let port = match port.or(environment_port.filter(|text| !text.is_empty())) {
            Some(text) => text.parse().map_err(|_| format!("{text} is not a port (0 to 65535)."))?,
            None => DEFAULT_PORT,
        };
        Ok(Self::Serve(Options { port, data }))
    }
}
