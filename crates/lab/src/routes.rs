//! What is asked for, and what answers.

use crate::controls::Controls;
use crate::guard::{Role, hex};
use crate::http::{self, Answer, Request};
use crate::lessons;
use crate::limits::{MOST_CELLS, MOST_MICE, MOST_TRAJECTORIES};
use crate::live::{self, Broken};
use crate::pages;
use crate::pathways::pathways;
use crate::picture;
use crate::plan::{self, NoPlan};
use crate::server::Shared;
use crate::stream::Events;
use crate::visits::{NoRun, Place, Reins};
use crate::{crowd, switch};
use paracrine_scenario::plan::Plan;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::net::{IpAddr, TcpStream};

/// Samples a second that a page may ask for.
const PACES: std::ops::RangeInclusive<f64> = 0.1..=1000.0;

/// A run that is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunAsked {
    visitor: String,
    scenario: String,
    /// Which mouse.
    #[serde(default)]
    replicate: u32,
    /// Samples a second.
    #[serde(default)]
    pace: Option<f64>,
    #[serde(default)]
    is_paused: bool,
    #[serde(default)]
    fast_to_d: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CrowdAsked {
    visitor: String,
    scenario: String,
    mice: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ControlAsked {
    visitor: String,
    run: String,
    action: Action,
    #[serde(default)]
    pace: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Pause,
    Resume,
    Step,
    Pace,
    Stop,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SwitchAsked {
    visitor: String,
    replicates: u32,
    seed: u64,
    start: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerAsked {
    lesson: String,
    choice: usize,
}

/// Answers a request.
pub(crate) fn answer(shared: &Shared, stream: &mut TcpStream, request: &Request, peer: IpAddr) {
    let answer = match route(shared, stream, request, peer) {
        Ok(None) => return,
        Ok(Some(answer)) | Err(answer) => answer,
    };
    // Nobody is left to tell about a failure to answer.
    let _ = answer.send(stream);
}

fn route(
    shared: &Shared,
    stream: &mut TcpStream,
    request: &Request,
    peer: IpAddr,
) -> Result<Option<Answer>, Answer> {
    shared.guard.admit(request)?;
    let (method, path) = (request.method.as_str(), request.path.as_str());
    if !path.starts_with("/api/") {
        if method != "GET" {
            return Err(Answer::error(405, "pages are only read"));
        }
        let page = pages::page(path);
        return page
            .map(Some)
            .ok_or_else(|| Answer::error(404, "there is no such page"));
    }
    let Some(role) = shared.guard.role(request) else {
        let message = "the link is not the one that `paracrine lab` printed: open that one";
        return Err(Answer::error(403, message));
    };
    let failed = |error: crate::Error| Answer::error(500, &error.to_string());
    match (method, path) {
        ("GET", "/api/about") => Ok(Some(Answer::json(&json!({
            "version": env!("CARGO_PKG_VERSION"),
            "is_class": shared.guard.pupil.is_some(),
            "is_teacher": role == Role::Teacher,
            "most_mice": MOST_MICE,
            "most_cells": MOST_CELLS,
            "legend": picture::legend(),
        })))),
        ("GET", "/api/pathways") => pathways()
            .map(|all| Some(Answer::json(&all)))
            .map_err(failed),
        ("GET", "/api/lessons") => lessons::lessons()
            .map(|all| Some(Answer::json(&lessons::for_pupils(&all))))
            .map_err(failed),
        ("GET", "/api/teacher") if role == Role::Teacher => lessons::lessons()
            .map(|all| Some(Answer::json(&lessons::for_teachers(&all))))
            .map_err(failed),
        ("GET", "/api/teacher") => Err(Answer::error(403, "answers are for the teacher's link")),
        ("POST", "/api/scenario") => {
            let controls: Controls = body(request)?;
            Ok(Some(Answer::json(
                &json!({ "scenario": controls.scenario() }),
            )))
        }
        ("POST", "/api/check") => {
            let asked: RunAsked = body(request)?;
            let plan = planned(shared, asked.scenario)?;
            Ok(Some(Answer::json(&live::outline(&plan))))
        }
        ("POST", "/api/answer") => {
            let asked: AnswerAsked = body(request)?;
            let all = lessons::lessons().map_err(failed)?;
            let judged = lessons::judge(&all, &asked.lesson, asked.choice);
            let judged = judged.ok_or_else(|| Answer::error(404, "no such lesson or choice"))?;
            Ok(Some(Answer::json(&judged)))
        }
        ("POST", "/api/control") => {
            let asked: ControlAsked = body(request)?;
            control(shared, &asked, peer)?;
            Ok(Some(Answer::json(&json!({}))))
        }
        ("POST", "/api/switch") => {
            let asked: SwitchAsked = body(request)?;
            if !(1..=MOST_TRAJECTORIES).contains(&asked.replicates)
                || !switch::STARTS.contains(&asked.start)
            {
                let message =
                    format!("1 to {MOST_TRAJECTORIES} replicates from 0 to 1000 molecules");
                return Err(Answer::error(422, &message));
            }
            let _place = enter(shared, &asked.visitor, peer, None)?;
            let share = shared.turns.share();
            let _turn = share.turn();
            switch::run(asked.replicates, asked.seed, asked.start)
                .map(|courses| Some(Answer::json(&courses)))
                .map_err(unplanned)
        }
        ("POST", "/api/run") => {
            let asked: RunAsked = body(request)?;
            if asked.pace.is_some_and(|pace| !PACES.contains(&pace)) {
                return Err(Answer::error(422, "a pace is 0.1 to 1000 samples a second"));
            }
            let plan = planned(shared, asked.scenario)?;
            let place = enter(shared, &asked.visitor, peer, asked.pace)?;
            place.reins.ask(|now| now.is_paused = asked.is_paused);
            let number = u64::from(asked.replicate);
            watch(shared, stream, &place, |events| {
                live::run(
                    &plan,
                    number,
                    asked.fast_to_d,
                    &place,
                    &shared.turns,
                    events,
                )
            });
            Ok(None)
        }
        ("POST", "/api/crowd") => {
            let asked: CrowdAsked = body(request)?;
            if !(1..=MOST_MICE).contains(&asked.mice) {
                let message = format!("1 to {MOST_MICE} mice of each arm");
                return Err(Answer::error(422, &message));
            }
            let plan = planned(shared, asked.scenario)?;
            let place = enter(shared, &asked.visitor, peer, None)?;
            watch(shared, stream, &place, |events| {
                let workers = shared.processors;
                crowd::run(&plan, asked.mice, workers, &place, &shared.turns, events)
            });
            Ok(None)
        }
        _ => Err(Answer::error(404, "there is nothing of this name")),
    }
}

/// The body of a request, which says that it is JSON: a form of another page cannot say so.
fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Answer> {
    let kind = request.field("content-type").unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Err(Answer::error(
            415,
            "the body of a request has to be application/json",
        ));
    }
    let read = serde_json::from_slice(&request.body);
    read.map_err(|error| Answer::error(400, &format!("the body of the request: {error}")))
}

fn unplanned(NoPlan(told): NoPlan) -> Answer {
    Answer::faults(422, &told)
}

fn planned(shared: &Shared, scenario: String) -> Result<Plan, Answer> {
    let share = shared.desk.share();
    let _turn = share.turn();
    plan::plan(scenario).map_err(unplanned)
}

/// Of a class a visitor is an address, elsewhere a window of the browser.
fn visitor(shared: &Shared, named: &str, peer: IpAddr) -> Result<String, Answer> {
    let is_name =
        (1..=64).contains(&named.len()) && named.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_name {
        return Err(Answer::error(
            400,
            "a visitor has a name of letters and digits",
        ));
    }
    Ok(match shared.guard.pupil {
        Some(_) => peer.to_string(),
        None => named.to_owned(),
    })
}

fn enter<'s>(
    shared: &'s Shared,
    named: &str,
    peer: IpAddr,
    pace: Option<f64>,
) -> Result<Place<'s>, Answer> {
    let visitor = visitor(shared, named, peer)?;
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| Answer::error(500, &error.to_string()))?;
    let entered = shared.visits.enter(hex(&bytes), &visitor, Reins::new(pace));
    entered.map_err(|why| match why {
        NoRun::Quota => Answer::error(
            429,
            "too many runs were begun within a minute: wait a little",
        ),
        NoRun::Full => Answer::error(503, "too many visitors wait already: try again later"),
    })
}

