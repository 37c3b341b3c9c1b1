//! The lab: a page in the browser on the engine of this program.
//!
//! | module | holds |
//! |---|---|
//! | [`server`] | the listener, routes, one thread per connection |
//! | `http` | requests in, answers out |
//! | `guard` | who may ask: Host, Origin, tokens |
//! | `plan` | a text from a page as a plan within [`limits`] |
//! | [`controls`] | what is set on the page, as a scenario |
//! | `live` | runs of one mouse per arm, sent as they go |
//! | `picture` | what is drawn of a host: histograms, dots |
//! | `crowd` | many mice of one scenario |
//! | `switch` | the Schlögl network by chance and by its mean |
//! | `turns`, `visits` | shares of the processors; runs at once, their queue and quota |
//! | [`pathways`], [`lessons`] | what the pages tell, resolved against the model |
//!
//! Nothing here simulates: scenarios are planned and stepped by `paracrine-scenario`. This crate prints nothing and writes no files.

pub mod controls;
mod crowd;
mod error;
mod guard;
mod http;
pub mod lessons;
pub mod limits;
mod live;
mod pages;
pub mod pathways;
mod picture;
mod plan;
mod routes;
pub mod server;
mod stream;
mod switch;
mod turns;
mod visits;

pub use error::Error;
pub use pages::size;
pub use server::{Lab, Options};
