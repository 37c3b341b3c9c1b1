//! The listener: one thread per connection, no more than there may be.

use crate::Error;
use crate::guard::Guard;
use crate::http::{self, Answer, Refused};
use crate::limits::{MOST_CONNECTIONS, MOST_CONNECTIONS_OF_ONE, MOST_RUNS, MOST_RUNS_OF_CLASS};
use crate::routes;
use crate::turns::Turns;
use crate::visits::Visits;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Between two looks whether to stop.
const LOOK: Duration = Duration::from_millis(20);

/// How the lab is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The port; a free one without.
    pub port: Option<u16>,
    /// Whether other machines may come.
    pub class: bool,
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) guard: Guard,
    pub(crate) turns: Turns,
    /// Texts are planned one after another: however many come, simulations go on beside them.
    pub(crate) desk: Turns,
    pub(crate) visits: Visits,
    pub(crate) processors: usize,
    connections: Mutex<HashMap<IpAddr, usize>>,
    most_of_one: usize,
}

impl Shared {
    /// How many connections each address has.
    fn connections(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        let lock = self.connections.lock();
        lock.unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lab that listens.
#[derive(Debug)]
pub struct Lab {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Lab {
    /// Listens on this machine alone, or with [`Options::class`] on all of its addresses.
    ///
    /// # Errors
    /// [`Error::Listen`] if the port is taken, [`Error::Random`] without numbers for the token.
    pub fn bind(options: &Options) -> Result<Self, Error> {
        let ip = match options.class {
            true => Ipv4Addr::UNSPECIFIED,
            false => Ipv4Addr::LOCALHOST,
        };
        let asked = SocketAddr::from((ip, options.port.unwrap_or(0)));
        let failed = |source| Error::Listen {
            address: asked,
            source,
        };
        let listener = TcpListener::bind(asked).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let processors = std::thread::available_parallelism().map_or(1, Into::into);
        let (most, most_of_one) = if options.class {
            (MOST_RUNS_OF_CLASS, MOST_CONNECTIONS_OF_ONE)
        } else {
            (MOST_RUNS, MOST_CONNECTIONS)
        };
        Ok(Self {
            shared: Arc::new(Shared {
                guard: Guard::new(address, options.class)?,
                turns: Turns::new(processors),
                desk: Turns::new(1),
                visits: Visits::new(most),
                processors,
                connections: Mutex::default(),
                most_of_one,
            }),
            listener,
            address,
        })
    }

    /// The link for whoever opened it: everything, on this machine.
    pub fn link(&self) -> String {
        self.link_to(
            IpAddr::from(Ipv4Addr::LOCALHOST),
            self.shared.guard.teacher.text(),
        )
    }

    /// The link for a class, if it is one: with the address of this machine, and without answers. Where none is known the word `ADDRESS` stands
    /// for it.
    pub fn class_link(&self) -> Option<String> {
        let token = self.shared.guard.pupil.as_ref()?;
        Some(self.link_to(own_address(), token.text()))
    }

    /// Whether this machine has an address by which others can reach it, as far as it knows.
    pub fn has_address() -> bool {
        own_address().is_some()
    }

    fn link_to(&self, ip: impl Into<Option<IpAddr>>, token: &str) -> String {
        let port = self.address.port();
        let place = match ip.into() {
            Some(ip) => SocketAddr::new(ip, port).to_string(),
            None => format!("ADDRESS:{port}"),
        };
        format!("http://{place}/?token={token}")
    }

    /// The address at which it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens the link in the browser.
    ///
    /// # Errors
    /// [`Error::Browser`] if there is none.
    pub fn open(&self) -> Result<(), Error> {
        open::that_detached(self.link()).map_err(Error::Browser)
    }

    /// Answers until `stop` is set. Runs are then told to stop, too.
    pub fn serve(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            match self.listener.accept() {
                Ok((stream, peer)) => self.greet(stream, peer.ip()),
                // Nobody has come, or somebody has gone again, or there are no files left for now.
                Err(_) => std::thread::sleep(LOOK),
            }
        }
        self.shared.visits.stop();
    }

    fn greet(&self, mut stream: TcpStream, peer: IpAddr) {
        let shared = Arc::clone(&self.shared);
        let place = Connection::new(shared, peer);
        if stream.set_nonblocking(false).is_err() {
            return;
        }
        let Some(place) = place else {
            // A short answer fits into the buffer of the connection.
            let _ = Answer::error(503, "too many connections").send(&mut stream);
            return;
        };
        let started =
            std::thread::Builder::new()
                .name("lab".into())
                .spawn(move || match http::read(&mut stream) {
                    Ok(request) => routes::answer(&place.shared, &mut stream, &request, peer),
                    Err(Refused::With(answer)) => {
                        if answer.send(&mut stream).is_ok() {
                            http::part(&mut stream);
                        }
                    }
                    Err(Refused::Gone) => {}
                });
        // Without a thread the connection closes.
        drop(started);
    }
}

/// One of the connections that there may be.
struct Connection {
    shared: Arc<Shared>,
    peer: IpAddr,
}

impl Connection {
    /// `None` if there are too many, of all or of this address.
    fn new(shared: Arc<Shared>, peer: IpAddr) -> Option<Self> {
        let mut all = shared.connections();
        let of_peer = all.get(&peer).copied().unwrap_or(0);
        if all.values().sum::<usize>() >= MOST_CONNECTIONS || of_peer >= shared.most_of_one {
            return None;
        }
        all.insert(peer, of_peer + 1);
        drop(all);
        Some(Self { shared, peer })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut all = self.shared.connections();
        let left = all.get(&self.peer).copied().unwrap_or(0).saturating_sub(1);
        match left {
            0 => all.remove(&self.peer),
            left => all.insert(self.peer, left),
        };
    }
}

/// The address of this machine towards others, if it knows one. A socket for datagrams that sends none is told the one by which the machine goes
/// out; without a way out there may still be a network of the room.
fn own_address() -> Option<IpAddr> {
    let towards = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        // An address for documentation: only the way to it is looked up.
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    };
    let out = towards().ok().map(|address: SocketAddr| address.ip());
    let out = out.filter(|ip| !ip.is_loopback() && !ip.is_unspecified());
    out.or_else(|| local(&std::fs::read_to_string("/proc/net/fib_trie").ok()?))
}

/// The first address of an interface in what Linux tells of its routes.
fn local(routes: &str) -> Option<IpAddr> {
    let mut address = None;
    for line in routes.lines() {
        if let Some((_, text)) = line.split_once("|-- ") {
            address = text.trim().parse::<Ipv4Addr>().ok();
        } else if line.trim() == "/32 host LOCAL"
            && let Some(own) = address.filter(|own| !own.is_loopback())
        {
            return Some(own.into());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Smallest fault seen: 127.0.0.1 given to a class, in a room whose network has no way out.
    #[test]
    fn an_address_of_the_room_is_found_without_a_way_out() {
        let routes = "Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 127.0.0.1\n        /32 host LOCAL\n     |-- 192.168.1.0\n        /24 link UNICAST\n     |-- 192.168.1.5\n        /32 host LOCAL\n";
        assert_eq!(local(routes), Some(IpAddr::from([192, 168, 1, 5])));
        assert_eq!(local(&routes[..80]), None);
    }
}
