//! One step of one group of lanes.

use super::plan::{Exit, Group, Plan, Source};
use crate::rows::{
    LANES, LARGEST_COUNT, Row, Words, any, binomial, decay, decay_arrived, poisson, round,
};

/// The numbers that a step works with, in rows of lanes.
pub(super) struct Scratch {
    /// Counts at the beginning, by species.
    pub(super) start: Vec<Row>,
    /// Molecules of the beginning that have not left; in the end, all there are.
    pub(super) left: Vec<Row>,
    /// Firings, one row for each tally.
    pub(super) tallies: Vec<Row>,
    /// Molecules that came during the step.
    arrivals: Vec<Row>,
    /// Amounts expected in the middle of the step.
    middle: Vec<Row>,
    /// By species, whether no lane has any at the beginning.
    is_absent: Vec<bool>,
    /// By species, whether what is expected at its exits is known for this step.
    is_expected: Vec<bool>,
    /// By species, the hazard over the step to leave by any exit.
    outflow: Vec<Row>,
    /// The share of arrivals of the first half that is there at its end.
    kept: Vec<Row>,
    /// The share of the molecules at the beginning of a half that exits already drawn have left over.
    share: Vec<Row>,
    /// By species and exit.
    exits: Vec<Vec<Flow>>,
    /// The groups without a source.
    births: Vec<Birth>,
}

/// What is expected at an exit.
#[derive(Debug, Clone, Copy)]
struct Flow {
    /// The hazard of a molecule over the step, with the amounts at its beginning.
    hazard: Row,
    /// The probability that a molecule leaves in the half that is drawn.
    leaving: Row,
    /// The probability that an arrival leaves again within the step.
    again: Row,
    /// Firings in the first half.
    firings: Row,
    /// The probability that one of these is taken back: hazards that fall steeply are extrapolated to negative ones.
    back: Row,
}

/// What is expected of a group without a source.
#[derive(Debug, Clone, Copy)]
struct Birth {
    /// Firings expected over the step, with the amounts at its beginning.
    first: Row,
    /// The same for the half that is drawn.
    mean: Row,
    /// Firings in the first half.
    firings: Row,
    /// The probability that one of these is taken back.
    back: Row,
}

/// What is wrong with a state, lane by lane: not 0 where something is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Alarm {
    /// A propensity is negative or not a finite number.
    pub(super) propensity: Row,
    /// A count is too large.
    pub(super) count: Row,
}

/// Which half of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    First,
    Second,
}

impl Scratch {
    pub(super) fn new(plan: &Plan, tallies: usize) -> Self {
        let rows = || vec![[0.0; LANES]; plan.exits.len()];
        let none = Flow {
            hazard: [0.0; LANES],
            leaving: [0.0; LANES],
            again: [0.0; LANES],
            firings: [0.0; LANES],
            back: [0.0; LANES],
        };
        let no_birth = Birth {
            first: [0.0; LANES],
            mean: [0.0; LANES],
            firings: [0.0; LANES],
            back: [0.0; LANES],
        };
        let exits = plan.exits.iter().map(|exits| vec![none; exits.len()]);
        Self {
            start: rows(),
            left: rows(),
            tallies: vec![[0.0; LANES]; tallies],
            arrivals: rows(),
            middle: rows(),
            is_absent: vec![true; plan.exits.len()],
            is_expected: vec![false; plan.exits.len()],
            outflow: rows(),
            kept: rows(),
            share: rows(),
            exits: exits.collect(),
            births: vec![no_birth; plan.births.len()],
        }
    }

    /// Computes once what is expected at exits whose hazards are the same in all systems and steps of this length.
    #[inline(always)]
    pub(super) fn prepare(&mut self, plan: &Plan, coefficients: &[&[f32]]) {
        for &species in plan.changing.iter().filter(|s| plan.is_constant[**s]) {
            self.expect(
                species,
                plan,
                coefficients,
                Half::First,
                &mut Alarm::default(),
            );
        }
    }

