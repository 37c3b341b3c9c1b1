//! Who may ask: the host that was meant, the page that asks, the token of the link.

use crate::Error;
use crate::http::{Answer, Request};
use std::net::{IpAddr, SocketAddr};

/// Bytes of chance in a token.
const BYTES: usize = 24;

/// A secret of a link.
#[derive(Clone, Debug)]
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn new() -> Result<Self, Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(Error::Random)?;
        Ok(Self(hex(&bytes)))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// In a time that does not tell how much of it is right.
    fn is(&self, text: &str) -> bool {
        constant_time_eq::constant_time_eq(self.0.as_bytes(), text.as_bytes())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a visitor may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Everything but answers.
    Pupil,
    /// Everything.
    Teacher,
}

/// The lab's side of every check.
#[derive(Debug)]
pub(crate) struct Guard {
    port: u16,
    is_class: bool,
    pub(crate) teacher: Token,
    /// Of a class alone; elsewhere everybody is the teacher.
    pub(crate) pupil: Option<Token>,
}

impl Guard {
    pub(crate) fn new(address: SocketAddr, is_class: bool) -> Result<Self, Error> {
        let pupil = is_class.then(Token::new).transpose()?;
        Ok(Self {
            port: address.port(),
            is_class,
            teacher: Token::new()?,
            pupil,
        })
    }

    /// Whether the request is meant for this lab and comes from a page of its own.
    ///
    /// A name other than `localhost` may be made to point here by somebody else (DNS rebinding); an address may not.
    ///
    /// # Errors
    /// What to answer instead.
    pub(crate) fn admit(&self, request: &Request) -> Result<(), Answer> {
        let host = request.field("host").unwrap_or_default();
        if !self.is_own(host) {
            return Err(Answer::error(421, "the request is meant for another host"));
        }
        let own = format!("http://{host}");
        if request.values("origin").any(|origin| origin != own) {
            return Err(Answer::error(403, "the request comes from another page"));
        }
        let sites = ["same-origin", "none"];
        let is_foreign = |site: &str| !sites.contains(&site) && request.path.starts_with("/api/");
        if request.values("sec-fetch-site").any(is_foreign) {
            return Err(Answer::error(403, "the request comes from another page"));
        }
        Ok(())
    }

    fn is_own(&self, host: &str) -> bool {
        // Browsers leave out the port of the protocol; an address of version 6 has colons of its own.
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port),
            _ => (host, "80"),
        };
        if port != self.port.to_string() {
            return false;
        }
        if name == "localhost" || name == "127.0.0.1" {
            return true;
        }
        let name = name.trim_start_matches('[').trim_end_matches(']');
        self.is_class && name.parse::<IpAddr>().is_ok()
    }

    /// Who has the token that the request shows.
    pub(crate) fn role(&self, request: &Request) -> Option<Role> {
        let shown = request.field("x-token")?;
        // Both are compared, whichever is right.
        let is_pupil = self.pupil.as_ref().is_some_and(|token| token.is(shown));
        if self.teacher.is(shown) {
            return Some(Role::Teacher);
        }
        is_pupil.then_some(Role::Pupil)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    /// Smallest fault seen: a link with port 80 that no browser could open.
    #[test]
    fn the_port_of_the_protocol_may_be_left_out() {
        let guard = |port| Guard::new(SocketAddr::from(([127, 0, 0, 1], port)), true).unwrap();
        for host in [
            "127.0.0.1",
            "localhost",
            "192.168.1.5",
            "[::1]",
            "127.0.0.1:80",
            "[::1]:80",
        ] {
            assert!(guard(80).is_own(host), "{host}");
            assert!(!guard(8000).is_own(host), "{host}");
        }
        for host in ["", "evil.example", "127.0.0.1:8000", ":80"] {
            assert!(!guard(80).is_own(host), "{host}");
        }
    }
}
