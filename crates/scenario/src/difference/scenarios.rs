//! Two scenarios, field by field. Layout, comments, the order of keys, of arms, of readouts and of bands do not matter.

use super::{Difference, inside, note, time};
use crate::Error;
use crate::catalogue::{self, Source};
use crate::language::{
    self, Against, Antigen, Arm, Culture, Dose, Drug, Expectation, GeneExpression, Host,
    Intervention, LigandForm, Marrow, Medium, OverlayValue, Points, Route, Row, RowCondition,
    RunSettings, Scenario, Schedule, SignalForce, Sort, StopRule, Supply, Values,
};
use crate::model::{Model, is_file};
use crate::plan::{Overrides, Plan};
use paracrine_cells::host::Gate;
use std::collections::BTreeMap;
use std::path::Path;

/// What differs between two scenarios.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioDifference {
    /// Everything that differs, in the order of the first scenario.
    pub differences: Vec<Difference>,
    /// The first arm of each, where they are not the same: all other arms are compared with it.
    pub first_arms: Option<(String, String)>,
}

/// Compares two scenarios, each checked as for a run.
///
/// # Errors
/// All faults of the first scenario that has any.
pub fn scenarios(a: &Source, b: &Source) -> Result<ScenarioDifference, Error> {
    let (a, b) = (Read::new(a)?, Read::new(b)?);
    let mut d = Vec::new();
    let (first, second) = (sweep_fields(&a), sweep_fields(&b));
    keyed(&mut d, "sweep", &first, &second);
    d.extend(at_point(&a, &b, 0));
    // Values of points are counterparts only where the points are.
    if first == second {
        for point in 1..a.points.scenarios.len() {
            for difference in at_point(&a, &b, point) {
                let place = inside(&format!("point {point}"), &difference.place);
                // What differs at the first point was told.
                if !d.contains(&difference) {
                    d.push(Difference {
                        place,
                        ..difference
                    });
                }
            }
        }
    }
    let name = |read: &Read| read.at(0).arms.first().map(|arm| arm.name.clone());
    let first_arms = name(&a).zip(name(&b)).filter(|(a, b)| a != b);
    Ok(ScenarioDifference {
        differences: d,
        first_arms,
    })
}

/// What differs at one point of the sweeps, or without sweeps at all.
fn at_point(a: &Read, b: &Read, point: usize) -> Vec<Difference> {
    let mut d = Vec::new();
    let (one, other) = (a.at(point), b.at(point));
    let (first, second) = (fields(one), fields(other));
    keyed(&mut d, "", &first.head, &second.head);
    models(&mut d, a, b);
    keyed(&mut d, "", &first.host, &second.host);
    keyed(&mut d, "overlay", &first.overlay, &second.overlay);
    keyed(&mut d, "run", &first.run, &second.run);
    arms(&mut d, one, other);
    keyed(&mut d, "", &first.readouts, &second.readouts);
    bands(&mut d, &band_fields(a, point), &band_fields(b, point));
    keyed(&mut d, "expect", &row_fields(one), &row_fields(other));
    d
}

struct Read {
    points: Points,
    model: Model,
}

impl Read {
    fn new(source: &Source) -> Result<Self, Error> {
        // What only the plan sees is a fault too.
        let plan = Plan::new(source.clone(), &Overrides::default())?;
        let model = Model::find(&plan.model, Some(Path::new(&source.origin)))?;
        let mut vocabulary = catalogue::vocabulary(&catalogue::model("mouse")?.file);
        vocabulary.parameters = catalogue::vocabulary(&model.file).parameters;
        // With one seed equal sweeps have equal points; the seeds are compared by themselves.
        let points = language::parse_points(&source.origin, &source.text, &vocabulary, Some(1))?;
        Ok(Self { points, model })
    }

    fn at(&self, point: usize) -> &Scenario {
        &self.points.scenarios[point]
    }
}

