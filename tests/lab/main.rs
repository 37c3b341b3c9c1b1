//! The lab: its server, its lessons and its pages in a browser.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod accessibility;
mod axe;
mod browser;
mod chromium;
mod class;
mod client;
mod command;
mod hostile;
mod keyboard;
mod lessons;
mod memory;
mod report;
mod runs;
