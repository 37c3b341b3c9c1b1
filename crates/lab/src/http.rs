//! Requests in, answers out: as much of HTTP/1.1 as a page needs, one request per connection.

use crate::limits::{ARRIVAL, MOST_BODY, MOST_FIELDS, MOST_HEAD, PATIENCE};
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// How long what comes after a refusal is read.
const PARTING: Duration = Duration::from_secs(1);

/// A request, whole.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path without query.
    pub(crate) path: String,
    fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The value of a field that is there once; `None` where it is not, or twice.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.fields.iter().filter(|(known, _)| known == name);
        let (_, first) = values.next()?;
        values.next().is_none().then_some(first)
    }

    /// All values of a field.
    pub(crate) fn values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        let of_name = self.fields.iter().filter(move |(known, _)| known == name);
        of_name.map(|(_, value)| value.as_str())
    }
}

/// Why there is no request: what to answer, if anything.
#[derive(Debug)]
pub(crate) enum Refused {
    /// An answer.
    With(Answer),
    /// Nobody is there any more.
    Gone,
}

impl From<io::Error> for Refused {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

fn refused(status: u16, message: &str) -> Refused {
    Refused::With(Answer::error(status, message))
}

/// Reads a request within its limits.
///
/// # Errors
/// What to answer instead of an answer to it.
pub(crate) fn read(stream: &mut TcpStream) -> Result<Request, Refused> {
    let deadline = Instant::now() + ARRIVAL;
    let mut bytes = Vec::new();
    let (mut request, head, length) = loop {
        if bytes.len() > MOST_HEAD {
            return Err(refused(431, "the head of the request is too large"));
        }
        more(stream, &mut bytes, deadline)?;
        if let Some(parsed) = head(&bytes)? {
            break parsed;
        }
    };
    if length > MOST_BODY {
        return Err(refused(413, "the body of the request is too large"));
    }
    while bytes.len() < head + length {
        more(stream, &mut bytes, deadline)?;
    }
    request.body = bytes[head..head + length].to_vec();
    Ok(request)
}

fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>, deadline: Instant) -> Result<(), Refused> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(refused(408, "the request takes too long"));
    }
    stream.set_read_timeout(Some(left))?;
    let mut chunk = [0; 4096];
    match stream.read(&mut chunk) {
        Ok(0) => Err(Refused::Gone),
        Ok(read) => {
            bytes.extend_from_slice(&chunk[..read]);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
            ) =>
        {
            Err(refused(408, "the request takes too long"))
        }
        Err(error) => Err(error.into()),
    }
}

/// The request without its body, the length of its head and that of its body; `None` if the head is not all there yet.
fn head(bytes: &[u8]) -> Result<Option<(Request, usize, usize)>, Refused> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut parsed = httparse::Request::new(&mut fields);
    let head = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(refused(431, "the request has too many fields"));
        }
        Err(_) => return Err(refused(400, "this is no request of HTTP")),
    };
    let method = parsed.method.unwrap_or_default().to_owned();
    let target = parsed.path.unwrap_or_default();
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).ok();
    let mut owned = Vec::new();
    for field in parsed.headers.iter() {
        let Some(value) = text(field.value) else {
            return Err(refused(400, "a field of the request is no text"));
        };
        owned.push((field.name.to_ascii_lowercase(), value));
    }
    let request = Request {
        method,
        path: path.to_owned(),
        fields: owned,
        body: Vec::new(),
    };
    if request.values("transfer-encoding").next().is_some() {
        return Err(refused(411, "the body of a request needs a Content-Length"));
    }
    let lengths: Vec<&str> = request.values("content-length").collect();
    let length = match lengths[..] {
        [] => 0,
        // Digits alone: `parse` would take a sign too.
        [length] if !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit()) => {
            length.parse().unwrap_or(usize::MAX)
        }
        _ => return Err(refused(400, "the request has no clear Content-Length")),
    };
    Ok(Some((request, head, length)))
}

/// An answer that is known as a whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    kind: &'static str,
    body: Vec<u8>,
}

/// Said with every answer: nothing from elsewhere, nothing inline, in no frame.
const POLICY: &str = "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
     X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n\
     Cache-Control: no-store\r\nConnection: close\r\n";

/// The window of a page from elsewhere has no hold on this one. Browsers heed it where nobody can have changed it on the way: on this machine.
const OPENER: &str = "Cross-Origin-Opener-Policy: same-origin\r\n";

fn policy(stream: &TcpStream) -> String {
    let is_here = stream
        .local_addr()
        .is_ok_and(|address| address.ip().is_loopback());
    format!("{POLICY}{}", if is_here { OPENER } else { "" })
}

impl Answer {
    pub(crate) fn new(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            kind,
            body: body.into(),
        }
    }

    pub(crate) fn json(value: &serde_json::Value) -> Self {
        Self::new("application/json", value.to_string())
    }

    /// What is wrong, as JSON.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::faults(status, &serde_json::json!({ "error": message }))
    }

    pub(crate) fn faults(status: u16, value: &serde_json::Value) -> Self {
        Self {
            status,
            ..Self::json(value)
        }
    }

    /// Sends it.
    pub(crate) fn send(&self, stream: &mut TcpStream) -> io::Result<()> {
        stream.set_write_timeout(Some(PATIENCE))?;
        let head = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n",
            self.status,
            reason(self.status),
            self.kind,
            self.body.len(),
            policy(stream)
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(&self.body)?;
        stream.flush()
    }
}

/// Lets the other side read a refusal before the connection ends: one that is closed with bytes unread is reset.
pub(crate) fn part(stream: &mut TcpStream) {
    let deadline = Instant::now() + PARTING;
    let mut chunk = [0; 4096];
    // Whatever fails here ends the connection as well.
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.set_read_timeout(Some(PARTING));
    while Instant::now() < deadline && stream.read(&mut chunk).is_ok_and(|read| read > 0) {}
}

/// Begins an answer of events that come one by one.
pub(crate) fn begin_events(stream: &mut TcpStream) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{}\r\n",
        policy(stream)
    );
    stream.write_all(head.as_bytes())
}

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
