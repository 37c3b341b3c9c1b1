//! The `sweep` clause itself: its form and its checks.
use crate::tables::columns::{POINT, REPLICATE, SWEEP_SUMMARY};
use std::collections::HashSet;

use super::{Axis, MOST_AXES, MOST_SWEEP_POINTS, Method, Place, Sweep, Values, Written, points};
use crate::language::fault::{any_of, nearest, quoted};
use crate::language::reader::{At, Form, Group, Key, Reader, may, need};
use crate::language::spans::{Node, Shape};
use crate::language::vocabulary::{ParameterEntry, Vocabulary};

const METHODS: [Method; 4] = [
    Method::Grid,
    Method::List,
    Method::LatinHypercube,
    Method::Sobol,
];

/// The forms of a sweep, in the order of [`METHODS`].
pub(in crate::language) const SWEEP: Form = Form::OneOf(&[
    Form::Named("grid", LISTED),
    Form::Named("list", LISTED),
    Form::Named("latin_hypercube", DRAWN),
    Form::Named("sobol", DRAWN),
]);
const LISTED_EXAMPLE: &str = "(axes: [(name: \"dose\", values: [\"1 ug\", \"10 ug\"])])";
const LISTED: &[Key] = &[
    need("axes", "[(name: \"dose\", values: [\"1 ug\", \"10 ug\"])]").is(
        Form::Members(&Form::Group(LISTED_AXIS)),
        "what is changed, and to what",
    ),
];
const LISTED_AXIS_EXAMPLE: &str = "(name: \"dose\", values: [\"1 ug\", \"10 ug\"])";
const LISTED_AXIS: &[Key] = &[
    need("name", "\"dose\"").is(Form::Text, NAME_IS),
    need("values", "[\"1 ug\", \"10 ug\"]").is(Form::Members(&Form::Value), "its values"),
];
const DRAWN_EXAMPLE: &str =
    "(points: 32, axes: [(name: \"dose\", low: \"1 ug\", high: \"1 mg\", scale: log)])";
const DRAWN: &[Key] = &[
    need("points", "32").is(Form::Whole(1), "how many"),
    need(
        "axes",
        "[(name: \"dose\", low: \"1 ug\", high: \"1 mg\", scale: log)]",
    )
    .is(
        Form::Members(&Form::Group(DRAWN_AXIS)),
        "what is changed, and between what",
    ),
];
const DRAWN_AXIS_EXAMPLE: &str = "(name: \"dose\", low: \"1 ug\", high: \"1 mg\", scale: log)";
const DRAWN_AXIS: &[Key] = &[
    need("name", "\"dose\"").is(Form::Text, NAME_IS),
    may("low").is(
        Form::Value,
        "the lower end; of a parameter by default that of its plausible range",
    ),
    may("high").is(Form::Value, "the upper end"),
    may("scale").is(
        Form::Word(SCALES),
        "whether equal differences, the default, or equal ratios are equally likely",
    ),
];
const NAME_IS: &str = "a parameter of the model, or what stands as \"$name\" in place of values";
const SCALES: &[&str] = &["linear", "log"];

/// Whether a name is that of another column of a table in which an axis could be one.
fn is_column(name: &str) -> bool {
    let mut columns = SWEEP_SUMMARY.header();
    columns.any(|column| column == name) || [POINT.name, REPLICATE.name].contains(&name)
}

/// An axis with what it is in the text.
struct Read<'d> {
    axis: Axis,
    name: &'d Node<'d>,
    path: String,
    values: Vec<&'d Node<'d>>,
}