/// A sweep as fields. Their order is part of the first: points are numbered by it.
fn sweep_fields(read: &Read) -> Fields {
    let Some(sweep) = &read.points.sweep else {
        return Vec::new();
    };
    let names: Vec<&str> = sweep.axes.iter().map(|axis| axis.name.as_str()).collect();
    let mut all = vec![
        field("method", sweep.method.name()),
        field("axes", &names.join(", ")),
        field("points", &sweep.points.len()),
    ];
    for axis in &sweep.axes {
        let values = match &axis.values {
            Values::Listed(values) => {
                let values: Vec<String> = values.iter().map(f64::to_string).collect();
                format!("{} {}", values.join(", "), axis.unit)
            }
            Values::Drawn { low, high, is_log } => {
                let scale = if *is_log { ", log" } else { "" };
                format!("{low} to {high} {}{scale}", axis.unit)
            }
        };
        all.push(field(&axis.name, values.trim_end()));
    }
    all
}

/// Names with values, in the order in which they are shown.
type Fields = Vec<(String, String)>;

fn field(name: &str, value: &(impl ToString + ?Sized)) -> (String, String) {
    (name.to_owned(), value.to_string())
}

/// Fields by name, whatever their order.
fn keyed(d: &mut Vec<Difference>, place: &str, a: &Fields, b: &Fields) {
    let value = |fields: &Fields, name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    let only_b = b.iter().filter(|(name, _)| value(a, name).is_none());
    for (name, _) in a.iter().chain(only_b) {
        note(d, &inside(place, name), value(a, name), value(b, name));
    }
}

/// The parts of a scenario that have fields of their own.
struct Parts {
    head: Fields,
    host: Fields,
    overlay: Fields,
    run: Fields,
    readouts: Fields,
}

/// Everything but arms and bands, which find their counterparts by more than a name.
fn fields(scenario: &Scenario) -> Parts {
    // Without `..`, so that a new field has to be thought of here.
    let Scenario {
        title,
        question,
        source,
        expected,
        model,
        overlay,
        host,
        run,
        snapshots_d,
        save_at_d,
        stop,
        adult_d,
        drugs,
        forms,
        antigens,
        arms: _,
        // They stand in arms and readouts.
        tags: _,
        drug_names: _,
        form_names: _,
        readouts,
        expectations: _,
        rows: _,
    } = scenario;
    let RunSettings {
        until_d,
        replicates,
        cells,
        seed,
        sample_every_d,
    } = run;
    let mut head = vec![field("title", title), field("question", question)];
    head.extend(source.iter().map(|text| field("source", text)));
    head.extend(expected.iter().map(|text| field("expected", text)));
    head.push(field("model", model));
    head.extend(drugs.iter().map(drug_field));
    head.extend(forms.iter().map(form_field));
    head.extend(adult_d.map(|days| field("start", &format!("adults of {}", time(days)))));
    head.extend(antigen_fields(antigens));
    Parts {
        head,
        host: host_fields(host),
        overlay: overlay.iter().map(overlay_field).collect(),
        run: [
            field("until", &time(*until_d)),
            field("replicates", replicates),
            field("cells", cells),
            field("seed", seed),
            field("sample_every", &time(*sample_every_d)),
        ]
        .into_iter()
        .chain(snapshots_field(snapshots_d))
        .chain(save_at_d.map(|days| field("save_at", &time(days))))
        .chain(stop.iter().flat_map(stop_fields))
        .collect(),
        readouts: readouts
            .iter()
            .map(|readout| {
                let value = readout.name.as_ref().map(|_| readout.value.to_string());
                field(&format!("readout {readout}"), &value.unwrap_or_default())
            })
            .collect(),
    }
}

fn snapshots_field(snapshots_d: &[f64]) -> Option<(String, String)> {
    let times: Vec<String> = snapshots_d.iter().map(|days| time(*days)).collect();
    (!times.is_empty()).then(|| field("snapshots", &times.join(", ")))
}

fn stop_fields(stop: &StopRule) -> [(String, String); 2] {
    let StopRule {
        readout,
        arm,
        at_d,
        tolerance,
        difference_from,
        batch,
    } = stop;
    let from = difference_from
        .as_ref()
        .map_or_else(String::new, |other| format!(" less that of {other:?}"));
    let value = format!(
        "{readout} of {arm:?}{from} at {}, half of the interval below {tolerance}",
        time(*at_d)
    );
    [field("stop_when", &value), field("batch", batch)]
}

