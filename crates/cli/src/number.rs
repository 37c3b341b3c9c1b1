//! Numbers for people: three significant digits, per cent for shares, powers of ten for crowds.

/// A value of a readout as text.
pub(crate) fn value(value: f64, unit: &str, name: &str) -> String {
    if is_share(unit, name) {
        return format!("{} %", plain(100.0 * value));
    }
    plain(value)
}

/// A difference, with its sign.
pub(crate) fn difference(value: f64, unit: &str, name: &str) -> String {
    let text = if is_share(unit, name) {
        plain(100.0 * value.abs())
    } else {
        plain(value.abs())
    };
    let sign = if value < 0.0 && text != "0" { "-" } else { "+" };
    format!("{sign}{text}")
}

/// Whether a pure number is a share, and reads better in per cent: a readout that is one by its name. What is calculated may be anything.
pub(crate) fn is_share(unit: &str, name: &str) -> bool {
    let Some((call, arguments)) = name.split_once('(') else {
        return unit == "1" && name == "alive";
    };
    let is_one = call
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && arguments.find(')') == arguments.len().checked_sub(1);
    unit == "1" && is_one && call.ends_with("fraction")
}

/// Three significant digits; `1.23e8` from a million on, `0` for zero.
pub(crate) fn plain(value: f64) -> String {
    significant(value, 3)
}

/// So many significant digits, at least one; otherwise as [`plain`].
pub(crate) fn significant(value: f64, wanted: usize) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "-".into();
    }
    if size < 1e-12 {
        return "0".into();
    }
    let decimals = wanted.saturating_sub(1);
    if !(1e-3..1e6).contains(&size) {
        return format!("{value:.decimals$e}");
    }
    // Rounding may carry into the next power of ten (9.996 is 10.0), so the digits are those of the rounded value.
    let rounded: f64 = format!("{value:.decimals$e}").parse().unwrap_or(value);
    let left = decimals as i32 - rounded.abs().log10().floor() as i32;
    let digits = left.clamp(0, decimals as i32 + 3) as usize;
    format!("{rounded:.digits$}")
}

/// A number of molecules or a time: whole numbers below a million as they are, others as [`plain`].
pub(crate) fn amount(value: f64) -> String {
    if value == value.trunc() && value.abs() < 1e6 {
        format!("{}", value as i64)
    } else {
        plain(value)
    }
}

/// An age in days: whole days without decimals.
pub(crate) fn day(value: f64) -> String {
    format!("{}", (value * 100.0).round() / 100.0)
}

/// A time, in minutes or hours.
pub(crate) fn hours(hours: f64) -> String {
    match hours {
        hours if hours < 1.0 => format!("{:.0} min", (60.0 * hours).max(1.0)),
        hours => format!("{hours:.1} h"),
    }
}

/// `1 mouse`, `6 mice`.
pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_significant_digits() {
        for (number, text) in [
            (0.0, "0"),
            (0.123_45, "0.123"),
            (9.996, "10.0"),
            (54.72, "54.7"),
            (123.45, "123"),
            (12_345.6, "12300"),
            (1.234e8, "1.23e8"),
            (0.000_12, "1.20e-4"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(plain(number), text);
        }
    }

    #[test]
    fn whole_amounts_are_not_rounded() {
        assert_eq!(amount(12_345.0), "12345");
        assert_eq!(amount(-0.0), "0");
        assert_eq!(amount(0.125), "0.125");
        assert_eq!(amount(2e9), "2.00e9");
        assert_eq!(significant(316.594, 5), "316.59");
        assert_eq!(significant(0.001_234_56, 5), "0.0012346");
    }

    #[test]
    fn shares_are_per_cent() {
        assert_eq!(value(0.6543, "1", "activated_fraction(Tcon)"), "65.4 %");
        assert_eq!(value(0.6543, "1", "pstat5(Treg)"), "0.654");
        for formula in [
            "1 - fraction(Treg, of: CD4)",
            "fraction(Treg, of: CD4) / fraction(NK, of: T)",
            "my_fraction",
        ] {
            assert_eq!(value(0.6543, "1", formula), "0.654", "{formula}");
        }
        assert_eq!(difference(-0.1, "1", "fraction(Treg, of: CD4)"), "-10.0");
    }
}
