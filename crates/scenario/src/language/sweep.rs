//! Sweeps: a scenario at several points, with other values at each.
//!
//! A value that is swept stands in the text as `"$dose"`. For each point the tree of the text is copied with the value of
//! that point in its place, and everything is checked anew. A value that was written keeps the place at which it stands
//! in the `sweep` clause, so that a fault of it is found there.

mod clause;
pub(crate) mod points;

use super::check::check;
use super::fault::{Fault, Faults, any_of, nearest, place, quoted};
use super::reader::{At, Reader};
use super::scenario::Scenario;
use super::sizes::{self, MOST_VALUES};
use super::spans::{Document, Field, Node, Shape, child_path};
use super::vocabulary::Vocabulary;
pub(super) use clause::SWEEP;
use std::collections::HashMap;
use std::ops::Range;

/// The most points of a sweep.
pub const MOST_SWEEP_POINTS: usize = 10_000;

/// The most axes of a sweep.
pub const MOST_AXES: usize = 64;

/// The most arms at all points together: each is planned before anything runs.
pub const MOST_ARMS: usize = 100_000;

/// Faults after which no further point is looked at.
const ENOUGH_FAULTS: usize = 20;

/// Keys of text that is nobody's value.
const TEXTS: [&str; 3] = ["name", "tag", "source"];

/// The fields of a scenario in which values may be swept.
const SWEPT: [&str; 6] = ["host", "overlay", "drugs", "forms", "antigens", "arms"];

/// Fields whose values hold for all points.
const SHARED: [&str; 3] = ["run", "readouts", "expect"];

/// How the points of a sweep are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Every value of each axis with every value of the others; the last axis goes fastest.
    Grid,
    /// The first values of all axes, then the second ones, and so on.
    List,
    /// A Latin hypercube: of as many equal parts of each range as there are points, one point in each (McKay, Beckman and
    /// Conover 1979, doi:10.2307/1268522).
    LatinHypercube,
    /// The first points of a Sobol sequence, scrambled (Owen 1995; Burley 2020, JCGT 9(4)).
    Sobol,
}

impl Method {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::List => "list",
            Self::LatinHypercube => "latin_hypercube",
            Self::Sobol => "sobol",
        }
    }
}

/// What an axis of a sweep changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Its name.
    pub name: String,
    /// The unit of its values; empty for pure numbers.
    pub unit: String,
    /// Whether it is a parameter of the model.
    pub is_parameter: bool,
    /// Where its values come from.
    pub values: Values,
}

/// Where the values of an axis come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// They are written, each in the axis's unit.
    Listed(Vec<f64>),
    /// They are drawn from a range.
    Drawn {
        /// Lower end, in the axis's unit.
        low: f64,
        /// Upper end.
        high: f64,
        /// Whether equal ratios are equally likely, not equal differences.
        is_log: bool,
    },
}

impl Axis {
    /// Whether its values are better shown on a logarithmic axis: drawn so, or above zero and spread over a factor of 20.
    #[must_use]
    pub fn is_log(&self) -> bool {
        match &self.values {
            Values::Drawn { is_log, .. } => *is_log,
            Values::Listed(values) => {
                let low = values.iter().copied().fold(f64::INFINITY, f64::min);
                let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                low > 0.0 && high >= 20.0 * low
            }
        }
    }
}

/// A sweep, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// How its points are chosen.
    pub method: Method,
    /// What it changes, at least one.
    pub axes: Vec<Axis>,
    /// The value of each axis at each point, in the axis's unit: `points[point][axis]`.
    pub points: Vec<Vec<f64>>,
    /// Where the axes stand in the text, and where their written values do.
    places: Vec<Place>,
}

/// Where an axis stands in the text.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    /// Its path.
    path: String,
    /// The bytes of its written values.
    values: Vec<Range<usize>>,
}

impl Sweep {
    /// The values at a point in words: `dose 10 ug, level 0.5`.
    #[must_use]
    pub fn words(&self, point: usize) -> String {
        let words = self.axes.iter().zip(&self.points[point]);
        let words: Vec<String> = words
            .map(|(axis, value)| {
                format!("{} {} {}", axis.name, in_digits(*value), axis.unit)
                    .trim_end()
                    .to_owned()
            })
            .collect();
        words.join(", ")
    }

