//! The listener: one thread per connection, no more than there may be.

use crate::Error;
use crate::guard::Guard;
use crate::http::{self, Answer, Refused};
use crate::limits::{MOST_CONNECTIONS, MOST_RUNS, MOST_RUNS_OF_CLASS};
use crate::routes;
use crate::turns::Turns;
use crate::visits::Visits;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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
    pub(crate) visits: Visits,
    pub(crate) processors: usize,
    connections: AtomicUsize,
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
        let most = if options.class {
            MOST_RUNS_OF_CLASS
        } else {
            MOST_RUNS
        };
        Ok(Self {
            shared: Arc::new(Shared {
                guard: Guard::new(address, options.class)?,
                turns: Turns::new(processors),
                visits: Visits::new(most),
                processors,
                connections: AtomicUsize::new(0),
            }),
            listener,
            address,
        })
    }

    /// The link for whoever opened it: everything, on this machine.
    pub fn link(&self) -> String {
        self.link_to(Ipv4Addr::LOCALHOST.into(), self.shared.guard.teacher.text())
    }

    /// The link for a class, if it is one: with the address of this machine, and without answers.
    pub fn class_link(&self) -> Option<String> {
        let token = self.shared.guard.pupil.as_ref()?;
        Some(self.link_to(own_address(), token.text()))
    }

    fn link_to(&self, ip: IpAddr, token: &str) -> String {
        format!(
            "http://{}/?token={token}",
            SocketAddr::new(ip, self.address.port())
        )
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
        let place = Connection::new(shared);
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
                    Ok(request) => routes::answer(&place.0, &mut stream, &request, peer),
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
struct Connection(Arc<Shared>);

impl Connection {
    fn new(shared: Arc<Shared>) -> Option<Self> {
        let before = shared.connections.fetch_add(1, Ordering::Relaxed);
        let place = Self(shared);
        (before < MOST_CONNECTIONS).then_some(place)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The address of this machine towards others. A socket for datagrams that sends none knows it.
fn own_address() -> IpAddr {
    let towards = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        // An address for documentation: only the way to it is looked up.
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    };
    towards().map_or(Ipv4Addr::LOCALHOST.into(), |address: SocketAddr| {
        address.ip()
    })
}