fn drug_field(drug: &Drug) -> (String, String) {
    let Drug {
        name,
        target,
        kd_pm,
        half_life_d,
        killing_per_d,
        source,
    } = drug;
    let source = source
        .as_ref()
        .map_or_else(String::new, |text| format!(", {text}"));
    let half_life = time(*half_life_d);
    let value = format!(
        "{target}, Kd {kd_pm} pM, half-life {half_life}, killing {killing_per_d} 1/d{source}"
    );
    field(&format!("drug {name}"), &value)
}

fn signal_in_words(signal: &SignalForce) -> String {
    let SignalForce {
        signal,
        level,
        lineage,
        from_d,
        until_d,
    } = signal;
    let of = lineage
        .as_ref()
        .map_or_else(String::new, |lineage| format!(" of {lineage}"));
    let from = from_d.map_or_else(String::new, |days| format!(" from {}", time(days)));
    let until = until_d.map_or_else(String::new, |days| format!(" until {}", time(days)));
    format!("{signal}{of} forced to {level}{from}{until}")
}

fn forced(signals: &[SignalForce]) -> Fields {
    let all: Vec<String> = signals.iter().map(signal_in_words).collect();
    let all = (!all.is_empty()).then(|| field("signals", &all.join("; ")));
    all.into_iter().collect()
}

fn form_field(form: &LigandForm) -> (String, String) {
    let LigandForm {
        name,
        alpha,
        beta_gamma,
        in_solution,
        half_life_d,
        source,
    } = form;
    let source = source
        .as_ref()
        .map_or_else(String::new, |text| format!(", {text}"));
    let half_life = time(*half_life_d);
    let value = format!(
        "affinity {alpha} for CD25, {beta_gamma} for CD122 with CD132 ({in_solution} in solution), half-life {half_life}{source}"
    );
    field(&format!("form {name}"), &value)
}

/// What a scenario, or an arm beside it, says of antigens.
fn antigen_fields(antigens: &[Antigen]) -> Fields {
    let mut all = Vec::new();
    for antigen in antigens {
        let Antigen {
            name,
            precursors,
            level,
        } = antigen;
        let said = [("precursors", precursors), ("level", level)];
        let place = format!("antigen {name}");
        if said.iter().all(|(_, value)| value.is_none()) {
            all.push(field(&place, ""));
        }
        for (what, value) in said {
            all.extend(value.map(|value| field(&format!("{place}, {what}"), &value)));
        }
    }
    all
}

/// What is said of a part of the cells of a kind.
fn part_fields(fraction: f64, sort: &Option<Sort>) -> Fields {
    let mut fields = vec![field("fraction", &fraction)];
    fields.extend(sort.iter().map(sort_field));
    fields
}

fn sort_field(sort: &Sort) -> (String, String) {
    let Sort { chain, gate } = sort;
    let value = match gate {
        Gate::Between(above, below) => format!("{chain} above {above}, below {below}"),
        Gate::Highest(share) => format!("highest {share} of {chain}"),
        Gate::Lowest(share) => format!("lowest {share} of {chain}"),
    };
    field("sort", &value)
}

fn dose_in_words(dose: &Dose) -> String {
    match dose {
        Dose::Activity { iu } => format!("{iu} IU"),
        Dose::Mass { ug } => format!("{ug} ug"),
        Dose::Concentration { pm } => format!("{pm} pM"),
        Dose::Molecules { count } => format!("{count} molecules"),
    }
}

fn overlay_field(change: &OverlayValue) -> (String, String) {
    let OverlayValue {
        name,
        value,
        unit,
        given: _,
        is_plausible: _,
    } = change;
    field(name, &in_unit(*value, unit))
}

fn in_unit(value: f64, unit: &str) -> String {
    match unit {
        "" | "1" => value.to_string(),
        _ => format!("{value} {unit}"),
    }
}

fn host_fields(host: &Host) -> Fields {
    let Host::Culture(culture) = host else {
        return vec![field("host", "mouse")];
    };
    let Culture {
        volume_ul,
        medium,
        supply,
        step_d,
    } = culture;
    let supply = match supply {
        Supply::Closed => "closed",
        Supply::Clamped => "clamped",
    };
    let mut fields = vec![
        field("host", "culture"),
        field("host, volume", &format!("{volume_ul} ul")),
        field("host, supply", supply),
        field("host, step", &time(*step_d)),
    ];
    let medium = medium_fields(medium);
    fields.extend(
        medium
            .into_iter()
            .map(|(name, value)| (format!("host, {name}"), value)),
    );
    fields
}