    /// The smallest and the largest value of an axis.
    #[must_use]
    pub fn range(&self, axis: usize) -> (f64, f64) {
        let values = self.points.iter().map(|point| point[axis]);
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        values.fold(start, |(low, high), value| {
            (low.min(value), high.max(value))
        })
    }

    /// The path in the text of the axis with this name.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<&str> {
        let index = self.axes.iter().position(|axis| axis.name == name)?;
        Some(&self.places[index].path)
    }

    /// Where a fault at a path stands of which a point says no more: at the value of the axis that is used there, if it is written.
    fn place(&self, document: &Document<'_>, path: &str, point: usize) -> Range<usize> {
        let used = place(Some(document), path);
        let written = document.text()[used.clone()].trim_matches('"');
        let is_it = |index: &usize| match written.strip_prefix('$') {
            Some(name) => self.axes[*index].name == name,
            None => self.places[*index].path == path,
        };
        let value = (0..self.axes.len()).find(is_it).and_then(|index| {
            let Values::Listed(values) = &self.axes[index].values else {
                return None;
            };
            let own = self.points[point][index].to_bits();
            let number = values.iter().position(|value| value.to_bits() == own)?;
            self.places[index].values.get(number).cloned()
        });
        value.unwrap_or(used)
    }

    /// The axis whose written value covers these bytes.
    fn axis_at(&self, span: &Range<usize>) -> Option<&Axis> {
        let holds = |place: &&Place| {
            let mut values = place.values.iter();
            values.any(|value| value.start <= span.start && span.end <= value.end)
        };
        let index = self.places.iter().position(|place| holds(&place))?;
        Some(&self.axes[index])
    }
}

