//! The HTTP server: one port for the systems, the control and the page.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::Response;
use axum::response::IntoResponse;
use axum::routing::any;
use tokio::net::TcpListener;

use crate::gateway::{self, Answer};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::http::wire::{Wire, WireListener};
use crate::options::Options;
use crate::state::{SandboxState, SharedState};
use crate::{control, page};

/// A sandbox that holds its port.
#[derive(Debug)]
pub struct Sandbox {
    listener: TcpListener,
    address: SocketAddr,
    state: Arc<SharedState>,
}

impl Sandbox {
    /// Opens the store and takes the port, on 127.0.0.1 only: the credentials are public.
    ///
    /// # Errors
    ///
    /// One sentence for the person who started it.
    pub async fn bind(options: &Options) -> Result<Self, String> {
        let state =
            SandboxState::open(options.data.as_deref()).map_err(|error| match &options.data {
                Some(file) => {
                    format!("The sandbox could not open its data file {}: {error}.", file.display())
                }
                None => format!("The sandbox could not open its store: {error}."),
            })?;
        let port = options.port;
        let unavailable = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                format!(
                    "Port {port} on 127.0.0.1 is taken; stop what uses it or pass --port 0 for a free one."
                )
            }
            _ => format!("The sandbox could not listen on 127.0.0.1:{port}: {error}."),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(unavailable)?;
        let address = listener.local_addr().map_err(unavailable)?;
        Ok(Self { listener, address, state: Arc::new(SharedState::new(state)) })
    }

    /// Where it listens, like `http://127.0.0.1:8790`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until the future is dropped.
    ///
    /// # Errors
    ///
    /// One sentence, when the listener fails.
    pub async fn serve(self) -> Result<(), String> {
        let router = page::files()
            .route("/_sandbox/", any(controlled))
            .route("/_sandbox/{*what}", any(controlled))
            .fallback(called)
            .method_not_allowed_fallback(called)
            .with_state(self.state);
        let service = router.into_make_service_with_connect_info::<Wire>();
        axum::serve(WireListener(self.listener), service)
            .await
            .map_err(|error| format!("The sandbox stopped: {error}."))
    }
}

async fn controlled(State(state): State<Arc<SharedState>>, call: Call) -> Reply {
    control::answer(&state, &call).await
}

/// A call of a system, or of nothing.
async fn called(
    State(state): State<Arc<SharedState>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    call: Call,
) -> Response<Body> {
    // In a task of its own: a CRM goes on working when its caller hangs up, while a handler is dropped.
    let reply = match tokio::spawn(gateway::answer(state, call)).await {
        Ok(Some(Answer::Cut(script))) => {
            wire.play(script);
            return Response::new(Body::empty());
        }
        Ok(Some(Answer::Reply(reply))) => reply,
        Ok(None) => {
            Reply::sandbox(404, "no system of the sandbox has this path; see / for what there is")
        }
        Err(failure) => Reply::sandbox(500, &format!("the sandbox failed: {failure}")),
    };
    reply.into_response()
}
