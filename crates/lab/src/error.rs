//! What can go wrong with the lab itself.

/// An error of the lab.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The port is taken, or the system refuses it.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The system gives no random numbers for the token.
    #[error("the system gives no random numbers for the token of the link: {0}")]
    Random(getrandom::Error),
    /// The browser does not open.
    #[error("cannot open a browser: {0}")]
    Browser(std::io::Error),
    /// What comes with the program is faulty (tested not to be).
    #[error("{0}")]
    Shipped(String),
    /// A shipped model or network is faulty (tested not to be).
    #[error("{0}")]
    Scenario(#[from] paracrine_scenario::Error),
}