/// A value with all its digits, as people write it.
pub(super) fn in_digits(value: f64) -> String {
    let is_plain = value == 0.0 || (1e-4..1e7).contains(&value.abs());
    if is_plain {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// A scenario at each of its points; one point where it has no sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// The sweep, if it has one.
    pub sweep: Option<Sweep>,
    /// The scenario with the values of each point; at least one.
    pub scenarios: Vec<Scenario>,
}

/// The scenario in a tree of so many values at each of its points. `seed` replaces that of the scenario.
pub(super) fn check_points(
    document: &Document<'_>,
    vocabulary: &Vocabulary,
    seed: Option<u64>,
    values: usize,
    further: &dyn Fn(&Scenario) -> Vec<Fault>,
) -> Result<Points, Vec<Fault>> {
    let mut reader = Reader::new(document);
    let clause = field(document.root(), "sweep").map(|node| At {
        node,
        path: "sweep".to_owned(),
    });
    let Some(clause) = clause.filter(|at| !matches!(at.node.shape, Shape::Word("None"))) else {
        uses(&mut reader, |reader, at, name| {
            let expected = format!("a value, or a `sweep` with an axis `{name}`");
            reader.fault(at, &quoted(&format!("${name}")), &expected);
        });
        if !reader.faults.is_empty() {
            return Err(reader.faults);
        }
        return check(document, vocabulary, None, further).map(|scenario| Points {
            sweep: None,
            scenarios: vec![scenario],
        });
    };
    let seed = seed.unwrap_or_else(|| written_seed(document));
    let read = clause::read(&mut reader, &clause, vocabulary, seed);
    let Some((sweep, written)) = read.filter(|_| reader.faults.is_empty()) else {
        return Err(reader.faults);
    };
    check_uses(&mut reader, &sweep, vocabulary);
    // Those of the sweep itself stand in no point.
    let own = sizes::count_in(document.text(), clause.node).map_err(|fault| vec![*fault])?;
    let (points, values) = (sweep.points.len(), values - own);
    if points.saturating_mul(values) > MOST_VALUES {
        let found = format!("{points} points of a scenario of {values} values");
        reader.fault(
            &clause,
            &found,
            &format!("at most {MOST_VALUES} values in all"),
        );
    }
    if !reader.faults.is_empty() {
        return Err(reader.faults);
    }
    let (mut scenarios, mut sound) = (Vec::new(), Vec::new());
    let mut faults = Vec::new();
    for point in 0..sweep.points.len() {
        let texts = written.texts(&sweep, point);
        let root = at_point(document.root(), &sweep, &written, point, &texts);
        match check(&document.with_root(root), vocabulary, Some(&sweep), further) {
            Ok(scenario) => {
                let (points, arms) = (sweep.points.len(), scenario.arms.len());
                if points * arms > MOST_ARMS {
                    let found = format!("{points} points of {arms} arms");
                    reader.fault(&clause, &found, &format!("at most {MOST_ARMS} arms in all"));
                    return Err(reader.faults);
                }
                scenarios.push(scenario);
                sound.push(point);
            }
            Err(found) => faults.push((point, found)),
        }
        if is_enough(&faults) {
            break;
        }
    }
    if faults.is_empty() {
        meant_somewhere(&mut reader, &sweep, &scenarios);
        if !reader.faults.is_empty() {
            return Err(reader.faults);
        }
        let sweep = Some(sweep);
        return Ok(Points { sweep, scenarios });
    }
    let looked_at = scenarios.len() + faults.len();
    for (point, scenario) in sound.into_iter().zip(&scenarios) {
        if is_enough(&faults) {
            break;
        }
        let found = further(scenario);
        if !found.is_empty() {
            faults.push((point, found));
        }
    }
    faults.sort_by_key(|(point, _)| *point);
    Err(merged(document.text(), &sweep, looked_at, faults))
}

/// Whether there are so many faults that no further point need be looked at.
pub(crate) fn is_enough(faults: &[(usize, Vec<Fault>)]) -> bool {
    let count: usize = faults.iter().map(|(_, found)| found.len()).sum();
    count > ENOUGH_FAULTS
}

/// The faults of several points, each once, with the value or the point it is about. Of `looked_at` points those named have
/// faults.
pub(crate) fn merged(
    text: &str,
    sweep: &Sweep,
    looked_at: usize,
    faults: Vec<(usize, Vec<Fault>)>,
) -> Vec<Fault> {
    let key = |fault: &Fault| {
        let Fault {
            path,
            span,
            found,
            expected,
            ..
        } = fault;
        (path.clone(), span.clone(), found.clone(), expected.clone())
    };
    let mut counts = HashMap::new();
    for fault in faults.iter().flat_map(|(_, found)| found) {
        *counts.entry(key(fault)).or_insert(0_usize) += 1;
    }
    let mut merged = Vec::new();
    let document = Document::read(text).ok();
    for (point, fault) in faults
        .into_iter()
        .flat_map(|(point, found)| found.into_iter().map(move |fault| (point, fault)))
    {
        // What is taken out was told already.
        let Some(count) = counts.remove(&key(&fault)) else {
            continue;
        };
        let span = fault.span.clone().unwrap_or_else(|| {
            let document = document.as_ref();
            document.map_or(0..0, |document| sweep.place(document, &fault.path, point))
        });
        let note = match sweep.axis_at(&span) {
            Some(axis) if fault.path.starts_with("sweep") => {
                format!(" (of the axis `{}`)", axis.name)
            }
            Some(axis) => format!(
                " (a value of the axis `{}`, for `{}`)",
                axis.name, fault.path
            ),
            None if count == looked_at => String::new(),
            None => format!(" (at point {point}: {})", sweep.words(point)),
        };
        let expected = format!("{}{note}", fault.expected);
        merged.push(
            Fault::new(text, &fault.path, span, &fault.found, &expected)
                .with_nearest(fault.nearest),
        );
    }
    merged
}

/// The seed as it is written, or the default; a faulty one is reported elsewhere.
fn written_seed(document: &Document<'_>) -> u64 {
    let seed = field(document.root(), "run").and_then(|run| field(run, "seed"));
    match seed.map(|node| &node.shape) {
        Some(Shape::Number(number)) => ron::from_str(number).unwrap_or(1),
        _ => 1,
    }
}

fn field<'n, 't>(node: &'n Node<'t>, key: &str) -> Option<&'n Node<'t>> {
    let Shape::Fields(fields) = &node.shape else {
        return None;
    };
    let found = fields.iter().find(|field| field.key == key);
    found.map(|field| &field.value)
}

/// Calls `each` for every value of the form `"$name"` in a field in which values may be swept.
fn uses<'d>(reader: &mut Reader<'d>, mut each: impl FnMut(&mut Reader<'d>, &At<'d>, &'d str)) {
    let root = reader.root();
    for key in SWEPT {
        if let Some(node) = field(root.node, key) {
            walk(
                reader,
                &At {
                    node,
                    path: key.to_owned(),
                },
                &mut each,
            );
        }
    }
}

fn walk<'d>(
    reader: &mut Reader<'d>,
    at: &At<'d>,
    each: &mut impl FnMut(&mut Reader<'d>, &At<'d>, &'d str),
) {
    if let Some(name) = swept(at.node) {
        each(reader, at, name);
        return;
    }
    match &at.node.shape {
        Shape::List(members) | Shape::Values(members) => {
            for (index, node) in members.iter().enumerate() {
                let path = format!("{}[{index}]", at.path);
                walk(reader, &At { node, path }, each);
            }
        }
        Shape::Fields(fields) => {
            for Field { key, value, .. } in fields {
                if !TEXTS.contains(key) {
                    let path = child_path(&at.path, key);
                    walk(reader, &At { node: value, path }, each);
                }
            }
        }
        Shape::Map(entries) => {
            for (key, node) in entries {
                let Shape::Text { value, .. } = &key.shape else {
                    continue;
                };
                let path = child_path(&at.path, value);
                walk(reader, &At { node, path }, each);
            }
        }
        _ => {}
    }
}

/// The name of the axis for whose value a node stands.
fn swept<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match &node.shape {
        Shape::Text { value, .. } => value.strip_prefix('$'),
        _ => None,
    }
}