fn medium_fields(medium: &Medium) -> Fields {
    let Medium {
        il2,
        il7,
        il15,
        ifn_gamma,
        stimulation,
        peptide_mhc,
        b7,
        help,
    } = medium;
    let peptide_mhc = peptide_mhc.map(|copies| copies as f64);
    [
        ("il2", il2, "pM"),
        ("il7", il7, "pM"),
        ("il15", il15, "pM"),
        ("ifn_gamma", ifn_gamma, "pM"),
        ("stimulation", stimulation, ""),
        ("peptide_mhc", &peptide_mhc, ""),
        ("b7", b7, ""),
        ("help", help, ""),
    ]
    .into_iter()
    .filter_map(|(name, value, unit)| {
        value.map(|value| field(&format!("medium {name}"), &in_unit(value, unit)))
    })
    .collect()
}

/// Models are compared by what they hold where at least one is a file: the name of a file says little.
fn models(d: &mut Vec<Difference>, a: &Read, b: &Read) {
    let is_own = |read: &Read| is_file(&read.at(0).model);
    if !is_own(a) && !is_own(b) {
        return;
    }
    let before = d.len();
    let parameters = |read: &Read| -> Fields {
        let all = read.model.file.parameters.iter();
        all.map(|(name, p)| field(name, &in_unit(p.value, &p.unit)))
            .collect()
    };
    let receptors = |read: &Read| -> Fields {
        let mut rows = Vec::new();
        for (kind, row) in &read.model.file.receptors {
            let mut columns: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for (column, value) in row.values() {
                columns.entry(column).or_default().push(value.to_string());
            }
            let named = |(column, values): (&str, Vec<String>)| {
                field(&format!("{kind}, {column}"), &values.join(", "))
            };
            rows.extend(columns.into_iter().map(named));
        }
        rows
    };
    keyed(d, "model, parameter", &parameters(a), &parameters(b));
    keyed(d, "model, receptors", &receptors(a), &receptors(b));
    let text = |read: &Read| read.model.texts[0].trim().to_owned();
    if d.len() == before && a.at(0).model == b.at(0).model && text(a) != text(b) {
        let what = |read: &Read| Some(format!("{:?}, a text of its own", read.model.file.title));
        d.push(Difference {
            place: "model, file".into(),
            a: what(a),
            b: what(b),
        });
    }
}

fn arms(d: &mut Vec<Difference>, a: &Scenario, b: &Scenario) {
    let named = |scenario: &'_ Scenario, name: &str| {
        scenario.arms.iter().find(|arm| arm.name == name).cloned()
    };
    let is_culture = |scenario: &Scenario| matches!(scenario.host, Host::Culture(_));
    for arm in &a.arms {
        let place = format!("arm {:?}", arm.name);
        match named(b, &arm.name) {
            None => note(d, &place, Some(in_words(arm, is_culture(a))), None),
            Some(other) => {
                let (
                    Arm {
                        name: _,
                        genotype,
                        marrow,
                        lacks,
                        signals,
                        antigens,
                        microbes,
                        medium,
                        interventions,
                    },
                    other,
                ) = (arm, other);
                keyed(
                    d,
                    &inside(&place, "expression of"),
                    &genes(genotype),
                    &genes(&other.genotype),
                );
                let missing = |lacks: &[String]| -> Fields {
                    let all = (!lacks.is_empty()).then(|| field("lacks", &lacks.join(", ")));
                    all.into_iter().collect()
                };
                keyed(d, &place, &missing(lacks), &missing(&other.lacks));
                keyed(d, &place, &forced(signals), &forced(&other.signals));
                keyed(
                    d,
                    &place,
                    &antigen_fields(antigens),
                    &antigen_fields(&other.antigens),
                );
                let load = |microbes: Option<f64>| -> Fields {
                    let given = microbes.map(|load| field("microbes", &load));
                    given.into_iter().collect()
                };
                keyed(d, &place, &load(*microbes), &load(other.microbes));
                keyed(
                    d,
                    &inside(&place, "marrow"),
                    &marrow_fields(marrow),
                    &marrow_fields(&other.marrow),
                );
                keyed(
                    d,
                    &place,
                    &medium_fields(medium),
                    &medium_fields(&other.medium),
                );
                let steps = |all: &[Intervention], is_culture| -> Vec<Step> {
                    all.iter().map(|one| Step::new(one, is_culture)).collect()
                };
                let first = steps(interventions, is_culture(a));
                let second = steps(&other.interventions, is_culture(b));
                in_order(d, &place, &first, &second);
            }
        }
    }
    for arm in b.arms.iter().filter(|arm| named(a, &arm.name).is_none()) {
        let place = format!("arm {:?}", arm.name);
        note(d, &place, None, Some(in_words(arm, is_culture(b))));
    }
}

