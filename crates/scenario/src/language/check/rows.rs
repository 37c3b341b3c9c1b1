//! The checks of published rows: entries of `expect` with an id.

use super::{AT, Checker, TIME};
use crate::language::fault::quoted;
use crate::language::reader::{At, Form, Group, Key, may, need};
use crate::language::row::{Against, Row, RowBand, RowCondition, Take};
use crate::language::spans::Shape;

const ROW_EXAMPLE: &str = "(id: \"A4\", tier: 1, what: \"..\", published: \"..\", source: \"..\", all: [(readout: \"alive\", arm: \"wild type\", at: \"42 d\", band: (0.9, 1.0))])";
/// A published row.
pub(super) const ROW: &[Key] = &[
    need("id", "\"A4\"").is(Form::Text, "its id: a letter of the group and a number"),
    may("tier").is(
        Form::Whole(1),
        "1: must pass, 2: should pass, 3: informative; without one it goes in and is not judged",
    ),
    need("what", "\"activated share at day 38\"").is(Form::Text, "what was measured"),
    need("published", "\"45 - 95 %\"").is(Form::Text, "what was published, in words"),
    need("source", "\"Sadlack 1993\"").is(Form::Text, "who measured it"),
    may("note").is(Form::Text, "what was chosen in reading it"),
    may("all").is(
        Form::Members(&Form::Group(CONDITION)),
        "conditions, all of which must hold",
    ),
    may("not_modelled").is(
        Form::Text,
        "why the model cannot say it, or not all of it: the row is counted and not judged",
    ),
];
const CONDITION_EXAMPLE: &str =
    "(readout: \"alive\", arm: \"wild type\", at: \"42 d\", band: (0.9, 1.0))";
const TAKES: &[&str] = &[
    "value",
    "highest",
    "lowest",
    "fold",
    "left",
    "peak",
    "rise",
    "fall",
    "doubling_time",
    "half_life",
    "death",
    "onset",
    "exponent",
];
const CONDITION: &[Key] = &[
    may("readout").is(
        Form::Reading,
        "one of the scenario's readouts; none of deaths and onsets",
    ),
    may("arm").is(Form::Text, "one of the scenario's arms"),
    may("arms").is(
        Form::Members(&Form::Text),
        "of an exponent the arms over which it is taken",
    ),
    may("at").is(TIME, AT),
    may("over").is(
        Form::Members(&TIME),
        "first and last age that count, in place of `at`",
    ),
    may("take").is(
        Form::Word(TAKES),
        "what is made of the time course of a mouse, by default its value",
    ),
    may("since").is(TIME, "the value is a ratio to the mouse's own at this age"),
    may("after").is(TIME, "age from which ages are counted, by default birth"),
    may("relative_to").is(
        Form::Text,
        "the arm to whose median the value is a ratio of medians",
    ),
    may("difference_from").is(
        Form::Text,
        "the arm from whose median the value is a difference of medians",
    ),
    may("relative_at").is(TIME, "age at which that arm is read, by default the same"),
    may("against").is(
        Form::OneOf(&[Form::Reading, Form::Members(&Form::Number)]),
        "what an exponent is against: a readout, or a number for each arm",
    ),
    may("survivors").is(TIME, "only mice count that are alive then"),
    may("in_mice").is(
        Form::Range,
        "share of mice whose own value must be in the band",
    ),
    may("band").is(Form::Range, "lower and upper end"),
    may("above").is(
        Form::Number,
        "the value must be above this, in place of a band",
    ),
    may("below").is(
        Form::Number,
        "the value must be below this, in place of a band",
    ),
];

impl<'d> Checker<'d> {
    /// The row in an entry of `expect`.
    pub(super) fn row(&mut self, at: &At<'d>) -> Option<Row> {
        let group = self.reader.group(at, ROW, ROW_EXAMPLE)?;
        let id = group.get("id").and_then(|at| self.row_id(at));
        let tier = group.get("tier").map(|at| {
            let tier = self.reader.whole(at, 1..=3, "1, 2 or 3");
            u8::try_from(tier).unwrap_or(1)
        });
        let not_modelled = self.text(&group, "not_modelled");
        let conditions = group.get("all").map_or_else(Vec::new, |at| {
            let expected = format!("a list such as [{CONDITION_EXAMPLE}]");
            let members = self.members(at, "at least one condition", &expected);
            members
                .iter()
                .filter_map(|member| self.row_condition(member))
                .collect()
        });
        if group.get("all").is_none() && not_modelled.is_none() {
            let expected = "`all: [..]`, or `not_modelled: \"why\"`";
            let span = at.node.closing();
            self.reader
                .fault_at(at, span, "a row without conditions", expected, None);
        }
        if self.sweep.is_some() {
            self.reader
                .fault(at, "a row in a sweep", "rows in a scenario without one");
        }
        Some(Row {
            id: id?,
            tier,
            what: self.text(&group, "what").unwrap_or_default(),
            published: self.text(&group, "published").unwrap_or_default(),
            source: self.text(&group, "source").unwrap_or_default(),
            note: self.text(&group, "note"),
            conditions,
            not_modelled,
        })
    }