    /// Moves `start` on by a step whose length is contained in the coefficients, one for each term of each group; they are those of
    /// [`prepare`](Self::prepare). The counts at its end are `left`.
    #[inline(always)]
    pub(super) fn step(
        &mut self,
        plan: &Plan,
        coefficients: &[&[f32]],
        words: &mut Words,
    ) -> Alarm {
        let mut alarm = Alarm::default();
        self.left.copy_from_slice(&self.start);
        self.middle.copy_from_slice(&self.start);
        // Row by row: a fill of the whole calls a routine for each.
        for row in &mut self.arrivals {
            *row = [0.0; LANES];
        }
        for row in &mut self.tallies {
            *row = [0.0; LANES];
        }
        for &species in &plan.changing {
            self.is_absent[species] = !any(&self.start[species]);
            self.is_expected[species] = plan.is_constant[species];
        }
        for half in [Half::First, Half::Second] {
            for (birth, &number) in self.births.iter_mut().zip(&plan.births) {
                let group = &plan.groups[number];
                let amounts = match half {
                    Half::First => &self.start,
                    Half::Second => &self.middle,
                };
                birth.mean = sum_of_products(amounts, group, coefficients[number]);
                if half == Half::First {
                    alarm.look(&birth.mean);
                    birth.first = birth.mean;
                } else {
                    birth.back = extrapolate(&mut birth.mean, &birth.first);
                }
            }
            for &species in &plan.changing {
                if half == Half::First && plan.is_constant[species] {
                    let mut propensity = self.outflow[species];
                    multiply(&mut propensity, &self.start[species]);
                    alarm.look_finite(&propensity);
                } else if half == Half::First && !self.is_absent[species]
                    || half == Half::Second && self.is_expected[species] && !plan.is_steady[species]
                {
                    self.expect(species, plan, coefficients, half, &mut alarm);
                }
            }
            self.draw(plan, half, words);
            if half == Half::First {
                self.reach_middle(plan, coefficients, &mut alarm);
            }
        }
        for &species in &plan.changing {
            if !any(&self.arrivals[species]) {
                words.skip(plan.exits[species].len());
                continue;
            }
            if !self.is_expected[species] {
                for half in [Half::First, Half::Second] {
                    self.expect(species, plan, coefficients, half, &mut alarm);
                }
            }
            self.thin(species, plan, words);
        }
        for &species in &plan.changing {
            add(&mut self.left[species], 1.0, &self.arrivals[species]);
            update(&mut alarm.count, &self.left[species], |alarm, count| {
                let is_count = (0.0..=LARGEST_COUNT).contains(&count);
                alarm + if is_count { 0.0 } else { 1.0 }
            });
        }
        alarm
    }

    /// Computes the amounts expected in the middle of the step.
    #[inline(always)]
    fn reach_middle(&mut self, plan: &Plan, coefficients: &[&[f32]], alarm: &mut Alarm) {
        let is_read = |species: &&usize| plan.is_read[**species];
        for &species in plan.changing.iter().filter(is_read) {
            let (left, arrivals) = (self.left[species], self.arrivals[species]);
            if !self.is_expected[species] {
                if !any(&arrivals) {
                    continue;
                }
                self.expect(species, plan, coefficients, Half::First, alarm);
            }
            let (kept, mut middle) = (self.kept[species], [0.0; LANES]);
            for lane in 0..LANES {
                middle[lane] = left[lane] + arrivals[lane] * kept[lane];
            }
            self.middle[species] = middle;
        }
    }

