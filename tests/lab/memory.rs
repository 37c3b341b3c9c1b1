//! Memory of the program, and of a page, while mice come and go.

use crate::chromium::Page;
use crate::client::{answered, token};
use paracrine_tests::program::Place;
use serde_json::json;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// The program itself: memory of this process has other tests in it.
struct Lab {
    child: Child,
    link: String,
    _place: Place,
}

impl Lab {
    fn new() -> Self {
        let place = Place::new(env!("CARGO_BIN_EXE_paracrine-under-test"));
        let mut child = place.command(&["lab", "--no-open"]).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let link = line.split("http://").nth(1).unwrap().trim();
        Self {
            link: format!("http://{link}"),
            child,
            _place: place,
        }
    }

    /// Runs a mouse beside a knockout; leaves in the middle if so asked.
    fn run(&self, number: u32, days: u32, leaves: bool) {
        let address = self.link["http://".len()..].split('/').next().unwrap();
        let scenario = format!(
            "(title: \"t\", question: \"q\", run: (until: \"{days} d\", cells: 500, seed: {number}, sample_every: \"12 h\"), \
             arms: [(name: \"wild type\"), (name: \"a\", genotype: [(gene: \"Il2ra\", expression: 0)])], readouts: [\"count(T)\", \"damage\"])"
        );
        // A visitor has a quota.
        let visitor = format!("v{}", number / 20);
        let body = json!({ "visitor": visitor, "scenario": scenario }).to_string();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST /api/run HTTP/1.1\r\nHost: {address}\r\nX-Token: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            token(&self.link),
            body.len()
        )
        .unwrap();
        if leaves {
            let _ = stream.read(&mut [0; 1000]).unwrap();
            return;
        }
        let answer = answered(stream);
        assert!(answer.body.contains("event: end"), "{}", answer.body);
    }

    /// Memory of the program that is in the machine's, MB.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS"))
            .unwrap();
        let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kilobytes / 1024.0
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-INT", &id]).status();
        let _ = self.child.wait();
    }
}

/// Smallest fault seen: 100 kB kept of each run.
#[cfg(target_os = "linux")]
#[test]
fn runs_leave_no_memory_behind() {
    let lab = Lab::new();
    let some = |from: u32, to: u32| {
        for number in from..to {
            lab.run(number, 3, number % 5 == 4);
        }
        lab.memory()
    };
    let (first, last) = (some(0, 40), some(40, 160));
    assert!(last < first + 8.0, "{first} MB became {last} MB");
}

/// For people: memory over as many minutes as `PARACRINE_MINUTES` says, with a page that replays a mouse.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "prints memory for people"]
fn memory_over_time() {
    let minutes: f64 = std::env::var("PARACRINE_MINUTES").unwrap().parse().unwrap();
    let lab = Lab::new();
    let Some(mut page) = Page::open(&format!("{}#/mouse", lab.link), 1280, false) else {
        return;
    };
    page.call("Performance.enable", &json!({}));
    let begun = Instant::now();
    let (mut number, mut shown) = (0, Instant::now());
    while begun.elapsed() < Duration::from_secs_f64(60.0 * minutes) {
        lab.run(number, 42, number % 5 == 4);
        number += 1;
        page.value(
            "(() => { const done = /^Done/.test(document.querySelector('.status')?.textContent); \
             if (done) document.querySelector('button.first').click(); return done; })()",
        );
        if shown.elapsed() > Duration::from_secs(60) {
            shown = Instant::now();
            page.call("HeapProfiler.collectGarbage", &json!({}));
            let told = page.call("Performance.getMetrics", &json!({}));
            let metrics = told["metrics"].as_array().unwrap();
            let of = |name: &str| {
                let one = metrics.iter().find(|one| one["name"] == name);
                one.unwrap()["value"].as_f64().unwrap()
            };
            eprintln!(
                "{:.0} min, {number} runs: program {:.1} MB; page {:.2} MB, {} nodes, {} listeners",
                begun.elapsed().as_secs_f64() / 60.0,
                lab.memory(),
                of("JSHeapUsedSize") / 1048576.0,
                of("Nodes"),
                of("JSEventListeners")
            );
        }
    }
    page.has_no_complaints();
}
