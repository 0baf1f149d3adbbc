//! `fieldpost-sandbox`: starts the stand-in CRM on loopback and says where it is.

use std::process::ExitCode;

use fieldpost_sandbox::{Command, HELP, Options, Sandbox};

fn main() -> ExitCode {
    match Command::parse(std::env::args_os().skip(1), std::env::var("SANDBOX_PORT").ok()) {
        Ok(Command::Help) => {
            say(HELP);
            ExitCode::SUCCESS
        }
        Ok(Command::Version) => {
            say(concat!("fieldpost-sandbox ", env!("CARGO_PKG_VERSION")));
            ExitCode::SUCCESS
        }
        Ok(Command::Serve { options, with_parent }) => {
            if with_parent {
                leave_with_parent();
            }
            serve(&options).map_or_else(|sentence| fail(&sentence, 1), |()| ExitCode::SUCCESS)
        }
        Err(sentence) => fail(&sentence, 2),
    }
}

/// Ends when standard input ends: a launcher that is killed cannot stop what it started, but its pipe closes with it.
fn leave_with_parent() {
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        std::process::exit(0);
    });
}

fn serve(options: &Options) -> Result<(), String> {
    // One thread: the work is short SQLite statements behind one lock, and the machine's other cores belong to
    // what is being tested.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("The sandbox could not start its runtime: {error}."))?;
    let ended = runtime.block_on(async {
        // Installed before the ready line: a launcher that stops us right after reading it must succeed.
        let stopped = stop_signal()
            .map_err(|error| format!("The sandbox could not watch for signals: {error}."))?;
        let sandbox = Sandbox::bind(options).await?;
        say(&format!("sandbox {}", sandbox.url()));
        tokio::select! {
            ended = sandbox.serve() => ended,
            () = stopped => Ok(()),
        }
    });
    // A held request (a `hang` fault, a page's long poll) must not delay the end.
    runtime.shutdown_background();
    ended
}

/// Watches from the moment of the call; the future ends with the first SIGINT or SIGTERM.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Windows has Ctrl-C and no SIGTERM.
#[cfg(windows)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

#[allow(
    clippy::print_stdout,
    reason = "the ready line on standard output is the program's interface"
)]
fn say(line: &str) {
    println!("{line}");
}

#[allow(
    clippy::print_stderr,
    reason = "the one sentence a person needs when the sandbox cannot start"
)]
fn fail(sentence: &str, code: u8) -> ExitCode {
    eprintln!("{sentence}");
    ExitCode::from(code)
}
