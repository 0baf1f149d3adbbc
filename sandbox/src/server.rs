//! The HTTP server: one port for the systems, the control and the page.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::Response;
use serde_json::json;
use tokio::net::TcpListener;

use crate::desk::{Desk, SharedDesk};
use crate::gateway::{self, Answer};
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::http::wire::{Wire, WireListener};
use crate::options::Options;
use crate::{control, page};

/// Above every vendor's own limit, so that theirs is the one a client meets.
const LARGEST_BODY: usize = 16 << 20;

/// A sandbox that holds its port.
#[derive(Debug)]
pub struct Sandbox {
    listener: TcpListener,
    address: SocketAddr,
    desk: Arc<SharedDesk>,
}

impl Sandbox {
    /// Opens the store and takes the port, on 127.0.0.1 only: the credentials are public.
    ///
    /// # Errors
    ///
    /// One sentence for the person who started it.
    pub async fn bind(options: &Options) -> Result<Self, String> {
        let desk = Desk::open(options.data.as_deref()).map_err(|error| match &options.data {
            Some(file) => format!("The sandbox could not open its data file {}: {error}.", file.display()),
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
        Ok(Self { listener, address, desk: Arc::new(SharedDesk::new(desk)) })
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
        let router = Router::new().fallback(handle).with_state(self.desk);
        let service = router.into_make_service_with_connect_info::<Wire>();
        axum::serve(WireListener(self.listener), service)
            .await
            .map_err(|error| format!("The sandbox stopped: {error}."))
    }
}

async fn handle(
    State(desk): State<Arc<SharedDesk>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return error(413, "the body could not be read or is larger than 16 MiB").into_response();
    };
    let call = Call::new(&parts, body);
    if let Some(reply) = page::answer(&call) {
        return reply.into_response();
    }
    if let Some(path) = call.path.strip_prefix("/_sandbox/") {
        return control::answer(&desk, path, &call).await.into_response();
    }
    // In a task of its own: a CRM goes on working when its caller hangs up, while a handler is dropped.
    match tokio::spawn(gateway::answer(desk, call)).await {
        Ok(Some(Answer::Reply(reply))) => reply.into_response(),
        Ok(Some(Answer::Cut(script))) => {
            wire.play(script);
            Response::new(Body::empty())
        }
        Ok(None) => {
            error(404, "no system of the sandbox has this path; see / for what there is").into_response()
        }
        Err(failure) => error(500, &format!("the sandbox failed: {failure}")).into_response(),
    }
}

fn error(status: u16, sentence: &str) -> Reply {
    Reply::json(status, &json!({ "sandbox": sentence }), "")
}
