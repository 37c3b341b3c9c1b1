//! Dimensions and units: what a quantity measures, and how much of it a unit is.

use super::QuantityFault;
use crate::language::fault::{nearest, quoted};

/// Powers of the base units: day, molecule, cell, microgram, international unit, micrometre.
type Powers = [i8; 6];

/// What a quantity measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimension {
    powers: Powers,
    name: &'static str,
    canonical: &'static str,
    example: &'static str,
}

macro_rules! dimensions {
    ($($(#[$doc:meta])* $constant:ident: $powers:expr, $name:literal, $canonical:literal, $example:literal;)*) => {
        impl Dimension {
            $($(#[$doc])* pub const $constant: Self =
                Self { powers: $powers, name: $name, canonical: $canonical, example: $example };)*
            /// All dimensions that have a name.
            pub const ALL: &'static [Self] = &[$(Self::$constant),*];
        }
    };
}

dimensions! {
    /// A fraction or another pure number.
    FRACTION: [0, 0, 0, 0, 0, 0], "a fraction", "", "50 %";
    /// A time, in days.
    TIME: [1, 0, 0, 0, 0, 0], "a time", "d", "70 d";
    /// A rate, per day.
    RATE: [-1, 0, 0, 0, 0, 0], "a rate", "1/d", "0.12 1/h";
    /// A number of molecules.
    MOLECULES: [0, 1, 0, 0, 0, 0], "a number of molecules", "molecules", "300 molecules";
    /// A number of cells.
    CELLS: [0, 0, 1, 0, 0, 0], "a number of cells", "cells", "1e6 cells";
    /// A flow of cells, per day.
    CELL_RATE: [-1, 0, 1, 0, 0, 0], "a flow of cells", "cells/d", "1.8e6 cells/d";
    /// A flow of molecules, per second.
    MOLECULE_RATE: [-1, 1, 0, 0, 0, 0], "a flow of molecules", "molecules/s", "10 molecules/s";
    /// Molecules on or in one cell.
    MOLECULES_PER_CELL: [0, 1, -1, 0, 0, 0], "a number of molecules per cell", "molecules/cell", "300 molecules/cell";
    /// A flow of molecules from or onto one cell, per second.
    MOLECULE_RATE_PER_CELL: [-1, 1, -1, 0, 0, 0], "a flow of molecules per cell", "molecules/cell/s", "10 molecules/cell/s";
    /// Molecules in a volume, in picomolar.
    CONCENTRATION: [0, 1, 0, 0, 0, -3], "a concentration", "pM", "10 pM";
    /// A rate of binding, per picomolar and day.
    BINDING_RATE: [-1, -1, 0, 0, 0, 3], "a rate of binding", "1/(pM d)", "10 1/(nM h)";
    /// A mass, in micrograms.
    MASS: [0, 0, 0, 1, 0, 0], "a mass", "ug", "1 ug";
    /// A mass of one molecule, in kilodaltons.
    MOLECULAR_MASS: [0, -1, 0, 1, 0, 0], "a mass of a molecule", "kDa", "15.5 kDa";
    /// A biological activity, in international units.
    ACTIVITY: [0, 0, 0, 0, 1, 0], "an activity", "IU", "25 000 IU";
    /// A length, in micrometres.
    LENGTH: [0, 0, 0, 0, 0, 1], "a length", "um", "10 um";
    /// A volume, in microlitres.
    VOLUME: [0, 0, 0, 0, 0, 3], "a volume", "ul", "100 ul";
}

impl Dimension {
    /// The name with its article: `a time`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The unit that [`read`](super::read) returns: `d`; empty for a fraction.
    #[must_use]
    pub fn canonical_unit(&self) -> &'static str {
        self.canonical
    }

    /// The name and an example, for "expected": `a time such as "70 d"`.
    #[must_use]
    pub fn expectation(&self) -> String {
        format!("{} such as \"{}\"", self.name, self.example)
    }

    fn of(powers: Powers) -> Option<&'static Self> {
        Self::ALL
            .iter()
            .find(|dimension| dimension.powers == powers)
    }
}

/// A unit: powers of the base units and an exact ratio to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    powers: Powers,
    ratio: Ratio,
}