/// The sweep, with where its values are written; `None` only where a fault was reported.
pub(super) fn read<'d>(
    reader: &mut Reader<'d>,
    at: &At<'d>,
    vocabulary: &Vocabulary,
    seed: u64,
) -> Option<(Sweep, Written<'d>)> {
    let method = method(reader, at)?;
    let is_drawn = matches!(method, Method::LatinHypercube | Method::Sobol);
    let (keys, example) = if is_drawn {
        (DRAWN, DRAWN_EXAMPLE)
    } else {
        (LISTED, LISTED_EXAMPLE)
    };
    let example = format!("{}{example}", method.name());
    let group = reader.group(at, keys, &example)?;
    let axes_at = group.get("axes")?;
    let members = reader.list(axes_at, &format!("a list of axes, as in {example}"));
    if members.is_empty() {
        if matches!(axes_at.node.shape, Shape::List(_)) {
            reader.fault(axes_at, "an empty list", "at least one axis");
        }
        return None;
    }
    if members.len() > MOST_AXES {
        let found = format!("{} axes", members.len());
        reader.fault(axes_at, &found, &format!("at most {MOST_AXES}"));
        return None;
    }
    let mut axes: Vec<Read<'d>> = Vec::new();
    for member in &members {
        let Some(read) = axis(reader, member, is_drawn, vocabulary) else {
            continue;
        };
        if axes
            .iter()
            .any(|earlier| earlier.axis.name == read.axis.name)
        {
            let found = format!("a second axis {}", quoted(&read.axis.name));
            let span = read.name.span.clone();
            reader.fault_at(member, span, &found, "another name", None);
        }
        axes.push(read);
    }
    let count = group.get("points").map(|at| {
        let expected = format!("a whole number from 1 to {MOST_SWEEP_POINTS}");
        reader.whole(at, 1..=MOST_SWEEP_POINTS as u64, &expected) as usize
    });
    if !reader.faults.is_empty() {
        return None;
    }
    let chosen = match method {
        Method::Grid => grid(reader, axes_at, &axes)?,
        Method::List => list(reader, &axes)?,
        Method::LatinHypercube | Method::Sobol => Vec::new(),
    };
    let points = match method {
        Method::Grid | Method::List => {
            let value = |(read, chosen): (&Read<'d>, &usize)| match &read.axis.values {
                Values::Listed(values) => values[*chosen],
                Values::Drawn { .. } => f64::NAN,
            };
            let point = |chosen: &Vec<usize>| axes.iter().zip(chosen).map(value).collect();
            chosen.iter().map(point).collect()
        }
        Method::LatinHypercube => {
            let names: Vec<&str> = axes.iter().map(|read| read.axis.name.as_str()).collect();
            let cube = points::latin_hypercube(count?, &names, seed);
            scaled(&cube, &axes)
        }
        Method::Sobol => scaled(&points::sobol(count?, axes.len(), seed), &axes),
    };
    let written = Written {
        names: axes.iter().map(|read| read.name).collect(),
        values: axes.iter().map(|read| read.values.clone()).collect(),
        chosen,
    };
    let places = axes
        .iter()
        .map(|read| Place {
            path: read.path.clone(),
            values: read.values.iter().map(|node| node.span.clone()).collect(),
        })
        .collect();
    let sweep = Sweep {
        method,
        axes: axes.into_iter().map(|read| read.axis).collect(),
        points,
        places,
    };
    Some((sweep, written))
}

/// Points of a unit cube in the ranges of the axes.
fn scaled(cube: &[Vec<f64>], axes: &[Read<'_>]) -> Vec<Vec<f64>> {
    let within = |(read, share): (&Read<'_>, &f64)| match read.axis.values {
        Values::Drawn { low, high, is_log } => points::within(low, high, is_log, *share),
        Values::Listed(_) => f64::NAN,
    };
    cube.iter()
        .map(|point| axes.iter().zip(point).map(within).collect())
        .collect()
}

fn method<'d>(reader: &mut Reader<'d>, at: &At<'d>) -> Option<Method> {
    let names = METHODS.map(Method::name);
    let (name, span) = match (&at.node.name, &at.node.shape) {
        (Some((name, span)), _) => (*name, span.clone()),
        (None, Shape::Word(word)) => (*word, at.node.span.clone()),
        _ => ("", at.node.span.clone()),
    };
    let known = METHODS.into_iter().find(|method| method.name() == name);
    if known.is_none() {
        let forms = names.map(|name| format!("{name}(..)"));
        let (found, near) = if name.is_empty() {
            (at.node.describe(), None)
        } else {
            (format!("the unknown sweep `{name}`"), nearest(name, names))
        };
        reader.fault_at(at, span, &found, &any_of(&forms, '`'), near);
    }
    known
}