/// Reports names without an axis, axes that nothing uses, and swept values where none may be.
fn check_uses(reader: &mut Reader<'_>, sweep: &Sweep, vocabulary: &Vocabulary) {
    let names = || sweep.axes.iter().map(|axis| axis.name.as_str());
    // One that was meant by a misspelt name was told of there.
    let mut is_used: Vec<bool> = sweep.axes.iter().map(|axis| axis.is_parameter).collect();
    uses(reader, |reader, at, name| {
        match sweep.axes.iter().position(|axis| axis.name == name) {
            Some(_) if at.path == "host.step" => same_everywhere(reader, at, name),
            Some(index) => is_used[index] = true,
            None => {
                let axes: Vec<String> = names().map(|name| format!("${name}")).collect();
                let expected = format!("an axis of the sweep: {}", any_of(&axes, '"'));
                let near = nearest(name, names());
                let meant = names().position(|name| near.as_deref() == Some(name));
                if let Some(index) = meant {
                    is_used[index] = true;
                }
                let near = near.map(|name| format!("${name}"));
                let found = quoted(&format!("${name}"));
                let span = at.node.span.clone();
                reader.fault_at(at, span, &found, &expected, near);
            }
        }
    });
    let root = reader.root();
    for key in SHARED {
        if let Some(node) = field(root.node, key) {
            let at = At {
                node,
                path: key.to_owned(),
            };
            walk(reader, &at, &mut |reader, at, name| {
                same_everywhere(reader, at, name);
            });
        }
    }
    for (index, axis) in sweep
        .axes
        .iter()
        .enumerate()
        .filter(|(index, _)| !is_used[*index])
    {
        let name = &axis.name;
        let path = format!("{}.name", sweep.places[index].path);
        let parameters = vocabulary
            .parameters
            .iter()
            .map(|known| known.name.as_str());
        let near = nearest(name, parameters);
        let expected = format!("`\"${name}\"` in place of a value, or the name of a parameter");
        let found = format!("the axis {}, which nothing uses", quoted(name));
        let text = reader.text_of_file();
        let fault = Fault::at_path(text, &path, &found, &expected);
        reader.faults.push(fault.with_nearest(near));
    }
}

