//! Numbers as people print them: three figures, thin spaces, powers of ten raised, a true minus sign.

/// Figures kept by [`Numeral::of`].
const FIGURES: usize = 3;
/// Narrow no-break space, between groups of three digits.
const THIN: char = '\u{202f}';
/// As wide as a digit: pads decimals so that points stand under each other.
const FIGURE_SPACE: char = '\u{2007}';
/// As wide as a full stop.
const PUNCTUATION_SPACE: char = '\u{2008}';

/// A formatted number: digits, and a power of ten where one is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Numeral {
    digits: String,
    exponent: Option<i32>,
}

impl Numeral {
    /// `value` to three significant figures; a dash where it is not finite.
    pub(crate) fn of(value: f64) -> Self {
        if !value.is_finite() {
            return Self {
                digits: "–".to_owned(),
                exponent: None,
            };
        }
        if value == 0.0 {
            return Self {
                digits: "0".to_owned(),
                exponent: None,
            };
        }
        // Rounding first decides the power of ten: 999.6 is 1000 to three figures.
        let rounded = format!("{:.*e}", FIGURES - 1, value.abs());
        let (mantissa, power) = rounded.split_once('e').unwrap_or((&rounded, "0"));
        let power: i32 = power.parse().unwrap_or_default();
        let sign = if value < 0.0 { "−" } else { "" };
        if !(-3..6).contains(&power) {
            return Self {
                digits: format!("{sign}{mantissa}"),
                exponent: Some(power),
            };
        }
        let decimals = usize::try_from(2 - power).unwrap_or(0);
        let magnitude = if decimals > 0 {
            format!("{:.decimals$}", value.abs())
        } else {
            let figures: String = mantissa.chars().filter(char::is_ascii_digit).collect();
            let places = usize::try_from(power + 1).unwrap_or(FIGURES);
            group(&format!("{figures:0<places$}"))
        };
        Self {
            digits: format!("{sign}{magnitude}"),
            exponent: None,
        }
    }

    /// `value` with a fixed number of decimals, as on a linear axis.
    pub(crate) fn fixed(value: f64, decimals: usize) -> Self {
        let text = format!("{:.decimals$}", value.abs());
        let negative = value < 0.0 && text.chars().any(|c| ('1'..='9').contains(&c));
        let (whole, fraction) = text
            .split_once('.')
            .map_or((text.as_str(), ""), |(whole, fraction)| (whole, fraction));
        let point = if fraction.is_empty() { "" } else { "." };
        Self {
            digits: format!(
                "{}{}{point}{fraction}",
                if negative { "−" } else { "" },
                group(whole)
            ),
            exponent: None,
        }
    }

    /// The bare power `10^exponent`.
    pub(crate) fn power(exponent: i32) -> Self {
        Self {
            digits: String::new(),
            exponent: Some(exponent),
        }
    }

    /// Digits as given.
    pub(crate) fn literal(digits: &str) -> Self {
        Self {
            digits: digits.to_owned(),
            exponent: None,
        }
    }

    /// With a plus sign where the number is positive: a difference.
    pub(crate) fn signed(mut self) -> Self {
        let counts = self.digits.chars().any(|c| ('1'..='9').contains(&c));
        if counts && !self.digits.starts_with('−') {
            self.digits.insert(0, '+');
        }
        self
    }

    /// Without zeros at the end of the decimals: for running text.
    pub(crate) fn trimmed(mut self) -> Self {
        if self.digits.contains('.') {
            let kept = self
                .digits
                .trim_end_matches('0')
                .trim_end_matches('.')
                .len();
            self.digits.truncate(kept);
        }
        self
    }

    /// Decimals after the point; `None` with a power of ten, which lines up with nothing.
    pub(crate) fn decimals(&self) -> Option<usize> {
        match self.exponent {
            None => Some(
                self.digits
                    .split_once('.')
                    .map_or(0, |(_, fraction)| fraction.len()),
            ),
            Some(_) => None,
        }
    }