impl Unit {
    /// No unit: a pure number.
    pub const PURE: Self = Self {
        powers: [0; 6],
        ratio: Ratio { over: 1, under: 1 },
    };

    /// Reads a unit such as `d`, `1/h`, `molecules/cell`, `1/(nM h)`, `um^3`; empty or `1` is a pure number.
    ///
    /// # Errors
    /// [`QuantityFault`] with the nearest unit.
    pub fn parse(text: &str) -> Result<Self, QuantityFault> {
        Self::parse_for(text, None)
    }

    pub(super) fn parse_for(text: &str, wanted: Option<&Self>) -> Result<Self, QuantityFault> {
        if text.trim().is_empty() {
            return Ok(Self::PURE);
        }
        let mut scanner = UnitScanner {
            text,
            at: 0,
            wanted,
            depth: 0,
        };
        let unit = scanner.product()?;
        if scanner.at < text.len() {
            return Err(scanner.unknown(text));
        }
        Ok(unit)
    }

    /// Whether it is the unit of a pure number: none, or `%`.
    #[must_use]
    pub fn is_pure(&self) -> bool {
        self.powers == [0; 6]
    }

    /// What it measures, with the article: `a time`; `None` where that has no name here.
    #[must_use]
    pub fn measures(&self) -> Option<&'static str> {
        Dimension::of(self.powers).map(Dimension::name)
    }

    pub(super) fn ratio_to(&self, other: &Self) -> Option<Ratio> {
        if self.powers == other.powers {
            self.ratio.times(other.ratio.power(-1)?)
        } else {
            None
        }
    }

    fn times(&self, other: &Self) -> Option<Self> {
        let mut powers = self.powers;
        for (power, more) in powers.iter_mut().zip(other.powers) {
            *power = power.checked_add(more)?;
        }
        Some(Self {
            powers,
            ratio: self.ratio.times(other.ratio)?,
        })
    }

    fn power(&self, exponent: i8) -> Option<Self> {
        let mut powers = self.powers;
        for power in &mut powers {
            *power = power.checked_mul(exponent)?;
        }
        Some(Self {
            powers,
            ratio: self.ratio.power(exponent)?,
        })
    }
}

/// A ratio of whole numbers without common divisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ratio {
    over: u128,
    under: u128,
}

impl Ratio {
    fn new(over: u128, under: u128) -> Self {
        let common = divisor(over, under);
        Self {
            over: over / common,
            under: under / common,
        }
    }

    fn times(self, other: Self) -> Option<Self> {
        let (first, second) = (
            divisor(self.over, other.under),
            divisor(other.over, self.under),
        );
        Some(Self {
            over: (self.over / first).checked_mul(other.over / second)?,
            under: (self.under / second).checked_mul(other.under / first)?,
        })
    }

    fn power(self, exponent: i8) -> Option<Self> {
        let size = u32::from(exponent.unsigned_abs());
        let (over, under) = (self.over.checked_pow(size)?, self.under.checked_pow(size)?);
        Some(if exponent < 0 {
            Self {
                over: under,
                under: over,
            }
        } else {
            Self { over, under }
        })
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "one rounding of each, at most 1 part in 2^53"
    )]
    pub(super) fn scale(self, value: f64) -> f64 {
        value * self.over as f64 / self.under as f64
    }
}

/// The greatest common divisor of two numbers that are not zero.
fn divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// One line of the table of units: spellings, powers, ratio.
type UnitRow = (&'static [&'static str], Powers, u128, u128);

/// Molecules in a mole, over 10^15 (CODATA 2018: 6.022 140 76e23, exact).
const AVOGADRO: u128 = 602_214_076;

const T: Powers = [1, 0, 0, 0, 0, 0];
const N: Powers = [0, 1, 0, 0, 0, 0];
const C: Powers = [0, 0, 1, 0, 0, 0];
const M: Powers = [0, 0, 0, 1, 0, 0];
const A: Powers = [0, 0, 0, 0, 1, 0];
const L: Powers = [0, 0, 0, 0, 0, 1];
const L3: Powers = [0, 0, 0, 0, 0, 3];
const MOLAR: Powers = [0, 1, 0, 0, 0, -3];
const DALTON: Powers = [0, -1, 0, 1, 0, 0];

