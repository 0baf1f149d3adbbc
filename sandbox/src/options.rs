//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

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
  DELETE /_sandbox/leads?system=pardot&id=1  takes a person away, as somebody in the CRM may
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
    /// Serve until a signal comes, or until standard input ends.
    Serve {
        /// Where to listen and what to keep.
        options: Options,
        /// Whether the end of standard input is the program's end as well.
        with_parent: bool,
    },
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
        arguments: impl IntoIterator<Item = OsString>,
        environment_port: Option<String>,
    ) -> Result<Self, String> {
        let mut port = environment_port.filter(|text| !text.is_empty()).map(OsString::from);
        let mut data = None;
        let mut with_parent = false;
        let wrong = |error: lexopt::Error| format!("{error}; see --help.");
        let mut parser = Parser::from_args(arguments);
        while let Some(argument) = parser.next().map_err(wrong)? {
            match argument {
                Arg::Short('h') | Arg::Long("help") => return Ok(Self::Help),
                Arg::Short('V') | Arg::Long("version") => return Ok(Self::Version),
                Arg::Long("port") => port = Some(parser.value().map_err(wrong)?),
                Arg::Long("data") => data = Some(PathBuf::from(parser.value().map_err(wrong)?)),
                Arg::Long("with-parent") => with_parent = true,
                other => return Err(wrong(other.unexpected())),
            }
        }
        let port = match port {
            Some(text) => text
                .parse()
                .map_err(|_| format!("{} is not a port (0 to 65535).", text.display()))?,
            None => DEFAULT_PORT,
        };
        Ok(Self::Serve { options: Options { port, data }, with_parent })
    }
}
