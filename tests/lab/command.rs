//! The command itself.

use paracrine_tests::program::Place;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

fn place() -> Place {
    Place::new(env!("CARGO_BIN_EXE_paracrine-under-test"))
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = place()
        .run(&["lab", "--no-open", "--port", &port])
        .expect_code(2);
    let words = format!("cannot listen on 127.0.0.1:{port}");
    assert!(ended.stderr.contains(&words), "{}", ended.shown());
}

/// There may be no browser on a machine, and the link is printed.
///
/// Smallest fault seen: a lab that ends where nothing opens.
#[test]
fn a_browser_that_does_not_open_is_told_and_the_lab_goes_on() {
    let place = place();
    let mut command = place.command(&["lab"]);
    // Nothing is found that opens one: `Error::Browser`.
    command.env("PATH", "").env_remove("BROWSER");
    let mut child = command.spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    assert!(line.starts_with("note: cannot open a browser: "), "{line}");
    assert!(line.contains("open the link yourself"), "{line}");
    assert!(child.try_wait().unwrap().is_none(), "the lab has ended");
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// It prints its link, answers there, leaves no files, and ends with Ctrl-C.
#[test]
fn the_link_that_is_printed_works_until_ctrl_c() {
    let place = place();
    let mut child = place.command(&["lab", "--no-open"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let link = line.trim().rsplit(' ').next().unwrap();
    let (address, token) = link
        .strip_prefix("http://")
        .unwrap()
        .split_once("/?token=")
        .unwrap();
    assert!(address.starts_with("127.0.0.1:"), "{link}");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET /api/lessons HTTP/1.1\r\nHost: {address}\r\nX-Token: {token}\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(
        text.starts_with("HTTP/1.1 200") && text.contains("One Treg among helpers"),
        "{text}"
    );
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(place.names().is_empty());
}
