//! Requests that no page of the lab sends.

use crate::client::Served;
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write as _;

const SMALL: &str = r#"(title: "t", question: "q", run: (until: "2 d", cells: 500), arms: [(name: "a")], readouts: ["count(T)"])"#;

fn request(served: &Served, change: impl FnOnce(&mut Vec<(String, String)>)) -> String {
    let mut fields = vec![
        ("Host".to_owned(), served.address.to_string()),
        ("X-Token".to_owned(), served.token().to_owned()),
    ];
    change(&mut fields);
    let mut text = "GET /api/about HTTP/1.1\r\n".to_owned();
    for (name, value) in fields {
        write!(text, "{name}: {value}\r\n").unwrap();
    }
    text + "\r\n"
}

fn status(served: &Served, change: impl FnOnce(&mut Vec<(String, String)>)) -> u16 {
    served.raw(request(served, change).as_bytes()).status
}

#[test]
fn other_hosts_pages_and_tokens_are_refused() {
    let served = Served::new(false);
    let port = served.address.port();
    assert_eq!(status(&served, |_| {}), 200);
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("10.0.0.1:{port}"),
        "127.0.0.1:1".to_owned(),
        "127.0.0.1".to_owned(),
        String::new(),
    ] {
        assert_eq!(
            status(&served, |fields| fields[0].1 = host.clone()),
            421,
            "{host}"
        );
    }
    let twice = |fields: &mut Vec<(String, String)>| {
        let first = fields[0].clone();
        fields.push(first);
    };
    assert_eq!(status(&served, twice), 421);
    for origin in [
        "http://evil.example",
        "null",
        "https://127.0.0.1",
        "http://127.0.0.1:1",
    ] {
        let add =
            |fields: &mut Vec<(String, String)>| fields.push(("Origin".into(), origin.into()));
        assert_eq!(status(&served, add), 403, "{origin}");
    }
    let own = format!("http://{}", served.address);
    assert_eq!(
        status(&served, |fields| fields.push(("Origin".into(), own))),
        200
    );
    let cross = |fields: &mut Vec<(String, String)>| {
        fields.push(("Sec-Fetch-Site".into(), "cross-site".into()));
    };
    assert_eq!(status(&served, cross), 403);
    let right = served.token().to_owned();
    for token in [
        String::new(),
        format!("{right}0"),
        right[1..].to_owned(),
        right.to_uppercase() + "x",
    ] {
        assert_eq!(
            status(&served, |fields| fields[1].1 = token.clone()),
            403,
            "{token}"
        );
    }
    assert_eq!(status(&served, |fields| drop(fields.pop())), 403);
}

/// Smallest fault seen: a text of 3 kB that ran with 600 000 agents, of 8000 that were allowed.
#[test]
fn agents_are_counted_over_all_that_is_done() {
    let served = Served::new(false);
    let text = |cells: u32, deeds: &str| {
        format!(
            r#"(title: "t", question: "q", host: culture(volume: "1 ml", step: "1 min"), run: (until: "2 h", cells: {cells}),
            arms: [(name: "a", interventions: [{deeds}])], readouts: ["count(T)"])"#
        )
    };
    let forty: String = (0..40)
        .map(|tag| {
            format!(r#"transfer(kind: "naive CD4", cells: "1e6 cells", tag: "t{tag}", at: "0 h"),"#)
        })
        .collect();
    let often = r#"transfer(kind: "NK", cells: "1e6 cells", at: "0 h", every: "1 min"),"#;
    let marked = r#"transfer(kind: "NK", cells: "1e6 cells", at: "0 h"), tag(kind: "NK", fraction: 0.5, tag: "x", at: "0 h", every: "1 min"),"#;
    for deeds in [&*forty, often, marked] {
        let body = json!({ "visitor": "v", "scenario": text(8000, deeds) });
        let answer = served.post("/api/run", &body);
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.body.contains("at most 48000"), "{}", answer.body);
    }
}