fn genes(genotype: &[GeneExpression]) -> Fields {
    let mut genes: Fields = genotype
        .iter()
        .map(|change| {
            let GeneExpression {
                gene,
                expression,
                lineage,
                from_d,
            } = change;
            let mut name = gene.clone();
            name.extend(lineage.iter().map(|lineage| format!(" in {lineage}")));
            name.extend(from_d.map(|days| format!(" from {}", time(days))));
            field(&name, expression)
        })
        .collect();
    genes.sort();
    genes
}

fn marrow_fields(marrow: &[Marrow]) -> Fields {
    let mut parts: Fields = marrow
        .iter()
        .map(|part| {
            let Marrow {
                tag,
                share,
                genotype,
            } = part;
            field(tag, &format!("{share}, {}", genotype_in_words(genotype)))
        })
        .collect();
    parts.sort();
    parts
}

fn genotype_in_words(genotype: &[GeneExpression]) -> String {
    let genes: Vec<String> = genes(genotype)
        .into_iter()
        .map(|(gene, expression)| format!("{gene} {expression}"))
        .collect();
    if genes.is_empty() {
        "wild type".into()
    } else {
        genes.join(", ")
    }
}

fn in_words(arm: &Arm, is_culture: bool) -> String {
    let mut parts = vec![genotype_in_words(&arm.genotype)];
    if !arm.lacks.is_empty() {
        parts.push(format!("lacks {}", arm.lacks.join(", ")));
    }
    parts.extend(arm.signals.iter().map(signal_in_words));
    let antigens = antigen_fields(&arm.antigens).into_iter();
    parts.extend(antigens.map(|(name, value)| format!("{name} {value}")));
    parts.extend(arm.microbes.map(|load| format!("microbes {load}")));
    let marrow = marrow_fields(&arm.marrow);
    parts.extend(
        marrow
            .into_iter()
            .map(|(tag, part)| format!("marrow {tag}: {part}")),
    );
    let medium = medium_fields(&arm.medium);
    parts.extend(
        medium
            .into_iter()
            .map(|(name, value)| format!("{name} {value}")),
    );
    let steps = arm
        .interventions
        .iter()
        .map(|one| Step::new(one, is_culture).text());
    parts.extend(steps);
    parts.join("; ")
}

/// An intervention as a name and fields.
#[derive(Clone, PartialEq)]
struct Step {
    /// What is done to what: `deplete Treg`.
    name: String,
    fields: Fields,
}