    /// Computes the hazards by which a species is left, and what follows from them.
    #[inline(always)]
    fn expect(
        &mut self,
        species: usize,
        plan: &Plan,
        coefficients: &[&[f32]],
        half: Half,
        alarm: &mut Alarm,
    ) {
        let all_amounts = match half {
            Half::First => &self.start,
            Half::Second => &self.middle,
        };
        let amounts = all_amounts[species];
        let mut outflow = [0.0; LANES];
        for (place, exit) in plan.exits[species].iter().enumerate() {
            let group = &plan.groups[exit.group];
            let mut hazard = sum_of_products(all_amounts, group, coefficients[exit.group]);
            match (exit.partner, group.source) {
                (Some((partner, _)), _) => multiply(&mut hazard, &all_amounts[partner]),
                (None, Source::Twin(_)) => {
                    for lane in 0..LANES {
                        hazard[lane] *= 2.0 * not_negative(amounts[lane] - 1.0);
                    }
                }
                _ => {}
            }
            let flow = &mut self.exits[species][place];
            if half == Half::First {
                if !group.is_falling {
                    let mut propensity = hazard;
                    multiply(&mut propensity, &amounts);
                    alarm.look(&propensity);
                }
                flow.hazard = hazard;
            } else {
                flow.back = extrapolate(&mut hazard, &flow.hazard);
            }
            flow.leaving = hazard;
            add(&mut outflow, 1.0, &hazard);
        }
        if half == Half::First {
            let mut propensity = outflow;
            multiply(&mut propensity, &amounts);
            alarm.look_finite(&propensity);
        }
        let (mut average, mut arrived) = ([0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            let decay = decay(0.5 * outflow[lane]);
            average[lane] = decay.average;
            let whole = 0.5 * decay.average * (1.0 + decay.survival);
            arrived[lane] = decay_arrived(outflow[lane], whole);
        }
        self.kept[species] = average;
        self.outflow[species] = outflow;
        self.is_expected[species] = true;
        for (flow, exit) in self.exits[species].iter_mut().zip(&plan.exits[species]) {
            let hazard = flow.leaving;
            let (mut leaving, mut again) = ([0.0; LANES], [0.0; LANES]);
            for lane in 0..LANES {
                leaving[lane] = 0.5 * hazard[lane] * average[lane];
                again[lane] = hazard[lane] * arrived[lane];
            }
            if let Some((partner, _)) = exit.partner {
                // A pair of which one has just come is counted from one side.
                let (own, other) = (self.start[species], self.start[partner]);
                for lane in 0..LANES {
                    let is_counted = is_scarcer(own[lane], other[lane], exit.is_drawn);
                    again[lane] = if is_counted { again[lane] } else { 0.0 };
                }
            }
            flow.leaving = leaving;
            flow.again = again;
        }
    }

    /// Draws a half: births, and who of those at the beginning of the step leaves in it.
    #[inline(always)]
    fn draw(&mut self, plan: &Plan, half: Half, words: &mut Words) {
        for (birth, &number) in self.births.iter_mut().zip(&plan.births) {
            let group = &plan.groups[number];
            let mut mean = birth.mean;
            multiply(&mut mean, &[0.5; LANES]);
            let firings = poisson(&mean, &words.draw());
            if let Some(firings) = &firings {
                fire(&mut self.arrivals, &mut self.tallies, group, firings);
            }
            if half == Half::First {
                birth.firings = firings.unwrap_or([0.0; LANES]);
            } else if !group.is_steady
                && let Some(mut back) = binomial(&birth.firings, &birth.back, &words.draw())
            {
                multiply(&mut back, &[-1.0; LANES]);
                fire(&mut self.arrivals, &mut self.tallies, group, &back);
            }
        }
        for &species in &plan.changing {
            self.share[species] = [1.0; LANES];
        }
        for &species in &plan.changing {
            for (place, exit) in plan.exits[species].iter().enumerate() {
                let word = words.draw();
                let is_gone = plan.is_steady[species] && !any(&self.left[species]);
                if !exit.is_drawn || is_gone {
                    continue;
                }
                let partner = exit.partner.unwrap_or((species, place));
                if self.is_absent[species] | self.is_absent[partner.0] {
                    // No pair forms, but who is there is asked.
                    for (species, place) in [(species, place), partner] {
                        if !self.is_absent[species] {
                            self.chance(species, place);
                        }
                    }
                } else {
                    let group = &plan.groups[exit.group];
                    if group.is_steady {
                        self.leave_steadily([species, place], exit, group, &word);
                    } else {
                        self.leave([species, place], exit, group, half, &word);
                    }
                }
            }
        }
    }

    /// Draws who leaves by an exit whose hazard is the same throughout the step.
    #[inline(always)]
    fn leave_steadily(
        &mut self,
        [species, place]: [usize; 2],
        exit: &Exit,
        group: &Group,
        word: &[u32; LANES],
    ) {
        let firings = if exit.is_first {
            let leaving = &self.exits[species][place].leaving;
            if !exit.is_last {
                add(&mut self.share[species], -1.0, leaving);
            }
            binomial(&self.left[species], leaving, word)
        } else {
            let chance = self.chance(species, place);
            binomial(&self.left[species], &chance, word)
        };
        if let Some(firings) = firings {
            add(&mut self.left[species], -1.0, &firings);
            fire(&mut self.arrivals, &mut self.tallies, group, &firings);
        }
    }

    /// Draws who leaves by an exit.
    #[inline(always)]
    fn leave(
        &mut self,
        [species, place]: [usize; 2],
        exit: &Exit,
        group: &Group,
        half: Half,
        word: &[u32; LANES],
    ) {
        let mut trials = self.left[species];
        let mut chance = self.chance(species, place);
        let Flow {
            mut back,
            firings: before,
            hazard: mut expected,
            ..
        } = self.exits[species][place];
        multiply(&mut expected, &trials);
        let is_twin = matches!(group.source, Source::Twin(_));
        if let Some((partner, place)) = exit.partner {
            // Of a pair, the molecules of the scarcer species are asked.
            let other_chance = self.chance(partner, place);
            let (own, other) = (self.start[species], self.start[partner]);
            let (others, other_back) = (self.left[partner], self.exits[partner][place].back);
            let mut other_expected = self.exits[partner][place].hazard;
            multiply(&mut other_expected, &others);
            let mut is_own = other;
            update(
                &mut is_own,
                &own,
                |other, own| if own <= other { 1.0 } else { 0.0 },
            );
            choose(&is_own, &mut trials, &others);
            choose(&is_own, &mut chance, &other_chance);
            choose(&is_own, &mut back, &other_back);
            choose(&is_own, &mut expected, &other_expected);
        } else if is_twin {
            for lane in 0..LANES {
                let pairs = whole_pairs(trials[lane]);
                let divisor = if pairs > 0.0 { pairs } else { 1.0 };
                chance[lane] = at_most(chance[lane] * (0.5 * trials[lane] / divisor), 1.0);
                trials[lane] = pairs;
            }
        }
        let mut sign = [1.0; LANES];
        if half == Half::Second {
            if group.hinders_itself {
                // Firings that lower their own hazard are taken back by number: those of a process that would run
                // backwards for half a step. Of others, whose number does not depend on what lowered the hazard, the same
                // share is: where there are none, others had too many.
                let part = if is_twin { 0.25 } else { 0.5 };
                for lane in 0..LANES {
                    let number = if before[lane] > 1.0 {
                        before[lane]
                    } else {
                        1.0
                    };
                    back[lane] = at_most(back[lane] * part * expected[lane] / number, 1.0);
                }
            }
            for lane in 0..LANES {
                let is_back = back[lane] > 0.0;
                trials[lane] = if is_back { before[lane] } else { trials[lane] };
                chance[lane] = if is_back { back[lane] } else { chance[lane] };
                sign[lane] = if is_back { -1.0 } else { 1.0 };
            }
        }
        let firings = binomial(&trials, &chance, word);
        let is_some = firings.is_some();
        let mut firings = firings.unwrap_or([0.0; LANES]);
        multiply(&mut firings, &sign);
        let partner = exit.partner.map(|(partner, _)| partner);
        if partner.is_some() || group.reserve != [0.0; 2] {
            let sources = [Some(species), partner].into_iter().flatten();
            for (source, reserve) in sources.zip(group.reserve) {
                let there = self.left[source];
                self.cap(&mut firings, source, reserve, is_twin);
                if !is_twin {
                    update(&mut firings, &there, at_most);
                }
            }
        }
        if half == Half::First {
            self.exits[species][place].firings = firings;
        }
        if !is_some {
            return;
        }
        if let Some((partner, _)) = exit.partner {
            add(&mut self.left[partner], -1.0, &firings);
        }
        let each = if is_twin { 2.0 } else { 1.0 };
        add(&mut self.left[species], -each, &firings);
        fire(&mut self.arrivals, &mut self.tallies, group, &firings);
    }

    /// Draws how many arrivals of a species leave again by each exit.
    #[inline(always)]
    fn thin(&mut self, species: usize, plan: &Plan, words: &mut Words) {
        let exits = &plan.exits[species];
        let mut share = [1.0; LANES];
        for (place, exit) in exits.iter().enumerate() {
            let group = &plan.groups[exit.group];
            let is_twin = matches!(group.source, Source::Twin(_));
            // Two arrivals that meet are counted from both.
            let mut chance = self.exits[species][place].again;
            if is_twin {
                multiply(&mut chance, &[0.5; LANES]);
            }
            if exits.len() > 1 {
                for lane in 0..LANES {
                    let again = chance[lane];
                    chance[lane] = conditional(again, share[lane]);
                    share[lane] -= again;
                }
            }
            let arrivals = &self.arrivals[species];
            let Some(mut firings) = binomial(arrivals, &chance, &words.draw()) else {
                continue;
            };
            let partner = exit.partner.map(|(partner, _)| partner);
            let other = partner.or(is_twin.then_some(species));
            if other.is_some() || group.reserve != [0.0; 2] {
                let [own_reserve, other_reserve] = match exit.is_drawn {
                    true => group.reserve,
                    false => [group.reserve[1], group.reserve[0]],
                };
                let sources = [(Some(species), own_reserve), (partner, other_reserve)];
                for (source, reserve) in sources {
                    if let Some(source) = source {
                        self.cap(&mut firings, source, reserve, is_twin);
                    }
                }
            }
            add(&mut self.arrivals[species], -1.0, &firings);
            if let Some(other) = other {
                // First of those that were there.
                let (mut left, mut arrivals) = (self.left[other], self.arrivals[other]);
                for lane in 0..LANES {
                    let first = at_most(firings[lane], left[lane]);
                    left[lane] -= first;
                    arrivals[lane] -= firings[lane] - first;
                }
                self.left[other] = left;
                self.arrivals[other] = arrivals;
            }
            fire(&mut self.left, &mut self.tallies, group, &firings);
        }
    }

    /// Cuts firings to what is there, less what must stay.
    #[inline(always)]
    fn cap(&self, firings: &mut Row, source: usize, reserve: f32, is_twin: bool) {
        let (left, arrivals) = (self.left[source], self.arrivals[source]);
        for lane in 0..LANES {
            let there = not_negative(left[lane] + arrivals[lane] - reserve);
            let most = if is_twin { whole_pairs(there) } else { there };
            firings[lane] = at_most(firings[lane], most);
        }
    }

    /// The probability to leave by an exit, for those that the exits before it have left over.
    #[inline(always)]
    fn chance(&mut self, species: usize, place: usize) -> Row {
        let leaving = self.exits[species][place].leaving;
        let (mut share, mut chance) = (self.share[species], [0.0; LANES]);
        for lane in 0..LANES {
            chance[lane] = conditional(leaving[lane], share[lane]);
            share[lane] -= leaving[lane];
        }
        self.share[species] = share;
        chance
    }
}

impl Alarm {
    /// Whether there is anything.
    #[inline(always)]
    pub(super) fn is_raised(&self) -> bool {
        any(&self.propensity) | any(&self.count)
    }

