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

/// Machines of a room, each with an address of its own, as far as this one has many.
#[cfg(target_os = "linux")]
mod room {
    use super::*;
    use crate::client::events;
    use std::io::{Read as _, Write as _};
    use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier, Mutex};
    use std::time::{Duration, Instant};

    /// A connection from an address of this machine that no other visitor has.
    fn connect(served: &Served, visitor: u8) -> TcpStream {
        use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
        let own = SocketAddrV4::new(Ipv4Addr::new(127, 0, 1, visitor), 0);
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        bind(&socket, &own).unwrap();
        connect(&socket, &served.address).unwrap();
        let stream = TcpStream::from(socket);
        let patience = Some(Duration::from_secs(600));
        stream.set_read_timeout(patience).unwrap();
        stream
    }

    /// Asks something from the address of a visitor.
    fn post(served: &Served, visitor: u8, path: &str, body: &Value) -> TcpStream {
        let pupil = token(served.class_link.as_deref().unwrap());
        let body = body.to_string();
        let mut stream = connect(served, visitor);
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nX-Token: {pupil}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            served.address,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        stream
    }

    /// Asks for a run of a mouse of some days, beside a knockout.
    fn begin(served: &Served, visitor: u8, days: u32, cells: u32, is_paused: bool) -> TcpStream {
        let scenario = format!(
            "(title: \"t\", question: \"q\", run: (until: \"{days} d\", cells: {cells}, sample_every: \"12 h\"), \
             arms: [(name: \"wild type\"), (name: \"a\", genotype: [(gene: \"Il2ra\", expression: 0)])], readouts: [\"count(T)\"])"
        );
        let body = json!({ "visitor": "v", "scenario": scenario, "is_paused": is_paused });
        post(served, visitor, "/api/run", &body)
    }

    /// Asks for mice as large as may be, each of which is seen at birth and at its end alone.
    fn begin_large(served: &Served, visitor: u8, days: u32, arms: u32) -> TcpStream {
        use paracrine_lab::limits::MOST_CELLS;
        let arms: String = (0..arms)
            .map(|arm| format!("(name: \"{arm}\"), "))
            .collect();
        let scenario = format!(
            "(title: \"t\", question: \"q\", run: (until: \"{days} d\", cells: {MOST_CELLS}, sample_every: \"{days} d\"), \
             arms: [{arms}], readouts: [\"count(T)\"])"
        );
        let body = json!({ "visitor": "v", "scenario": scenario });
        post(served, visitor, "/api/run", &body)
    }

    /// Reads until something is said.
    fn until(stream: &mut TcpStream, word: &str) -> String {
        let mut text = Vec::new();
        let mut byte = [0];
        while !text.ends_with(word.as_bytes()) {
            stream.read_exact(&mut byte).unwrap();
            text.extend(byte);
        }
        String::from_utf8(text).unwrap()
    }

    /// What has come of a run that was begun.
    fn so_far(stream: &mut TcpStream) -> String {
        stream.set_nonblocking(true).unwrap();
        let mut bytes = Vec::new();
        // Ends with the error that nothing more is there.
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What became of a room.
    struct Told {
        /// When each had its first sample, and its end, s.
        times: Vec<(f64, f64)>,
        /// Samples that each had when the first had its last.
        then: Vec<usize>,
        /// How long questions of all took meanwhile, s.
        questions: Vec<f64>,
        queued: usize,
    }

    /// Visitors who all go on at once from birth; one more begins and reads nothing, one begins and goes.
    fn hold(visitors: u8, days: u32, cells: u32) -> Told {
        let served = Served::new(true);
        let before = Instant::now();
        let mute = begin(&served, 250, days, cells, false);
        drop(begin(&served, 251, days, cells, false));
        let seen: Arc<Vec<AtomicUsize>> =
            Arc::new((0..visitors).map(|_| AtomicUsize::new(0)).collect());
        let then = Arc::new(Mutex::new(None::<Vec<usize>>));
        let all_are_there = Arc::new(Barrier::new(usize::from(visitors)));
        let (mut times, mut questions, mut queued) = (Vec::new(), Vec::new(), 0);
        std::thread::scope(|scope| {
            let each: Vec<_> = (0..visitors)
                .map(|visitor| {
                    let (served, seen, then) = (&served, Arc::clone(&seen), Arc::clone(&then));
                    let all_are_there = Arc::clone(&all_are_there);
                    scope.spawn(move || {
                        let mut stream = begin(served, visitor + 1, days, cells, true);
                        let own = &seen[usize::from(visitor)];
                        let mut text = until(&mut stream, "event: sample");
                        let first = before.elapsed().as_secs_f64();
                        // How long they take to begin is not how the machine is shared.
                        all_are_there.wait();
                        let (_, run) = text.split_once("{\"run\":\"").unwrap();
                        let run = run.split('"').next().unwrap();
                        let resume = json!({ "visitor": "v", "run": run, "action": "resume" });
                        let resumed = post(served, visitor + 1, "/api/control", &resume);
                        assert_eq!(answered(resumed).status, 200);
                        let mut chunk = [0; 1 << 16];
                        loop {
                            let read = stream.read(&mut chunk).unwrap();
                            if read == 0 {
                                break;
                            }
                            text += std::str::from_utf8(&chunk[..read]).unwrap();
                            let samples = text.matches("event: sample").count();
                            own.store(samples, Ordering::SeqCst);
                        }
                        let told = events(&text);
                        assert_eq!(told.last().unwrap().0, "end", "{visitor}: {text}");
                        let mut then = then.lock().unwrap();
                        then.get_or_insert_with(|| {
                            seen.iter().map(|of| of.load(Ordering::SeqCst)).collect()
                        });
                        let has_waited = told.iter().any(|(name, _)| name == "queue");
                        (first, before.elapsed().as_secs_f64(), has_waited)
                    })
                })
                .collect();
            let pupil = token(served.class_link.as_deref().unwrap());
            let mut visitor = 0;
            while each.iter().any(|thread| !thread.is_finished()) {
                visitor = visitor % visitors + 1;
                let asked = Instant::now();
                let mut stream = connect(&served, visitor);
                let text = format!(
                    "GET /api/about HTTP/1.1\r\nHost: {}\r\nX-Token: {pupil}\r\n\r\n",
                    served.address
                );
                stream.write_all(text.as_bytes()).unwrap();
                assert_eq!(answered(stream).status, 200);
                questions.push(asked.elapsed().as_secs_f64());
                std::thread::sleep(Duration::from_millis(100));
            }
            for thread in each {
                let (first, end, has_waited) = thread.join().unwrap();
                times.push((first, end));
                queued += usize::from(has_waited);
            }
        });
        drop(mute);
        let then = then.lock().unwrap().take().unwrap();
        Told {
            times,
            then,
            questions,
            queued,
        }
    }

    fn median(mut values: Vec<f64>) -> f64 {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }

    /// All are there before any goes on, and go on for seconds: what is seen is how the machine is shared, not in which order threads begin.
    /// Smallest fault seen: one visitor who gets less than half of what another gets.
    #[test]
    fn everybody_gets_a_share_at_the_same_time() {
        let told = hold(10, 28, 500);
        assert_eq!(told.queued, 0);
        let (least, most) = (told.then.iter().min(), told.then.iter().max());
        assert!(2 * least.unwrap() > *most.unwrap(), "{:?}", told.then);
        assert!(told.questions.len() > 3);
    }

    /// Neither mice that are seen at their end alone, nor many of them, take a processor until they are done.
    #[test]
    fn nobody_waits_for_the_end_of_anothers_run() {
        let served = Served::new(true);
        let mut large: Vec<TcpStream> = (1..=4)
            .map(|visitor| {
                let mut stream = begin_large(&served, visitor, 200, 6);
                until(&mut stream, "event: sample");
                stream
            })
            .collect();
        let body = answered(begin(&served, 9, 6, 500, false)).body;
        assert!(body.contains("event: end"), "{body}");
        for stream in &mut large {
            let told = so_far(stream);
            assert!(!told.contains("event: sample"), "{told}");
        }
    }

    /// Those that go make room although nothing was due to be sent to them: a run that waits for a place begins and
    /// ends before a shorter one that goes on.
    #[test]
    fn a_closed_page_ends_its_run_in_the_middle_of_a_sample() {
        let served = Served::new(true);
        let most = u8::try_from(paracrine_lab::limits::MOST_RUNS_OF_CLASS).unwrap();
        let mut stays = begin_large(&served, 1, 150, 1);
        until(&mut stays, "event: sample");
        let gone: Vec<TcpStream> = (2..=most)
            .map(|visitor| {
                let mut stream = begin_large(&served, visitor, 200, 1);
                until(&mut stream, "event: sample");
                stream
            })
            .collect();
        let mut waits = begin(&served, most + 1, 6, 500, false);
        until(&mut waits, "event: queue");
        drop(gone);
        until(&mut waits, "event: end");
        let told = so_far(&mut stays);
        assert!(!told.contains("event: sample"), "{told}");
    }

    /// A pupil who opens many connections and asks nothing takes places of nobody else's.
    #[test]
    fn one_address_does_not_take_all_connections() {
        use paracrine_lab::limits::MOST_CONNECTIONS_OF_ONE;
        let served = Served::new(true);
        let held: Vec<TcpStream> = (0..3 * MOST_CONNECTIONS_OF_ONE)
            .map(|_| connect(&served, 7))
            .collect();
        let ask = |visitor| {
            let mut stream = connect(&served, visitor);
            let pupil = token(served.class_link.as_deref().unwrap());
            let text = format!(
                "GET /api/about HTTP/1.1\r\nHost: {}\r\nX-Token: {pupil}\r\n\r\n",
                served.address
            );
            stream.write_all(text.as_bytes()).unwrap();
            answered(stream).status
        };
        assert_eq!(ask(8), 200);
        assert_ne!(ask(7), 200);
        drop(held);
        let due = Instant::now() + Duration::from_secs(60);
        while ask(7) != 200 {
            assert!(Instant::now() < due);
        }
    }

    /// More than go at once: the others wait, are told how many are before them, and come to their end.
    #[test]
    fn visitors_beyond_the_most_wait_and_get_their_turn() {
        let served = Served::new(true);
        let most = u8::try_from(paracrine_lab::limits::MOST_RUNS_OF_CLASS).unwrap();
        let held: Vec<TcpStream> = (1..=most)
            .map(|visitor| {
                let mut stream = begin(&served, visitor, 1, 500, true);
                until(&mut stream, "event: sample");
                stream
            })
            .collect();
        let waiting: Vec<TcpStream> = (1..=4)
            .map(|place| {
                let mut stream = begin(&served, most + place, 1, 500, false);
                until(
                    &mut stream,
                    &format!("event: queue\ndata: {{\"ahead\":{place}}}"),
                );
                stream
            })
            .collect();
        drop(held);
        for stream in waiting {
            // The head of the answer is read already.
            let rest = answered(stream);
            assert!((rest.head + &rest.body).contains("event: end"));
        }
    }

    /// Figures for people; nothing asserts a time.
    #[test]
    #[ignore = "prints times for people"]
    fn thirty() {
        let told = hold(30, 42, 2000);
        let ends = || told.times.iter().map(|(_, end)| *end);
        let firsts = told.times.iter().map(|(first, _)| *first).collect();
        let mut questions = told.questions.clone();
        questions.sort_by(f64::total_cmp);
        eprintln!(
            "first sample after {:.2} s (median), ends after {:.1} to {:.1} s; when the first ended the others had {:?} samples; \
             {} questions, median {:.4} s, of a hundred the slowest {:.4} s, slowest {:.4} s",
            median(firsts),
            ends().fold(f64::INFINITY, f64::min),
            ends().fold(0.0, f64::max),
            (told.then.iter().min(), told.then.iter().max()),
            questions.len(),
            questions[questions.len() / 2],
            questions[questions.len() * 99 / 100],
            questions[questions.len() - 1]
        );
    }
}
