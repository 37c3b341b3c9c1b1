//! A lab that is served, and requests to it as bytes.

use paracrine_lab::{Lab, Options};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A lab in this process, until dropped.
pub(crate) struct Served {
    pub(crate) link: String,
    pub(crate) class_link: Option<String>,
    pub(crate) address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// An answer.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) fn token(link: &str) -> &str {
    link.split_once("token=").unwrap().1
}

impl Served {
    pub(crate) fn new(class: bool) -> Self {
        let lab = Lab::bind(&Options { port: None, class }).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        Self {
            link: lab.link(),
            class_link: lab.class_link(),
            address: SocketAddr::from(([127, 0, 0, 1], lab.address().port())),
            thread: Some(std::thread::spawn(move || lab.serve(&asked))),
            stop,
        }
    }

    pub(crate) fn token(&self) -> &str {
        token(&self.link)
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(120)))
            .unwrap();
        stream
    }

    /// Sends bytes, reads to the end.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Answered {
        let mut stream = self.connect();
        // It may be refused before all of it is sent.
        let _ = stream.write_all(bytes);
        answered(stream)
    }

    fn head(&self, method: &str, path: &str, token: &str, length: usize) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nX-Token: {token}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n",
            self.address
        )
    }

    pub(crate) fn get(&self, path: &str) -> Answered {
        self.raw(self.head("GET", path, self.token(), 0).as_bytes())
    }

    pub(crate) fn post_as(&self, token: &str, path: &str, body: &Value) -> Answered {
        let body = body.to_string();
        self.raw((self.head("POST", path, token, body.len()) + &body).as_bytes())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answered {
        self.post_as(self.token(), path, body)
    }

    /// A request whose answer is read by somebody else.
    pub(crate) fn begin(&self, path: &str, body: &Value) -> TcpStream {
        let mut stream = self.connect();
        let body = body.to_string();
        let bytes = self.head("POST", path, self.token(), body.len()) + &body;
        stream.write_all(bytes.as_bytes()).unwrap();
        stream
    }

    /// All events of a run.
    #[track_caller]
    pub(crate) fn events(&self, path: &str, body: &Value) -> Vec<(String, Value)> {
        let answer = self.post(path, body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        events(&answer.body)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Reads an answer to its end.
pub(crate) fn answered(mut stream: TcpStream) -> Answered {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    Answered {
        status: status.unwrap_or(0),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// Events of a text.
pub(crate) fn events(text: &str) -> Vec<(String, Value)> {
    text.split("\n\n")
        .filter_map(|event| {
            let (name, data) = event.split_once("\ndata: ")?;
            Some((
                name.strip_prefix("event: ")?.to_owned(),
                serde_json::from_str(data).unwrap(),
            ))
        })
        .collect()
}