/// All units by name, those of one dimension together, the usual spelling first.
#[rustfmt::skip]
const UNITS: &[UnitRow] = &[
    (&["d", "day", "days"], T, 1, 1),
    (&["h", "hour", "hours"], T, 1, 24),
    (&["min", "minute", "minutes"], T, 1, 24 * 60),
    (&["s", "second", "seconds"], T, 1, 24 * 60 * 60),
    (&["wk", "week", "weeks"], T, 7, 1),
    (&["molecules", "molecule"], N, 1, 1),
    (&["mol"], N, AVOGADRO * 1_000_000_000_000_000, 1),
    (&["nmol"], N, AVOGADRO * 1_000_000, 1),
    (&["pmol"], N, AVOGADRO * 1_000, 1),
    (&["fmol"], N, AVOGADRO, 1),
    (&["cells", "cell"], C, 1, 1),
    (&["ug", "µg", "μg"], M, 1, 1),
    (&["kg"], M, 1_000_000_000, 1),
    (&["g"], M, 1_000_000, 1),
    (&["mg"], M, 1_000, 1),
    (&["ng"], M, 1, 1_000),
    (&["pg"], M, 1, 1_000_000),
    (&["IU"], A, 1, 1),
    (&["kIU"], A, 1_000, 1),
    (&["MIU"], A, 1_000_000, 1),
    (&["pM"], MOLAR, AVOGADRO, 1_000_000_000_000),
    (&["M"], MOLAR, AVOGADRO, 1),
    (&["mM"], MOLAR, AVOGADRO, 1_000),
    (&["uM", "µM", "μM"], MOLAR, AVOGADRO, 1_000_000),
    (&["nM"], MOLAR, AVOGADRO, 1_000_000_000),
    (&["fM"], MOLAR, AVOGADRO, 1_000_000_000_000_000),
    (&["um", "µm", "μm"], L, 1, 1),
    (&["mm"], L, 1_000, 1),
    (&["cm"], L, 10_000, 1),
    (&["nm"], L, 1, 1_000),
    (&["ul", "uL", "µl", "µL", "μl", "μL"], L3, 1_000_000_000, 1),
    (&["l", "L"], L3, 1_000_000_000_000_000, 1),
    (&["ml", "mL"], L3, 1_000_000_000_000, 1),
    (&["nl", "nL"], L3, 1_000_000, 1),
    (&["pl", "pL"], L3, 1_000, 1),
    (&["fl", "fL"], L3, 1, 1),
    (&["kDa"], DALTON, 1, AVOGADRO * 1_000_000),
    (&["Da"], DALTON, 1, AVOGADRO * 1_000_000_000),
    (&["%"], [0; 6], 1, 100),
];

struct UnitScanner<'t> {
    text: &'t str,
    at: usize,
    wanted: Option<&'t Unit>,
    depth: usize,
}

