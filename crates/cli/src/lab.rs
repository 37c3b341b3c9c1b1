//! The command `lab`: the page in the browser.

use crate::arguments::LabArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{output, workers};
use paracrine_lab::{Lab, Options};

/// Serves the lab until it is interrupted.
///
/// # Errors
/// If it cannot listen.
pub(crate) fn lab(arguments: &LabArguments) -> Result<Exit, Failure> {
    let options = Options {
        port: arguments.port,
        class: arguments.class,
    };
    let lab = Lab::bind(&options)?;
    output::line(&format!("The lab    {}", lab.link()));
    if let Some(link) = lab.class_link() {
        output::line(&format!("The class  {link}"));
        if !Lab::has_address() {
            output::remark(
                "note: no address of this machine in a network was found: put the one that pupils can reach in place of ADDRESS (`ip address`, `ipconfig` or the settings of the network show it)",
            );
        }
        output::remark(
            "note: everybody in this network who has the second link may use this machine for small runs; the first one shows the answers",
        );
    }
    output::line("Ctrl-C ends it.");
    if !arguments.no_open
        && let Err(error) = lab.open()
    {
        output::remark(&format!("note: {error}; open the link yourself"));
    }
    lab.serve(&workers::interrupt());
    Ok(Exit::Done)
}