fn same_everywhere<'d>(reader: &mut Reader<'d>, at: &At<'d>, name: &str) {
    let found = quoted(&format!("${name}"));
    let expected = "a value here: this is the same at every point of a sweep";
    reader.fault(at, &found, expected);
}

/// Reports bands that are meant for values which no point has together.
fn meant_somewhere(reader: &mut Reader<'_>, sweep: &Sweep, scenarios: &[Scenario]) {
    let expectations = scenarios.first().map_or(&[][..], |one| &one.expectations);
    for (index, expectation) in expectations.iter().enumerate() {
        if !sweep
            .points
            .iter()
            .any(|point| expectation.is_meant_at(point))
        {
            reader.faults.push(Fault::at_path(
                reader.text_of_file(),
                &format!("expect[{index}].where"),
                "values that no point has together",
                "those of a point",
            ));
        }
    }
}

/// What the values of the axes are in the text.
pub(super) struct Written<'d> {
    /// The names of the axes.
    names: Vec<&'d Node<'d>>,
    /// Written values by axis and number; none where they are drawn.
    values: Vec<Vec<&'d Node<'d>>>,
    /// Which of the written values each point has, by axis.
    chosen: Vec<Vec<usize>>,
}

impl Written<'_> {
    /// What is drawn, as it would be written; empty where a value is written.
    fn texts(&self, sweep: &Sweep, point: usize) -> Vec<String> {
        let axes = sweep.axes.iter().zip(&sweep.points[point]);
        axes.map(|(axis, value)| match axis.values {
            Values::Listed(_) => String::new(),
            Values::Drawn { .. } => format!("{value} {}", axis.unit).trim_end().to_owned(),
        })
        .collect()
    }
}

/// The scenario with the values of a point in their places.
fn at_point<'a>(
    root: &'a Node<'a>,
    sweep: &Sweep,
    written: &'a Written<'_>,
    point: usize,
    texts: &'a [String],
) -> Node<'a> {
    let value = |axis: usize, place: &Range<usize>| -> Node<'a> {
        if let Some(chosen) = written.chosen.get(point).filter(|_| texts[axis].is_empty()) {
            return written.values[axis][chosen[axis]].clone();
        }
        let shape = match sweep.axes[axis].unit.as_str() {
            "" => Shape::Number(&texts[axis]),
            _ => Shape::Text {
                value: texts[axis].clone(),
                verbatim_from: None,
            },
        };
        Node {
            span: place.clone(),
            name: None,
            shape,
        }
    };
    let Shape::Fields(fields) = &root.shape else {
        return root.clone();
    };
    let by_name = |name: &str, place: &Range<usize>| {
        let axis = sweep.axes.iter().position(|axis| axis.name == name)?;
        Some(value(axis, place))
    };
    let mut fields: Vec<Field<'a>> = fields
        .iter()
        .map(|field| {
            if SWEPT.contains(&field.key) {
                Field {
                    value: replaced(&field.value, &by_name),
                    ..field.clone()
                }
            } else if field.key == "sweep" {
                // It was read for all points; its lists may be long.
                let value = Node {
                    span: field.value.span.clone(),
                    name: None,
                    shape: Shape::Word("None"),
                };
                Field {
                    key: field.key,
                    key_span: field.key_span.clone(),
                    value,
                }
            } else {
                field.clone()
            }
        })
        .collect();
    let parameters = sweep
        .axes
        .iter()
        .enumerate()
        .filter(|(_, axis)| axis.is_parameter);
    let changes: Vec<(Node<'a>, Node<'a>)> = parameters
        .map(|(index, _)| {
            let name = written.names[index];
            (name.clone(), value(index, &name.span))
        })
        .collect();
    // An overlay of `None` is none.
    fields.retain(|field| {
        field.key != "overlay" || !matches!(field.value.shape, Shape::Word("None"))
    });
    match fields.iter_mut().find(|field| field.key == "overlay") {
        Some(Field { value, .. }) => {
            // Anything but a map is a fault that is found later.
            if let Shape::Map(entries) = &mut value.shape {
                entries.extend(changes);
            }
        }
        None => {
            let span = root.closing();
            fields.push(Field {
                key: "overlay",
                key_span: span.clone(),
                value: Node {
                    span,
                    name: None,
                    shape: Shape::Map(changes),
                },
            });
        }
    }
    Node {
        span: root.span.clone(),
        name: root.name.clone(),
        shape: Shape::Fields(fields),
    }
}