    /// Looks at propensities that cannot be negative.
    #[inline(always)]
    fn look_finite(&mut self, propensity: &Row) {
        // 0 times what is not finite is not a number.
        add(&mut self.propensity, 0.0, propensity);
    }

    /// Looks at propensities.
    #[inline(always)]
    fn look(&mut self, propensity: &Row) {
        for (value, alarm) in propensity.iter().zip(&mut self.propensity) {
            // 0 times what is not finite is not a number.
            *alarm = if *value >= 0.0 {
                *alarm + 0.0 * value
            } else {
                1.0
            };
        }
    }
}

/// The propensity of a group over the step, divided by the amounts of its source.
#[inline(always)]
fn sum_of_products(amounts: &[Row], group: &Group, coefficients: &[f32]) -> Row {
    let mut sum = [0.0; LANES];
    for (term, coefficient) in group.terms.iter().zip(coefficients) {
        let mut product = [*coefficient; LANES];
        for &(species, offset) in &term.factors {
            update(&mut product, &amounts[species], |product, amount| {
                product * (amount - offset)
            });
        }
        add(&mut sum, 1.0, &product);
    }
    sum
}

/// From a hazard in the middle of the step and one at its beginning to one that stands for the second half.
///
/// That may be negative. Then it is 0, and as much is taken back of what fired in the first half: returns the probability.
#[inline(always)]
fn extrapolate(middle: &mut Row, beginning: &Row) -> Row {
    let mut back = [0.0; LANES];
    for lane in 0..LANES {
        let second = 2.0 * not_negative(middle[lane]) - beginning[lane];
        let divisor = if beginning[lane] > 0.0 {
            beginning[lane]
        } else {
            1.0
        };
        back[lane] = not_negative(-second) / divisor;
        middle[lane] = not_negative(second);
    }
    back
}

/// Counts firings, and adds what they make.
#[inline(always)]
fn fire(made: &mut [Row], tallies: &mut [Row], group: &Group, firings: &Row) {
    for &(gained, number) in &group.gains {
        add(&mut made[gained], number, firings);
    }
    if let Some(tally) = group.tally {
        add(&mut tallies[tally], 1.0, firings);
    }
}

/// Whether of a pair the molecules of this species are asked; `is_first` is true of one of both.
#[inline(always)]
fn is_scarcer(own: f32, other: f32, is_first: bool) -> bool {
    (own < other) | (is_first & (own == other))
}

/// Keeps the numbers of a row where a flag is not 0, and takes those of another row elsewhere.
#[inline(always)]
fn choose(is_kept: &Row, row: &mut Row, other: &Row) {
    let (kept, mut chosen) = (*row, *other);
    for lane in 0..LANES {
        chosen[lane] = if is_kept[lane] > 0.0 {
            kept[lane]
        } else {
            chosen[lane]
        };
    }
    *row = chosen;
}

/// The chance of `part` in what is left of a whole of 1.
#[inline(always)]
fn conditional(part: f32, left: f32) -> f32 {
    let chance = if part < left { part / left } else { 1.0 };
    if part > 0.0 { chance } else { 0.0 }
}

/// How many pairs there are in a whole number.
#[inline(always)]
fn whole_pairs(number: f32) -> f32 {
    round(0.5 * number - 0.25)
}

#[inline(always)]
fn at_most(x: f32, limit: f32) -> f32 {
    if x < limit { x } else { limit }
}

#[inline(always)]
fn not_negative(x: f32) -> f32 {
    if x > 0.0 { x } else { 0.0 }
}

/// Adds a multiple of one row to another.
#[inline(always)]
fn add(row: &mut Row, multiple: f32, other: &Row) {
    update(row, other, |x, y| x + multiple * y);
}

#[inline(always)]
fn multiply(row: &mut Row, other: &Row) {
    update(row, other, |x, y| x * y);
}

/// Replaces each number by a function of it and of one of another row.
#[inline(always)]
fn update(row: &mut Row, other: &Row, of: impl Fn(f32, f32) -> f32) {
    // From copies: what might overlap is not made vectors of.
    let (own, others) = (*row, *other);
    for lane in 0..LANES {
        row[lane] = of(own[lane], others[lane]);
    }
}