#[test]
fn malformed_and_large_requests_are_refused_and_others_served() {
    let served = Served::new(false);
    let host = served.address;
    let token = served.token();
    let post = |fields: &str, body: &str| {
        let text = format!(
            "POST /api/check HTTP/1.1\r\nHost: {host}\r\nX-Token: {token}\r\n{fields}\r\n{body}"
        );
        served.raw(text.as_bytes()).status
    };
    let json = "Content-Type: application/json\r\n";
    assert_eq!(
        post(&format!("{json}Content-Length: 1000000000\r\n"), ""),
        413
    );
    assert_eq!(
        post(
            &format!("{json}Content-Length: 99999999999999999999999\r\n"),
            ""
        ),
        413
    );
    assert_eq!(post(&format!("{json}Content-Length: -1\r\n"), ""), 400);
    assert_eq!(post(&format!("{json}Content-Length: +2\r\n"), "{}"), 400);
    assert_eq!(
        post(
            &format!("{json}Content-Length: 2\r\nContent-Length: 3\r\n"),
            "{}"
        ),
        400
    );
    assert_eq!(
        post(
            &format!("{json}Transfer-Encoding: chunked\r\n"),
            "2\r\n{}\r\n0\r\n\r\n"
        ),
        411
    );
    assert_eq!(
        post("Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}"),
        415
    );
    assert_eq!(post("Content-Length: 2\r\n", "{}"), 415);
    assert_eq!(post(&format!("{json}Content-Length: 2\r\n"), "[]"), 400);
    assert_eq!(
        post(&format!("{json}Content-Length: 9\r\n"), "{\"a\":1e99"),
        400
    );
    let many = "X: y\r\n".repeat(200);
    assert_eq!(post(&many, ""), 431);
    let long = format!("X: {}\r\n", "y".repeat(20_000));
    assert_eq!(post(&long, ""), 431);
    assert_eq!(served.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01").status, 400);
    assert_eq!(served.raw(b"GET\r\n\r\n").status, 400);
    for path in [
        "/../Cargo.toml",
        "/..%2f..%2fetc/passwd",
        "/etc/passwd",
        "/api/../lab.js",
        "//",
        "/lab.js/",
        "/api/none",
        "http://x/",
    ] {
        assert_eq!(served.get(path).status, 404, "{path}");
    }
    // Half a request keeps nobody else waiting.
    let mut half = served.connect();
    half.write_all(b"POST /api/check HTT").unwrap();
    assert_eq!(served.get("/api/about").status, 200);
}

#[test]
fn what_a_scenario_may_ask_for_is_bounded() {
    let served = Served::new(false);
    let ask = |path: &str, scenario: &str| {
        let body = json!({ "visitor": "v", "scenario": scenario });
        let answer = served.post(path, &body);
        (answer.status, answer.body)
    };
    assert_eq!(ask("/api/check", SMALL).0, 200);
    for (from, to, word) in [
        ("(title", "(model: \"/etc/passwd.ron\", title", "passwd"),
        ("(title", "(model: \"../../x.ron\", title", "x.ron"),
        ("500", "1000000", "1000000 cells"),
        ("2 d", "300 d", "7200 steps"),
        ("until", "save_at: \"1 d\", unitl", "unitl"),
        (
            "[(name: \"a\")]",
            "[(name: \"a\"), (name: \"b\"), (name: \"c\"), (name: \"d\"), (name: \"e\"), (name: \"f\"), (name: \"g\")]",
            "7 arms",
        ),
    ] {
        let text = SMALL.replace(from, to);
        assert_ne!(text, SMALL);
        for path in ["/api/check", "/api/run"] {
            let (status, body) = ask(path, &text);
            assert_eq!(status, 422, "{to}: {body}");
            assert!(body.contains(word), "{to}: {body}");
        }
    }
    let deep = "[".repeat(30_000);
    assert_eq!(ask("/api/check", &deep).0, 422);
    for (mice, status) in [(0, 422), (41, 422), (1, 200)] {
        let body = json!({ "visitor": "v", "scenario": SMALL, "mice": mice });
        assert_eq!(served.post("/api/crowd", &body).status, status, "{mice}");
    }
    for (field, value) in [
        ("pace", json!(0.0)),
        ("pace", json!(-1.0)),
        ("pace", json!(1e9)),
    ] {
        let mut body = json!({ "visitor": "v", "scenario": SMALL });
        body[field] = value;
        assert_eq!(served.post("/api/run", &body).status, 422);
    }
    for visitor in ["", "../x", &"v".repeat(65), "a b"] {
        let body = json!({ "visitor": visitor, "scenario": SMALL });
        assert_eq!(served.post("/api/run", &body).status, 400, "{visitor}");
    }
    let body = json!({ "visitor": "v", "replicates": 1_000_000, "seed": 1, "start": 250 });
    assert_eq!(served.post("/api/switch", &body).status, 422);
}

#[test]
fn every_answer_forbids_foreign_content() {
    let served = Served::new(false);
    for path in ["/", "/lab.js", "/api/about", "/none"] {
        let head = served.get(path).head;
        for words in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "nosniff",
            "no-referrer",
            "no-store",
        ] {
            assert!(head.contains(words), "{path}: {words}");
        }
        assert!(!head.contains("unsafe") && !head.to_lowercase().contains("access-control"));
    }
}