/// A copy with values in the place of names.
fn replaced<'a>(
    node: &Node<'a>,
    value: &impl Fn(&str, &Range<usize>) -> Option<Node<'a>>,
) -> Node<'a> {
    if let Some(found) = swept(node).and_then(|name| value(name, &node.span)) {
        return found;
    }
    let shape = match &node.shape {
        Shape::List(members) => {
            Shape::List(members.iter().map(|one| replaced(one, value)).collect())
        }
        Shape::Values(members) => {
            Shape::Values(members.iter().map(|one| replaced(one, value)).collect())
        }
        Shape::Map(entries) => Shape::Map(
            entries
                .iter()
                .map(|(key, one)| (key.clone(), replaced(one, value)))
                .collect(),
        ),
        Shape::Fields(fields) => Shape::Fields(
            fields
                .iter()
                .map(|field| {
                    if TEXTS.contains(&field.key) {
                        return field.clone();
                    }
                    Field {
                        value: replaced(&field.value, value),
                        ..field.clone()
                    }
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node {
        span: node.span.clone(),
        name: node.name.clone(),
        shape,
    }
}

/// Reads and checks a scenario at each of its points. `seed` replaces that of the scenario.
///
/// # Errors
/// [`Faults`]: the first fault of syntax, or else everything else that is wrong at any point.
pub fn parse_points(
    source_name: &str,
    text: &str,
    vocabulary: &Vocabulary,
    seed: Option<u64>,
) -> Result<Points, Faults> {
    parse_points_and(source_name, text, vocabulary, seed, &|_| Vec::new())
}

/// As [`parse_points`]. What is read of a faulty scenario has `further` faults, which are told with the others; values that are no
/// numbers or empty names stand in it for what could not be read.
pub(crate) fn parse_points_and(
    source_name: &str,
    text: &str,
    vocabulary: &Vocabulary,
    seed: Option<u64>,
    further: &dyn Fn(&Scenario) -> Vec<Fault>,
) -> Result<Points, Faults> {
    let document = super::scenario::read(source_name, text)?;
    let checked = match sizes::count(&document) {
        Ok(values) => check_points(&document, vocabulary, seed, values, further),
        Err(fault) => Err(vec![*fault]),
    };
    checked.map_err(|faults| Faults::new(source_name, text, faults))
}

/// The model that a text asks for, as far as that can be seen without checks.
#[must_use]
pub fn model_of(text: &str) -> Option<String> {
    let document = Document::read(text).ok()?;
    match &field(document.root(), "model")?.shape {
        Shape::Text { value, .. } => Some(value.clone()),
        _ => None,
    }
}

/// Whether a text has a sweep, as far as that can be seen without checks, which are made at every point of it.
#[must_use]
pub fn sweeps(text: &str) -> bool {
    Document::read(text).is_ok_and(|document| field(document.root(), "sweep").is_some())
}

/// The text of a scenario with another model; as it is where it cannot be read, which is told of elsewhere.
pub(crate) fn with_model(text: &str, model: &str) -> String {
    let Ok(document) = Document::read(text) else {
        return text.to_owned();
    };
    let root = document.root();
    let written = format!("{model:?}");
    let mut text = text.to_owned();
    match field(root, "model") {
        Some(old) => text.replace_range(old.span.clone(), &written),
        None => {
            let bracket = text[root.span.clone()].find('(');
            let Some(bracket) = bracket else {
                return text;
            };
            text.insert_str(
                root.span.start + bracket + 1,
                &format!("model: {written}, "),
            );
        }
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests;