impl Step {
    fn new(intervention: &Intervention, is_culture: bool) -> Self {
        let nothing = String::new();
        let (action, what, mut fields, schedule) = match intervention {
            Intervention::Deplete {
                kind,
                sort,
                fraction,
                schedule,
            } => ("deplete", kind, part_fields(*fraction, sort), schedule),
            Intervention::Stimulate {
                kind,
                sort,
                fraction,
                schedule,
            } => ("stimulate", kind, part_fields(*fraction, sort), schedule),
            Intervention::Tag {
                kind,
                sort,
                fraction,
                tag,
                genotype,
                schedule,
            } => {
                let mut fields = part_fields(*fraction, sort);
                fields.push(field("tag", tag));
                if !genotype.is_empty() {
                    fields.push(field("genotype", &genotype_in_words(genotype)));
                }
                ("tag", kind, fields, schedule)
            }
            Intervention::Inject {
                ligand,
                dose,
                route,
                schedule,
            } => {
                let route = match route {
                    Route::Subcutaneous => "subcutaneous",
                    Route::Intravenous => "intravenous",
                };
                let mut fields = vec![field("dose", &dose_in_words(dose))];
                // In a well there is only one.
                fields.extend((!is_culture).then(|| field("route", route)));
                ("inject", ligand, fields, schedule)
            }
            Intervention::Give {
                drug,
                dose,
                schedule,
            } => (
                "inject",
                drug,
                vec![field("dose", &dose_in_words(dose))],
                schedule,
            ),
            Intervention::Thymectomy { schedule } => ("thymectomy", &nothing, Vec::new(), schedule),
            Intervention::Transfer {
                kind,
                cells,
                genotype,
                tag,
                specificity,
                age_d,
                sort,
                schedule,
            } => {
                let genotype = match genotype {
                    Some(genotype) => genotype_in_words(genotype),
                    None if is_culture => "that of the arm".into(),
                    None => genotype_in_words(&[]),
                };
                let mut fields = vec![
                    field("cells", &format!("{cells} cells")),
                    field("genotype", &genotype),
                ];
                fields.extend(tag.iter().map(|tag| field("tag", tag)));
                let own = specificity.iter();
                fields.extend(own.map(|name| field("specificity", name)));
                fields.extend(age_d.map(|days| field("age", &time(days))));
                fields.extend(sort.iter().map(sort_field));
                ("transfer", kind, fields, schedule)
            }
            Intervention::Immunise {
                antigen,
                dose,
                half_life_d,
                adjuvant,
                schedule,
            } => (
                "immunise",
                antigen,
                vec![
                    field("dose", dose),
                    field("half_life", &time(*half_life_d)),
                    field("adjuvant", adjuvant),
                ],
                schedule,
            ),
            Intervention::Make {
                antigen,
                level,
                schedule,
            } => ("expose", antigen, vec![field("level", level)], schedule),
            Intervention::Expose { microbes, schedule } => (
                "expose",
                &nothing,
                vec![field("microbes", microbes)],
                schedule,
            ),
        };
        let Schedule {
            at_d,
            when,
            every_d,
            until_d,
        } = schedule;
        fields.push(field("at", &time(*at_d)));
        fields.extend(when.iter().map(|condition| field("when", condition)));
        fields.extend(every_d.map(|days| field("every", &time(days))));
        fields.extend(until_d.map(|days| field("until", &time(days))));
        Self {
            name: format!("{action} {what}").trim_end().to_owned(),
            fields,
        }
    }

    fn text(&self) -> String {
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        format!("{} ({})", self.name, fields.join(", "))
    }
}

/// Interventions in their order, which matters: equal ones are counterparts, then those that do the same to the same cells.
fn in_order(d: &mut Vec<Difference>, place: &str, a: &[Step], b: &[Step]) {
    let mut partner: Vec<Option<usize>> = vec![None; a.len()];
    let mut is_taken = vec![false; b.len()];
    for is_equal in [
        |a: &Step, b: &Step| a == b,
        |a: &Step, b: &Step| a.name == b.name,
    ] {
        for (step, partner) in a.iter().zip(&mut partner) {
            let free = |index: &usize| !is_taken[*index] && is_equal(step, &b[*index]);
            if partner.is_none()
                && let Some(found) = (0..b.len()).find(free)
            {
                is_taken[found] = true;
                *partner = Some(found);
            }
        }
    }
    for (step, partner) in a.iter().zip(&partner) {
        match partner {
            Some(index) => keyed(
                d,
                &inside(place, &step.name),
                &step.fields,
                &b[*index].fields,
            ),
            None => note(d, place, Some(step.text()), None),
        }
    }
    for (step, _) in b.iter().zip(&is_taken).filter(|(_, is_taken)| !**is_taken) {
        note(d, place, None, Some(step.text()));
    }
    let order: Vec<usize> = partner.into_iter().flatten().collect();
    if !order.is_sorted() {
        let names = |steps: &[Step]| {
            let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
            Some(names.join("; "))
        };
        d.push(Difference {
            place: inside(place, "order of interventions"),
            a: names(a),
            b: names(b),
        });
    }
}