fn axis<'d>(
    reader: &mut Reader<'d>,
    at: &At<'d>,
    is_drawn: bool,
    vocabulary: &Vocabulary,
) -> Option<Read<'d>> {
    let (keys, example) = if is_drawn {
        (DRAWN_AXIS, DRAWN_AXIS_EXAMPLE)
    } else {
        (LISTED_AXIS, LISTED_AXIS_EXAMPLE)
    };
    let group = reader.group(at, keys, example)?;
    let name_at = group.get("name")?;
    let name = reader.text(name_at, "the name of an axis")?;
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_word || is_column(name) {
        let expected = if is_word {
            "a name that is no column of the tables"
        } else {
            "a word of letters, digits and `_`"
        };
        reader.fault(name_at, &quoted(name), expected);
        return None;
    }
    let mut parameters = vocabulary.parameters.iter();
    let parameter = parameters.find(|parameter| parameter.name == name);
    let (unit, values, nodes) = if is_drawn {
        let (unit, values) = range(reader, at, &group, parameter, vocabulary)?;
        (unit, values, Vec::new())
    } else {
        let (unit, values, nodes) = listed(reader, group.get("values")?)?;
        (unit, Values::Listed(values), nodes)
    };
    Some(Read {
        axis: Axis {
            name: name.to_owned(),
            unit,
            is_parameter: parameter.is_some(),
            values,
        },
        name: name_at.node,
        path: at.path.clone(),
        values: nodes,
    })
}

/// Written values in the unit of the first.
fn listed<'d>(
    reader: &mut Reader<'d>,
    at: &At<'d>,
) -> Option<(String, Vec<f64>, Vec<&'d Node<'d>>)> {
    let members = reader.list(at, "a list of values such as [\"1 ug\", \"10 ug\"]");
    if members.is_empty() && matches!(at.node.shape, Shape::List(_)) {
        reader.fault(at, "an empty list", "at least one value");
    }
    let mut unit: Option<String> = None;
    let mut values = Vec::new();
    let mut nodes = Vec::new();
    for member in &members {
        let (number, own) = reader.value(member)?;
        let unit = unit.get_or_insert_with(|| own.to_owned());
        values.push(reader.in_unit(member, number, own, unit)?);
        nodes.push(member.node);
    }
    Some((unit?, values, nodes))
}

/// The range of an axis, in the unit of its lower end.
fn range<'d>(
    reader: &mut Reader<'d>,
    at: &At<'d>,
    group: &Group<'d>,
    parameter: Option<&ParameterEntry>,
    vocabulary: &Vocabulary,
) -> Option<(String, Values)> {
    let is_log = match group.get("scale") {
        None => false,
        Some(at) => scale(reader, at)?,
    };
    let name = group.get("name")?;
    let (unit, low, high, place) = match (group.get("low"), group.get("high"), parameter) {
        (Some(low_at), Some(high_at), _) => {
            let (low, unit) = reader.value(low_at)?;
            let (high, own) = reader.value(high_at)?;
            let high = reader.in_unit(high_at, high, own, unit)?;
            if low >= high {
                reader.out_of_bounds(high_at, "a value above `low`");
                return None;
            }
            (unit.to_owned(), low, high, low_at)
        }
        (
            None,
            None,
            Some(ParameterEntry {
                unit, low, high, ..
            }),
        ) => {
            let unit = match unit.as_str() {
                "1" => "",
                unit => unit,
            };
            if low >= high {
                let expected = "`low` and `high`: the model gives this parameter no range";
                reader.fault(name, "an axis without a range", expected);
                return None;
            }
            (unit.to_owned(), *low, *high, name)
        }
        (None, None, None) => {
            let written = match &name.node.shape {
                Shape::Text { value, .. } => value.as_str(),
                _ => "",
            };
            let known = vocabulary
                .parameters
                .iter()
                .map(|known| known.name.as_str());
            let near = nearest(written, known);
            let expected = "both: only a parameter of the model has a range of its own";
            let span = at.node.closing();
            reader.fault_at(at, span, "no `low` and no `high`", expected, near);
            return None;
        }
        (low, _, _) => {
            let (found, missing) = if low.is_some() {
                ("`low` without `high`", "high")
            } else {
                ("`high` without `low`", "low")
            };
            let expected = format!("`{missing}` too, or neither for the range of the model");
            reader.fault(at, found, &expected);
            return None;
        }
    };
    if is_log && low <= 0.0 {
        let found = format!("the lower end {low} {unit}");
        let expected = "one above zero, or `scale: linear`";
        reader.fault(place, found.trim_end(), expected);
        return None;
    }
    Some((unit, Values::Drawn { low, high, is_log }))
}