fn control(shared: &Shared, asked: &ControlAsked, peer: IpAddr) -> Result<(), Answer> {
    let visitor = visitor(shared, &asked.visitor, peer)?;
    let reins = shared.visits.reins(&asked.run, &visitor);
    let reins = reins.ok_or_else(|| Answer::error(404, "this run is over"))?;
    if asked.pace.is_some_and(|pace| !PACES.contains(&pace)) {
        return Err(Answer::error(422, "a pace is 0.1 to 1000 samples a second"));
    }
    reins.ask(|now| match asked.action {
        Action::Pause => now.is_paused = true,
        Action::Resume => now.is_paused = false,
        Action::Step => {
            now.is_paused = true;
            now.steps = now.steps.saturating_add(1);
        }
        Action::Pace => now.pace = asked.pace,
        Action::Stop => now.is_stopped = true,
    });
    Ok(())
}

/// What may have begun the run that took the place of another.
fn replacer(shared: &Shared) -> &'static str {
    match shared.guard.pupil {
        Some(_) => "another window, or somebody else with your address in the network",
        None => "another window",
    }
}

/// Lets a run tell its page, from its place in the queue to its end.
fn watch(
    shared: &Shared,
    stream: &mut TcpStream,
    place: &Place<'_>,
    run: impl FnOnce(&mut Events<'_>) -> Result<(), Broken>,
) {
    if http::begin_events(stream).is_err() {
        return;
    }
    let mut events = Events(stream);
    let id: Value = json!({ "run": place.id() });
    let done = events
        .send("run", &id)
        .map_err(Broken::from)
        .and_then(|()| live::queue(place, &mut events))
        .and_then(|()| run(&mut events));
    // The page may be gone as well.
    let _ = match done {
        Err(Broken::Engine(error)) => events.send("failed", &json!({ "error": error.to_string() })),
        Err(Broken::Left) if place.reins.asked().is_replaced => {
            events.send("replaced", &json!({ "by": replacer(shared) }))
        }
        _ => Ok(()),
    };
}