    fn row_id(&mut self, at: &At<'d>) -> Option<String> {
        let expected = "a capital letter and a number such as \"A4\"";
        let id = self.reader.text(at, expected)?;
        let (group, number) = id.split_at(id.chars().next().map_or(0, char::len_utf8));
        let is_group = group.chars().all(|c| c.is_ascii_uppercase());
        let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
        if !is_group || !is_number {
            self.reader.fault(at, &quoted(id), expected);
            return None;
        }
        if self.rows.iter().any(|known| known == id) {
            let found = format!("a second row {}", quoted(id));
            self.reader.fault(at, &found, "each id once");
            return None;
        }
        self.rows.push(id.to_owned());
        Some(id.to_owned())
    }

    fn row_condition(&mut self, at: &At<'d>) -> Option<RowCondition> {
        let before = self.reader.faults.len();
        let group = self.reader.group(at, CONDITION, CONDITION_EXAMPLE)?;
        let take = match group.get("take") {
            None => Take::Value,
            Some(at) => {
                let word = self.word(at, TAKES)?;
                let known = Take::NAMED.into_iter().find(|(name, _)| *name == word);
                known.map(|(_, take)| take)?
            }
        };
        let readout = group.get("readout").and_then(|at| self.readout_or_name(at));
        let arms = self.row_arms(at, &group, take);
        let over_d = self.row_ages(at, &group, take);
        let against = group
            .get("against")
            .and_then(|at| self.against(at, arms.len()));
        let relative_to = group.get("relative_to").and_then(|at| self.arm(at));
        let difference_from = group.get("difference_from").and_then(|at| self.arm(at));
        let mut time = |name: &str| group.get(name).map(|at| self.time_in_run(at));
        let (since_d, after_d) = (time("since"), time("after"));
        let (relative_at_d, survivors_d) = (time("relative_at"), time("survivors"));
        let in_mice = group.get("in_mice").map(|at| self.band(at));
        let band = self.row_band(at, &group);
        if self.reader.faults.len() > before {
            return None;
        }
        let mut refuse = |found: &str, expected: &str| {
            self.reader
                .fault_at(at, at.node.closing(), found, expected, None);
        };
        if take.is_event() && readout.is_some() {
            refuse(
                "a readout of an event",
                "no `readout`: deaths and onsets are told by mice",
            );
        }
        if !take.is_event() && readout.is_none() {
            refuse("no `readout`", "one such as `readout: \"alive\"`");
        }
        if (take == Take::Exponent) != against.is_some() {
            refuse(
                "an exponent without `against`, or `against` without one",
                "both `take: exponent` and `against`",
            );
        }
        if since_d.is_some() && take != Take::Value {
            refuse("`since` of what is no value at an age", "`take: value`");
        }
        if after_d.is_some() && !take.is_age() {
            refuse("`after` of what is no age", "a `take` that is an age");
        }
        if relative_to.is_some() && difference_from.is_some() {
            refuse(
                "a ratio and a difference",
                "one of `relative_to` and `difference_from`",
            );
        }
        if take == Take::Exponent && (relative_to.is_some() || difference_from.is_some()) {
            refuse(
                "an exponent relative to an arm",
                "neither `relative_to` nor `difference_from`",
            );
        }
        if relative_at_d.is_some() && (relative_to.is_none() || take != Take::Value) {
            refuse(
                "`relative_at` of what is not relative to another arm's value",
                "`relative_to`, and `take: value`",
            );
        }
        Some(RowCondition {
            readout,
            arms,
            take,
            over_d,
            since_d,
            after_d: after_d.unwrap_or(0.0),
            relative_to,
            difference_from,
            relative_at_d,
            against,
            survivors_d,
            in_mice,
            band: band?,
        })
    }

