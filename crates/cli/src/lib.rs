//! The paracrine command: arguments, progress, tables for people, exit codes.
//!
//! Thin: everything that computes is in the crates below. The library exists so that tests can own the binary.

mod arguments;
mod calibrate;
mod columns;
mod diff;
mod dsmts;
mod exit;
mod explain;
mod failure;
mod faults;
mod lab;
mod limits;
mod model;
mod new;
mod number;
mod output;
mod plot;
mod progress;
mod readouts;
mod run;
mod script;
mod shards;
mod simulate;
mod table;
mod validate;
mod why;
mod workers;

use arguments::{Arguments, Command};
use clap::{CommandFactory as _, Parser as _};
use clap_complete::Shell;
use exit::Exit;
use failure::Failure;
use paracrine_scenario::Error;
use paracrine_scenario::catalogue::{
    self, CULTURES, MODELS, NETWORKS, PUBLISHED, SCENARIOS, Source,
};
use paracrine_scenario::directory::Directory;
use paracrine_scenario::model as mouse;
use paracrine_scenario::plan::{Overrides, Plan};
use paracrine_scenario::simulate::model::{Model, is_model};
use paracrine_scenario::simulate::plan::{Plan as NetworkPlan, Settings};
use paracrine_scenario::tables;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::process::ExitCode;

/// Runs the command with the process's arguments.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; clap knows where each belongs.
            let printed = error.print();
            if error.use_stderr() {
                return Exit::Usage.into();
            }
            output::written(printed);
            return whole(Exit::Done).into();
        }
    };
    if arguments.json {
        match named(&arguments.command) {
            Some(command) => script::ask(command),
            None => {
                let refusal = "--json: this command prints no document for scripts; `paracrine --help` names those that do";
                return Failure::Setting(refusal.into()).report().into();
            }
        }
    }
    let done = match arguments.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Status { directory } => shards::status(&directory),
        Command::Resume(arguments) => shards::resume(&arguments),
        Command::Merge {
            directory,
            strict,
            forms,
        } => shards::merge(&directory, strict, &forms),
        Command::Validate(arguments) => validate::validate(&arguments),
        Command::Calibrate(arguments) => calibrate::calibrate(&arguments),
        Command::Simulate(arguments) => simulate::simulate(&arguments),
        Command::Dsmts(arguments) => dsmts::dsmts(&arguments),
        Command::Check { scenarios } => check(&scenarios),
        Command::New { name, well } => new::write(&name, well),
        Command::List => list(),
        Command::Model { name, word } => model::print(&name, word.as_deref()),
        Command::Readouts { word } => readouts::print(word.as_deref()),
        Command::Explain { word } => explain::print(&word),
        Command::Completions { shell } => Ok(completions(shell)),
        Command::Diff { a, b, all } => diff::diff(&a, &b, all),
        Command::Schema => schema(),
        Command::Lab(arguments) => lab::lab(&arguments),
        Command::Report { results } => report(&results),
    };
    match done {
        Ok(exit) => whole(exit).into(),
        Err(failure) => failure.report().into(),
    }
}

/// The name of a command that prints a document for scripts.
fn named(command: &Command) -> Option<&'static str> {
    match command {
        Command::Run(arguments) if arguments.shards.is_none() => Some("run"),
        Command::Status { .. } => Some("status"),
        Command::Resume(_) => Some("resume"),
        Command::Merge { .. } => Some("merge"),
        Command::Validate(_) => Some("validate"),
        Command::Check { .. } => Some("check"),
        Command::List => Some("list"),
        Command::Model { .. } => Some("model"),
        Command::Readouts { .. } => Some("readouts"),
        Command::Explain { .. } => Some("explain"),
        Command::Diff { .. } => Some("diff"),
        Command::Simulate(_) => Some("simulate"),
        Command::Dsmts(_) => Some("dsmts"),
        Command::Calibrate(_) => Some("calibrate"),
        Command::Report { .. } => Some("report"),
        _ => None,
    }
}

/// What was done is no success if what it printed is lost.
fn whole(exit: Exit) -> Exit {
    match output::lost() {
        Some(error) if exit == Exit::Done => {
            output::remark(&format!("error: cannot write to standard output: {error}"));
            Exit::Failed
        }
        _ => exit,
    }
}

fn check(names: &[String]) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut files = Vec::new();
    for name in names {
        match check_one(name) {
            Ok(good) => {
                columns::paragraph(&format!("{name}: good; {good}"), 4);
                files.push(json!({ "name": name, "good": true, "holds": good, "errors": [] }));
            }
            Err(error) => {
                let failure = Failure::from(error);
                exit = failure.exit();
                if !script::is_asked() {
                    failure.print();
                }
                let errors = script::errors(&failure);
                files.push(json!({ "name": name, "good": false, "errors": errors }));
            }
        }
    }
    Ok(script::document(exit, json!({ "files": files })))
}