fn scale<'d>(reader: &mut Reader<'d>, at: &At<'d>) -> Option<bool> {
    match &at.node.shape {
        Shape::Word("linear") => Some(false),
        Shape::Word("log") => Some(true),
        _ => {
            reader.wrong_type(at, "`linear` or `log` without quotes");
            None
        }
    }
}

fn numbers_of(axis: &Axis) -> &[f64] {
    match &axis.values {
        Values::Listed(values) => values,
        Values::Drawn { .. } => &[],
    }
}

/// Every value with every other, the last axis fastest.
fn grid<'d>(reader: &mut Reader<'d>, at: &At<'d>, axes: &[Read<'d>]) -> Option<Vec<Vec<usize>>> {
    let mut is_good = true;
    for read in axes {
        let values = numbers_of(&read.axis);
        let mut seen = HashSet::new();
        for (index, value) in values.iter().enumerate() {
            // 0 and -0 are one value.
            if !seen.insert((value + 0.0).to_bits()) {
                let node = read.values[index];
                let path = format!("{}.values[{index}]", read.path);
                let at = At { node, path };
                let found = format!("a second {value} {}", read.axis.unit);
                reader.fault(&at, found.trim_end(), "each value of an axis once");
                is_good = false;
            }
        }
    }
    let sizes = axes.iter().map(|read| read.values.len());
    let count = sizes.clone().try_fold(1_usize, usize::checked_mul);
    let Some(count) = count.filter(|count| *count <= MOST_SWEEP_POINTS) else {
        let sizes: Vec<String> = sizes.map(|size| size.to_string()).collect();
        let found = format!("a grid of {} points", sizes.join(" x "));
        let expected = format!("at most {MOST_SWEEP_POINTS}");
        reader.fault(at, &found, &expected);
        return None;
    };
    let point = |number: usize| {
        let mut rest = number;
        let mut chosen: Vec<usize> = axes
            .iter()
            .rev()
            .map(|read| {
                let size = read.values.len();
                let index = rest % size;
                rest /= size;
                index
            })
            .collect();
        chosen.reverse();
        chosen
    };
    is_good.then(|| (0..count).map(point).collect())
}

/// The values side by side.
fn list<'d>(reader: &mut Reader<'d>, axes: &[Read<'d>]) -> Option<Vec<Vec<usize>>> {
    let first = axes.first()?;
    let count = first.values.len();
    let mut is_good = true;
    for read in axes {
        let own = read.values.len();
        if own != count {
            let node = read.name;
            let path = format!("{}.name", read.path);
            let found = format!("the axis {} with {own} values", quoted(&read.axis.name));
            let expected = format!("as many as {} has: {count}", quoted(&first.axis.name));
            reader.fault(&At { node, path }, &found, &expected);
            is_good = false;
        }
    }
    if count > MOST_SWEEP_POINTS {
        let node = first.name;
        let path = format!("{}.name", first.path);
        let found = format!("{count} values");
        let expected = format!("at most {MOST_SWEEP_POINTS}");
        reader.fault(&At { node, path }, &found, &expected);
        is_good = false;
    }
    is_good.then(|| (0..count).map(|number| vec![number; axes.len()]).collect())
}