#[test]
fn nobody_else_holds_the_reins_of_a_run() {
    let served = Served::new(false);
    let body = json!({ "visitor": "own", "scenario": SMALL, "is_paused": true });
    let stream = served.begin("/api/run", &body);
    let id = first_event(&stream)["run"].clone();
    let control = |visitor: &str, run: &serde_json::Value, action: &str| {
        let body = json!({ "visitor": visitor, "run": run, "action": action });
        served.post("/api/control", &body).status
    };
    assert_eq!(control("other", &id, "stop"), 404);
    assert_eq!(control("own", &json!("0000000000000000"), "stop"), 404);
    assert_eq!(control("own", &id, "explode"), 400);
    assert_eq!(control("own", &id, "resume"), 200);
    // The head of the answer is read already.
    let rest = crate::client::answered(stream).head;
    assert!(rest.contains("event: end"), "{rest}");
}

/// A text that asks for much planning costs little: no point of a sweep is planned, and faults are placed in one reading.
#[test]
fn hostile_texts_cost_little() {
    let served = Served::new(false);
    let check = |text: &str| {
        let answer = served.post("/api/check", &json!({ "visitor": "v", "scenario": text }));
        (answer.status, answer.body)
    };
    let values: Vec<String> = (0..100).map(|n| format!("\"0.0{n:02}5 1/d\"")).collect();
    let doses: Vec<String> = (1..=100).map(|n| format!("\"{n} IU\"")).collect();
    let arms: Vec<String> = (0..10)
        .map(|n| {
            let dose = "inject(ligand: \"IL-2\", dose: \"$dose\", at: \"1 d\"),".repeat(22);
            format!("(name: \"a{n}\", interventions: [{dose}])")
        })
        .collect();
    let sweep = format!(
        "(sweep: grid(axes: [(name: \"treg_death\", values: [{}]), (name: \"dose\", values: [{}])]), title",
        values.join(","),
        doses.join(",")
    );
    let many = SMALL
        .replace("(title", &sweep)
        .replace("(name: \"a\")", &arms.join(","));
    let (status, body) = check(&many);
    assert!(
        status == 422 && body.contains("a sweep"),
        "{status}: {body}"
    );
    let bands = "(readout: \"count(T)\", arm: \"a\", at: \"1 d\", band: (0, 1)),".repeat(900);
    let (status, body) = check(&SMALL.replace(
        "readouts: [\"count(T)\"]",
        &format!("readouts: [\"count(T)\"], expect: [{bands}]"),
    ));
    let told: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 422);
    let faults = told["faults"].as_array().unwrap();
    // All but the first are too many, each at its own place.
    let columns: std::collections::BTreeSet<u64> = faults
        .iter()
        .map(|fault| fault["column"].as_u64().unwrap())
        .collect();
    assert_eq!((faults.len(), columns.len()), (899, 899));
}

/// Bytes that come one by one, and connections that say nothing, take no place from others for long.
#[test]
fn connections_that_say_nothing_are_given_up() {
    let served = Served::new(false);
    let mute: Vec<_> = (0..paracrine_lab::limits::MOST_CONNECTIONS)
        .map(|number| {
            let mut stream = served.connect();
            let part = &b"GET / HTTP/1.1\r\nHost: "[..number % 20];
            stream.write_all(part).unwrap();
            stream
        })
        .collect();
    // There is no place left, which is said; once the others' time to ask is over there are places again.
    let until = std::time::Instant::now() + 3 * paracrine_lab::limits::ARRIVAL;
    let mut refused = 0;
    loop {
        match served.get("/api/about").status {
            200 => break,
            503 => refused += 1,
            // A refusal may be lost to what was sent after it.
            0 => {}
            other => panic!("{other}"),
        }
        assert!(std::time::Instant::now() < until);
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    assert!(refused > 0);
    for stream in mute.into_iter().take(8) {
        let told = crate::client::answered(stream);
        assert_eq!(told.status, 408, "{}", told.head);
    }
}

/// The data of the first event.
fn first_event(stream: &std::net::TcpStream) -> serde_json::Value {
    use std::io::{BufRead as _, BufReader, Read as _};
    let mut reader = BufReader::with_capacity(1, stream.take(100_000));
    loop {
        let mut line = String::new();
        assert!(reader.read_line(&mut line).unwrap() > 0);
        if let Some(data) = line.strip_prefix("data: ") {
            return serde_json::from_str(data).unwrap();
        }
    }
}