    /// Padded on the right with blanks as wide as digits, so that right-aligned points stand under each other.
    pub(crate) fn padded(mut self, decimals: usize) -> Self {
        if let Some(own) = self.decimals() {
            if own == 0 && decimals > 0 {
                self.digits.push(PUNCTUATION_SPACE);
            }
            self.digits.extend(std::iter::repeat_n(
                FIGURE_SPACE,
                decimals.saturating_sub(own),
            ));
        }
        self
    }

    /// As text without markup, for descriptions.
    pub(crate) fn plain(&self) -> String {
        self.written(|power| power.to_string().chars().map(raised).collect())
    }

    /// As HTML.
    pub(crate) fn html(&self) -> String {
        self.written(|power| format!("<sup>{}</sup>", power.to_string().replace('-', "−")))
    }

    /// As SVG: there is no raised text in SVG, only a shift.
    pub(crate) fn svg(&self) -> String {
        self.written(|power| {
            format!(
                "<tspan dy=\"-4\" class=\"sup\">{}</tspan>",
                power.to_string().replace('-', "−")
            )
        })
    }

    fn written(&self, raise: impl Fn(i32) -> String) -> String {
        match self.exponent {
            None => self.digits.clone(),
            Some(power) if self.digits.is_empty() => format!("10{}", raise(power)),
            Some(power) => format!("{}{THIN}×{THIN}10{}", self.digits, raise(power)),
        }
    }
}

/// A count, every digit of it.
pub(crate) fn count(value: u64) -> String {
    group(&value.to_string())
}

/// Digits of a whole number in groups of three, from five digits on, as in print.
fn group(digits: &str) -> String {
    if digits.len() < 5 {
        return digits.to_owned();
    }
    let mut out = String::with_capacity(digits.len() + digits.len());
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(THIN);
        }
        out.push(digit);
    }
    out
}

fn raised(character: char) -> char {
    match character {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => digit
            .to_digit(10)
            .and_then(|d| char::from_u32(0x2070 + d))
            .unwrap_or(digit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_figures_whatever_the_size() {
        let cases = [
            (0.0, "0"),
            (0.5431, "0.543"),
            (0.001_234, "0.00123"),
            (0.000_123_4, "1.23\u{202f}×\u{202f}10⁻⁴"),
            (12.04, "12.0"),
            (99.96, "100"),
            (999.6, "1000"),
            (-3.2149, "−3.21"),
            (8_000.0, "8000"),
            (12_345.0, "12\u{202f}300"),
            (123_456.0, "123\u{202f}000"),
            (999_900.0, "1.00\u{202f}×\u{202f}10⁶"),
            (1.2e8, "1.20\u{202f}×\u{202f}10⁸"),
        ];
        for (value, text) in cases {
            assert_eq!(Numeral::of(value).plain(), text, "{value}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_a_dash() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Numeral::of(value).html(), "–");
            assert_eq!(Numeral::of(value).signed().html(), "–");
        }
    }

    #[test]
    fn powers_are_raised_in_each_medium() {
        assert_eq!(Numeral::power(-3).plain(), "10⁻³");
        assert_eq!(Numeral::power(-3).html(), "10<sup>−3</sup>");
        assert_eq!(
            Numeral::power(6).svg(),
            "10<tspan dy=\"-4\" class=\"sup\">6</tspan>"
        );
    }

    #[test]
    fn signs_zeros_and_padding() {
        assert_eq!(Numeral::of(0.25).signed().plain(), "+0.250");
        assert_eq!(Numeral::of(0.0).signed().plain(), "0");
        assert_eq!(Numeral::fixed(0.01, 1).signed().plain(), "0.0");
        assert_eq!(Numeral::of(-2.0).signed().trimmed().plain(), "−2");
        assert_eq!(Numeral::fixed(-0.001, 1).plain(), "0.0");
        assert_eq!(Numeral::fixed(12_500.0, 0).plain(), "12\u{202f}500");
        assert_eq!(
            Numeral::of(100.0).padded(2).plain(),
            "100\u{2008}\u{2007}\u{2007}"
        );
    }
}
