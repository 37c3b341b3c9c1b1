//! Server-sent events on a connection. What a page does not read waits in the connection's own buffer, and its run with it.

use serde_json::Value;
use std::io::{self, Write as _};
use std::net::TcpStream;

/// Events on their way to a page.
#[derive(Debug)]
pub(crate) struct Events<'s>(pub(crate) &'s mut TcpStream);

impl Events<'_> {
    /// Sends an event, as soon as the page has room for it.
    ///
    /// # Errors
    /// If the page is gone, or has read nothing for too long.
    pub(crate) fn send(&mut self, event: &str, data: &Value) -> io::Result<()> {
        let text = format!("event: {event}\ndata: {data}\n\n");
        self.0.write_all(text.as_bytes())?;
        self.0.flush()
    }

    /// Sends nothing, to see whether the page is there.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub(crate) fn ping(&mut self) -> io::Result<()> {
        self.0.write_all(b": waiting\n\n")?;
        self.0.flush()
    }
}
