//! Connections that can be broken on purpose.
//!
//! A handler cannot reset a TCP connection through an HTTP library, so the listener hands out streams with a handle
//! beside them. A script left in the handle takes the place of whatever the library writes next: its bytes go out,
//! then the connection ends the way the script says.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// How a broken connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// An orderly FIN.
    Close,
    /// A RST: the peer loses what it has not read yet.
    Reset,
    /// None: nothing more comes until the peer has had enough.
    Stall,
}

/// What goes out instead of the answer.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) bytes: Vec<u8>,
    pub(crate) ending: Ending,
}

/// The handle of one connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wire(Arc<Mutex<Option<Script>>>);

impl Wire {
    pub(crate) fn play(&self, script: Script) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(script);
    }
}

impl Connected<IncomingStream<'_, WireListener>> for Wire {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        stream.io().wire.clone()
    }
}

#[derive(Debug)]
pub(crate) struct WireListener(pub(crate) TcpListener);

impl Listener for WireListener {
    type Io = WireStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            if let Ok((stream, address)) = self.0.accept().await {
                // Answers are small and awaited one by one; Nagle's delay would be measured as ours.
                let _ = stream.set_nodelay(true);
                return (WireStream { stream, wire: Wire::default() }, address);
            }
            // Out of file descriptors, most likely: let some close instead of spinning.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

#[derive(Debug)]
pub(crate) struct WireStream {
    stream: TcpStream,
    wire: Wire,
}

impl WireStream {
    /// Sends what is left of a script and ends; without a script it says so.
    fn poll_script(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Error>> {
        let mut slot = self.wire.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(script) = slot.as_mut() else { return Poll::Ready(None) };
        while !script.bytes.is_empty() {
            match ready!(Pin::new(&mut self.stream).poll_write(context, &script.bytes)) {
                Ok(sent) => drop(script.bytes.drain(..sent.min(script.bytes.len()))),
                Err(error) => return Poll::Ready(Some(error)),
            }
        }
        if script.ending == Ending::Stall {
            // What is read tells of the peer's end.
            return Poll::Pending;
        }
        if script.ending == Ending::Reset {
            // With a linger of zero, closing sends RST and throws away what is unsent (man 7 socket, SO_LINGER).
            let _ = self.stream.set_zero_linger();
        }
        Poll::Ready(Some(io::Error::from(io::ErrorKind::ConnectionAborted)))
    }
}

impl AsyncRead for WireStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for WireStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match ready!(self.poll_script(context)) {
            Some(end) => Poll::Ready(Err(end)),
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