    /// One arm, or of an exponent several.
    fn row_arms(&mut self, at: &At<'d>, group: &Group<'d>, take: Take) -> Vec<String> {
        let (key, other) = match take {
            Take::Exponent => ("arms", "arm"),
            _ => ("arm", "arms"),
        };
        if let Some(at) = group.get(other) {
            let found = format!("`{other}`");
            self.reader.fault(at, &found, &format!("`{key}` here"));
            return Vec::new();
        }
        match group.get(key) {
            None => {
                let found = format!("no `{key}`");
                self.reader
                    .fault_at(at, at.node.closing(), &found, &format!("`{key}`"), None);
                Vec::new()
            }
            Some(at) if take == Take::Exponent => {
                let members = self.reader.list(at, "a list of arms");
                if members.len() < 3 {
                    self.reader.fault(at, "too few arms", "at least three arms");
                }
                let arms = members.iter().filter_map(|member| self.arm(member));
                arms.collect()
            }
            Some(at) => self.arm(at).into_iter().collect(),
        }
    }

    /// The ages that count: one for a value, two for what is made of a course, the whole run for events.
    fn row_ages(&mut self, at: &At<'d>, group: &Group<'d>, take: Take) -> (f64, f64) {
        let wants_one = take == Take::Value;
        match (group.get("at"), group.get("over")) {
            (None, None) if take.is_event() => (0.0, self.until_d),
            (Some(at), None) if wants_one => {
                let days = self.time_in_run(at);
                (days, days)
            }
            (None, Some(at)) if !wants_one && !take.is_event() => {
                let members = self.reader.list(at, "a list of two ages");
                let [first, last] = members.as_slice() else {
                    self.reader
                        .fault(at, "not two ages", "two ages such as [\"56 d\", \"70 d\"]");
                    return (f64::NAN, f64::NAN);
                };
                let (first_d, last_d) = (self.time_in_run(first), self.time_in_run(last));
                if first_d >= last_d {
                    self.reader.out_of_bounds(last, "an age after the first");
                }
                (first_d, last_d)
            }
            (one, two) => {
                let found = match (one.is_some(), two.is_some()) {
                    (false, false) => "no age",
                    (true, true) => "`at` and `over`",
                    (true, false) => "`at`",
                    (false, true) => "`over`",
                };
                let expected = if take.is_event() {
                    "neither `at` nor `over`: events are of the whole run"
                } else if wants_one {
                    "`at: \"42 d\"`"
                } else {
                    "`over: [\"56 d\", \"70 d\"]`"
                };
                self.reader
                    .fault_at(at, at.node.closing(), found, expected, None);
                (f64::NAN, f64::NAN)
            }
        }
    }

    fn against(&mut self, at: &At<'d>, arms: usize) -> Option<Against> {
        if !matches!(at.node.shape, Shape::List(_)) {
            return self.readout_or_name(at).map(Against::Readout);
        }
        let members = self.reader.list(at, "a list of numbers");
        let numbers: Vec<f64> = members
            .iter()
            .map(|member| {
                let number = self.reader.number(member, "a number above zero");
                if number <= 0.0 {
                    self.reader.out_of_bounds(member, "a number above zero");
                }
                number
            })
            .collect();
        if numbers.len() != arms {
            let found = format!("{} numbers", numbers.len());
            self.reader
                .fault(at, &found, &format!("{arms}, one for each arm"));
        }
        Some(Against::Numbers(numbers))
    }

    pub(super) fn row_band(&mut self, at: &At<'d>, group: &Group<'d>) -> Option<RowBand> {
        let mut bands = Vec::new();
        if let Some(at) = group.get("band") {
            let (low, high) = self.band(at);
            bands.push(RowBand::Within(low, high));
        }
        if let Some(at) = group.get("above") {
            bands.push(RowBand::Above(self.reader.number(at, "a number")));
        }
        if let Some(at) = group.get("below") {
            bands.push(RowBand::Below(self.reader.number(at, "a number")));
        }
        match bands[..] {
            [band] => Some(band),
            [] if group.is_misspelt => None,
            _ => {
                let found = format!("{} bands", bands.len());
                let expected = "one of `band`, `above` and `below`";
                self.reader
                    .fault_at(at, at.node.closing(), &found, expected, None);
                None
            }
        }
    }
}

/// Whether an entry of `expect` is a row.
pub(super) fn is_row(at: &At<'_>) -> bool {
    at.node.entries().any(|(key, ..)| key == "id")
}