/// What a good file holds, in a few words.
fn check_one(name: &str) -> Result<String, Error> {
    let found = catalogue::find(name);
    if let Ok(source) = &found {
        output::stands_in(name, &source.name);
    }
    match found {
        Ok(source) if is_model(&source.text) => check_network(source),
        Err(Error::OtherCommand { .. }) => check_shipped_network(name),
        Err(Error::UnknownScenario { .. }) if catalogue::find_network(name).is_ok() => {
            check_shipped_network(name)
        }
        Ok(source) if mouse::Model::is_model(&source.text) => {
            let model = mouse::Model::read(&source.origin, source.text)?;
            Ok(format!(
                "a model, {}, {}",
                number::counted(model.file.parameters.len(), "parameter", "parameters"),
                number::counted(model.file.receptors.len(), "kind of cell", "kinds of cell"),
            ))
        }
        found => {
            let plan = Plan::new(found?, &Overrides::default())?;
            for remark in &plan.remarks {
                output::remark(&format!("note: {remark}"));
            }
            Ok(table::size(&plan))
        }
    }
}

fn check_shipped_network(name: &str) -> Result<String, Error> {
    let source = catalogue::find_network(name)?;
    output::stands_in(name, &source.name);
    check_network(source)
}

fn check_network(source: Source) -> Result<String, Error> {
    let model = Model::read(source, Default::default(), &[])?;
    let settings = Settings {
        // Not every model says where its run ends, and none has to.
        until: model.run.until.or(Some(1.0)),
        ..Settings::default()
    };
    let plan = NetworkPlan::new(model, &settings)?;
    let network = &plan.model.network;
    Ok(format!(
        "{}, {}, method {}",
        number::counted(network.species().len(), "species", "species"),
        number::counted(network.channels().len(), "channel", "channels"),
        plan.choice.method.name()
    ))
}

fn list() -> Result<Exit, Failure> {
    let names = catalogue::scenarios().chain(PUBLISHED).chain(NETWORKS);
    let width = names.map(|shipped| shipped.name.len()).max().unwrap_or(0);
    let mut all = Map::new();
    let mut print = |key: &str, title: &str, lines: Vec<(&str, String)>| {
        columns::paragraph(title, 2);
        let rows: Vec<[String; 2]> = lines
            .iter()
            .map(|(name, about)| [format!("{name:width$}"), about.clone()])
            .collect();
        columns::listed(&rows, 2);
        let rows = lines.iter();
        let rows: Value = rows
            .map(|(name, about)| json!({ "name": name, "about": about }))
            .collect();
        all.insert(key.into(), rows);
    };
    for (key, title, scenarios) in [
        ("mice", "Mice, for `paracrine run`:", SCENARIOS),
        (
            "wells",
            "\nWells, one effect of IL-2 each, for `paracrine run`:",
            CULTURES,
        ),
        (
            "published",
            "\nPublished rows, for `paracrine validate`:",
            PUBLISHED,
        ),
    ] {
        let mut lines = Vec::new();
        for shipped in scenarios {
            let plan = Plan::new(catalogue::find(shipped.name)?, &Overrides::default())?;
            lines.push((shipped.name, plan.question));
        }
        print(key, title, lines);
    }
    let mut lines = Vec::new();
    for shipped in MODELS {
        lines.push((shipped.name, catalogue::model(shipped.name)?.file.title));
    }
    print("models", "\nModels, for `paracrine model`:", lines);
    let mut lines = Vec::new();
    for shipped in NETWORKS {
        let model = Model::find(shipped.name, Default::default(), &[])?;
        lines.push((shipped.name, model.title));
    }
    print(
        "networks",
        "\nReaction networks, for `paracrine simulate`:",
        lines,
    );
    Ok(script::document(Exit::Done, Value::Object(all)))
}

fn schema() -> Result<Exit, Failure> {
    let vocabulary = catalogue::vocabulary(&catalogue::model("mouse")?.file);
    output::line(&format!(
        "{:#}",
        paracrine_scenario::language::schema(&vocabulary)
    ));
    Ok(Exit::Done)
}

fn completions(shell: Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "paracrine", &mut script);
    output::line(String::from_utf8_lossy(&script).trim_end());
    Exit::Done
}

fn report(results: &Path) -> Result<Exit, Failure> {
    Directory::open(results)?;
    let is_there = |name: &str| results.join(name).is_file();
    // A run of a scenario may keep a model, too.
    let is_network = ["model.ron", "model.xml"].into_iter().any(is_there);
    if is_network && !is_there("scenario.ron") {
        return Err(Failure::Setting(format!(
            "{} holds results of `paracrine simulate`, which has no page: its tables are all there is",
            results.display()
        )));
    }
    // What cannot be read says where; what can be and is not what the run wrote gets no page.
    let page = paracrine_report::render(results)?;
    tables::verify(results)?;
    let page = paracrine_report::put_page(results, &page)?;
    output::line(&format!("{}", page.display()));
    let body = json!({ "results": script::path(results), "report": script::path(&page) });
    Ok(script::document(Exit::Done, body))
}
