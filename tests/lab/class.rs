//! A class: two links, a queue, a quota.

use crate::client::{Served, answered, token};
use serde_json::{Value, json};

#[test]
fn pupils_see_everything_but_answers() {
    let served = Served::new(true);
    let pupil = token(served.class_link.as_deref().unwrap()).to_owned();
    assert_ne!(pupil, served.token());
    let get = |token: &str, path: &str| {
        let text = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nX-Token: {token}\r\n\r\n",
            served.address
        );
        served.raw(text.as_bytes())
    };
    assert_eq!(get(&pupil, "/api/teacher").status, 403);
    assert_eq!(get(served.token(), "/api/teacher").status, 200);
    assert_eq!(get("", "/api/lessons").status, 403);
    let lessons = get(&pupil, "/api/lessons").body;
    let lessons: Value = serde_json::from_str(&lessons).unwrap();
    for lesson in lessons.as_array().unwrap() {
        for secret in ["right", "because", "explain", "teacher"] {
            assert!(lesson.get(secret).is_none(), "{secret}");
        }
    }
    let about: Value = serde_json::from_str(&get(&pupil, "/api/about").body).unwrap();
    assert_eq!(
        (&about["is_class"], &about["is_teacher"]),
        (&json!(true), &json!(false))
    );
}

/// A name may be made to point here by somebody else, an address may not.
#[test]
fn a_class_is_reached_by_address_alone() {
    let served = Served::new(true);
    let port = served.address.port();
    let ask = |host: &str| {
        let text = format!(
            "GET /api/about HTTP/1.1\r\nHost: {host}\r\nX-Token: {}\r\n\r\n",
            served.token()
        );
        served.raw(text.as_bytes()).status
    };
    assert_eq!(ask(&format!("192.168.1.7:{port}")), 200);
    assert_eq!(ask(&format!("lab.example:{port}")), 421);
}

/// The quota is of an address, whatever name a window gives itself.
#[test]
fn a_quota_is_not_escaped_by_another_name() {
    let served = Served::new(true);
    let scenario = r#"(title: "t", question: "q", run: (until: "1 d", cells: 500), arms: [(name: "a")], readouts: ["count(T)"])"#;
    let pupil = token(served.class_link.as_deref().unwrap()).to_owned();
    let begin = |name: String| {
        let body = json!({ "visitor": name, "scenario": scenario });
        served.post_as(&pupil, "/api/run", &body).status
    };
    let statuses: Vec<u16> = (0..paracrine_lab::limits::QUOTA + 2)
        .map(|number| begin(format!("v{number}")))
        .collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        paracrine_lab::limits::QUOTA
    );
    assert_eq!(statuses.last(), Some(&429));
}

/// On one's own machine four runs go at once; a fifth waits, is told so, and gets its turn.
#[test]
fn runs_beyond_the_most_wait_and_are_told() {
    let served = Served::new(false);
    let scenario = r#"(title: "t", question: "q", run: (until: "2 d", cells: 500), arms: [(name: "a")], readouts: ["count(T)"])"#;
    let begin = |visitor: &str, is_paused: bool| {
        served.begin(
            "/api/run",
            &json!({ "visitor": visitor, "scenario": scenario, "is_paused": is_paused }),
        )
    };
    let mut held: Vec<_> = ["a", "b", "c", "d"]
        .map(|visitor| begin(visitor, true))
        .into();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let fifth = begin("e", false);
    std::thread::sleep(std::time::Duration::from_millis(1500));
    drop(held.pop());
    let body = answered(fifth).body;
    assert!(body.contains("event: queue\ndata: {\"ahead\":1}"), "{body}");
    assert!(body.contains("event: end"), "{body}");
}