fn bands(d: &mut Vec<Difference>, a: &[(String, Fields)], b: &[(String, Fields)]) {
    let words = |fields: &Fields| {
        let values: Vec<&str> = fields.iter().map(|(_, value)| value.as_str()).collect();
        Some(values.join("; "))
    };
    for (place, fields) in a {
        match b.iter().find(|(other, _)| other == place) {
            Some((_, others)) => keyed(d, place, fields, others),
            None => note(d, place, words(fields), None),
        }
    }
    for (place, fields) in b {
        if a.iter().all(|(other, _)| other != place) {
            note(d, place, None, words(fields));
        }
    }
}

/// The bands of a scenario; of a sweep those that are meant at a point.
fn band_fields(read: &Read, point: usize) -> Vec<(String, Fields)> {
    let values = read.points.sweep.as_ref().map(|sweep| &sweep.points[point]);
    let all = read.at(point).expectations.iter();
    all.filter(|one| values.is_none_or(|values| one.is_meant_at(values)))
        .map(band)
        .collect()
}

/// Published rows by id, each with everything it says.
fn row_fields(scenario: &Scenario) -> Fields {
    let said = |row: &Row| {
        let Row {
            id,
            tier,
            what,
            published,
            source,
            note,
            conditions,
            not_modelled,
        } = row;
        let tier = tier.map_or_else(|| "no tier".into(), |tier| format!("tier {tier}"));
        let mut words = vec![tier, what.clone(), published.clone(), source.clone()];
        words.extend(note.clone());
        words.extend(conditions.iter().map(condition));
        words.extend(
            not_modelled
                .iter()
                .map(|why| format!("not modelled: {why}")),
        );
        (id.clone(), words.join("; "))
    };
    scenario.rows.iter().map(said).collect()
}

/// A condition of a row in words: everything it says.
fn condition(condition: &RowCondition) -> String {
    let RowCondition {
        readout,
        arms,
        take,
        over_d: (first_d, last_d),
        since_d,
        after_d,
        relative_to,
        difference_from,
        relative_at_d,
        against,
        survivors_d,
        in_mice,
        band,
    } = condition;
    let mut text = format!("{take:?}").to_lowercase();
    text += &readout
        .iter()
        .map(|of| format!(" of {of}"))
        .collect::<String>();
    text += &format!(
        " in {} from {} to {}",
        arms.join(", "),
        time(*first_d),
        time(*last_d)
    );
    let ages = [
        ("since", *since_d),
        ("after", Some(*after_d).filter(|days| *days > 0.0)),
        ("read there at", *relative_at_d),
        ("of mice alive at", *survivors_d),
    ];
    text += &relative_to
        .iter()
        .map(|arm| format!(" x {arm}"))
        .collect::<String>();
    text += &difference_from
        .iter()
        .map(|arm| format!(" less {arm}"))
        .collect::<String>();
    for (word, days) in ages {
        text += &days.map_or_else(String::new, |days| format!(" {word} {}", time(days)));
    }
    text += &match against {
        None => String::new(),
        Some(Against::Numbers(numbers)) => format!(" against {numbers:?}"),
        Some(Against::Readout(readout)) => format!(" against {readout}"),
    };
    text += &format!(" {band}");
    text += &in_mice.map_or_else(String::new, |(low, high)| {
        format!(" in {low} to {high} of mice")
    });
    text
}

fn band(expectation: &Expectation) -> (String, Fields) {
    let Expectation {
        readout,
        arm,
        at_d,
        band,
        relative_to,
        source,
        // Bands are compared at the points at which they are meant.
        points: _,
    } = expectation;
    // A band of a ratio is another one than a band of values, whatever its numbers.
    let of = relative_to
        .as_ref()
        .map_or_else(String::new, |arm| format!(" x {arm}"));
    let mut fields = vec![field("band", &format!("{band}{of}"))];
    fields.extend(source.iter().map(|text| field("source", text)));
    (
        format!("band for {readout} of {arm:?} at {}", time(*at_d)),
        fields,
    )
}