impl<'t> UnitScanner<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn take(&mut self, c: char) -> bool {
        self.at = self.text.len() - self.rest().trim_start().len();
        let taken = self.rest().starts_with(c);
        if taken {
            self.at += c.len_utf8();
        }
        taken
    }

    /// Factors up to the end or a closing bracket. Without a sign between them they multiply.
    fn product(&mut self) -> Result<Unit, QuantityFault> {
        let mut unit = Unit::PURE;
        let mut inverse = self.take('/');
        loop {
            let factor = self.factor()?.power(if inverse { -1 } else { 1 });
            unit = factor
                .and_then(|factor| unit.times(&factor))
                .ok_or_else(|| self.unknown(self.text))?;
            inverse = self.take('/');
            let more = inverse || self.take('*') || self.take('·');
            if !more && (self.rest().is_empty() || self.rest().starts_with(')')) {
                return Ok(unit);
            }
        }
    }

    fn factor(&mut self) -> Result<Unit, QuantityFault> {
        if self.take('(') {
            self.depth += 1;
            let unit = if self.depth > 4 {
                Err(self.unknown(self.text))
            } else {
                self.product()
            }?;
            self.depth -= 1;
            return if self.take(')') {
                Ok(unit)
            } else {
                Err(self.unknown(self.text))
            };
        }
        if self.at == 0 && self.rest().starts_with('1') {
            self.at += 1;
            return Ok(Unit::PURE);
        }
        let length = self
            .rest()
            .find(|c: char| !(c.is_alphabetic() || c == '%'))
            .unwrap_or(self.rest().len());
        let name = &self.rest()[..length];
        let Some((_, powers, over, under)) = UNITS.iter().find(|row| row.0.contains(&name)) else {
            return Err(self.unknown(if name.is_empty() { self.rest() } else { name }));
        };
        self.at += length;
        let unit = Unit {
            powers: *powers,
            ratio: Ratio::new(*over, *under),
        };
        let exponent = self.exponent()?;
        unit.power(exponent).ok_or_else(|| self.unknown(self.text))
    }

    /// `^3`, `^-1`, `³`, `⁻¹`; 1 where there is none.
    fn exponent(&mut self) -> Result<i8, QuantityFault> {
        const RAISED: [char; 11] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹', '⁻'];
        let caret = self.rest().starts_with('^');
        let from = self.at + usize::from(caret);
        let is_part = |c: char| RAISED.contains(&c) || (caret && (c.is_ascii_digit() || c == '-'));
        let length = self.text[from..]
            .find(|c| !is_part(c))
            .unwrap_or(self.text.len() - from);
        let written = &self.text[from..from + length];
        if written.is_empty() && !caret {
            return Ok(1);
        }
        let lower = |c: char| match RAISED.iter().position(|raised| *raised == c) {
            Some(10) => '-',
            Some(digit) => char::from(b"0123456789"[digit]),
            None => c,
        };
        let exponent = written.chars().map(lower).collect::<String>().parse();
        self.at = from + length;
        exponent.map_err(|_| self.unknown(self.text))
    }

    fn unknown(&self, name: &str) -> QuantityFault {
        let name = name.trim();
        let fits = |row: &&UnitRow| self.wanted.is_none_or(|wanted| wanted.powers == row.1);
        let spellings = |row: &UnitRow| row.0.iter().copied();
        let suggested = nearest(name, UNITS.iter().filter(fits).flat_map(spellings))
            .or_else(|| nearest(name, UNITS.iter().flat_map(spellings)));
        let start = self.text.find(name).unwrap_or_default();
        QuantityFault {
            span: start..start + name.len(),
            found: format!("the unknown unit {}", quoted(name)),
            expected: "a unit such as d, h, pM, cells/d or 1/h".to_owned(),
            nearest: suggested,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::super::read;
    use super::*;

    #[test]
    fn compound_units_are_read() {
        for (text, same) in [
            ("1/(M s)", "s^-1/M"),
            ("cell/(molecule s)", "cells / molecules / s"),
            ("molecules/(cell s)", "molecules·cell⁻¹·s⁻¹"),
            ("ml/cell", "cm^3/cell"),
            ("ml/h", "ml/h"),
            ("kg/mol", "kDa"),
            ("nmol/l", "nM"),
        ] {
            let (unit, same) = (Unit::parse(text), Unit::parse(same));
            assert!(unit.is_ok() && unit == same, "{text}: {unit:?}, {same:?}");
        }
        for bad in [
            "d)",
            "(d",
            "(1/d)",
            "1/",
            "d^",
            "d^999",
            "M^9",
            "((((((d))))))",
            "11",
            "d 1",
        ] {
            assert!(Unit::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_canonical_unit_and_example_is_of_its_dimension() {
        for dimension in Dimension::ALL {
            let unit = Unit::parse(dimension.canonical).unwrap();
            assert_eq!(unit.measures(), Some(dimension.name));
            assert!(read(dimension.example, *dimension).is_ok(), "{dimension:?}");
        }
    }

    #[test]
    fn spellings_are_unique() {
        let mut all: Vec<_> = UNITS.iter().flat_map(|row| row.0).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
