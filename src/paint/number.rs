//! Numbers as text for the page: a true minus (U+2212), powers of ten with superscripts.

/// Four significant digits, for a value that is read: `0.6931`, `−12.34`, `1.250×10⁻⁵`.
///
/// Trailing zeros stay, so that a number that changes under the brush does not change its width.
pub fn short(value: f64) -> String {
    write(value, 4, false)
}

/// Four significant digits with a sign, for a change: `+0.2500`, `−0.06931`.
pub fn signed(value: f64) -> String {
    let text = short(value);
    if value > 0.0 { format!("+{text}") } else { text }
}

/// Two significant digits without trailing zeros, for a scale: `0.5`, `−1.2×10⁻⁴`, `10⁻⁶`.
pub fn tick(value: f64) -> String {
    write(value, 2, true)
}

/// A count with narrow spaces between groups of three digits: `65 536`.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(2 * digits.len());
    for (i, digit) in digits.chars().enumerate() {
        // Four digits are read at a glance; five are not.
        if i > 0 && digits.len() > 4 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// Proportion as a percentage: fewer decimals the larger it is, and never "0 %" for a proportion above 0.
pub fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    match percent {
        0.0 => "0 %".into(),
        p if p < 0.01 => "< 0.01 %".into(),
        p if p < 1.0 => format!("{p:.2} %"),
        p if p < 10.0 => format!("{p:.1} %"),
        p if p > 99.99 && p < 100.0 => "> 99.99 %".into(),
        p if p > 99.0 && p < 100.0 => format!("{p:.2} %"),
        p => format!("{p:.0} %"),
    }
}

fn write(value: f64, significant: i32, trim: bool) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if value < 0.0 { "\u{2212}" } else { "" };
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if size.is_infinite() {
        return format!("{sign}∞");
    }
    // Rounding can carry into the next power of ten (9.9999 -> 10.00), so round first and look then.
    let rounded = format!("{size:.*e}", (significant - 1) as usize);
    let (mantissa, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-3..=5).contains(&power) {
        let decimals = (significant - 1 - power).max(0) as usize;
        let plain = format!("{size:.decimals$}");
        return format!("{sign}{}", if trim { without_zeros(&plain) } else { &plain });
    }
    let mantissa = if trim { without_zeros(mantissa) } else { mantissa };
    let power: String = exponent.chars().map(superscript).collect();
    if trim && mantissa == "1" { format!("{sign}10{power}") } else { format!("{sign}{mantissa}×10{power}") }
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

fn superscript(c: char) -> char {
    match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁰',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_keeps_four_digits() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (std::f64::consts::LN_2, "0.6931"),
            (0.5, "0.5000"),
            (-12.3449, "\u{2212}12.34"),
            (9.999_96, "10.00"),
            (0.001_234_56, "0.001235"),
            (0.000_999_99, "0.001000"),
            (0.000_123_456, "1.235×10⁻⁴"),
            (123_456.7, "123457"),
            (1_234_567.0, "1.235×10⁶"),
            (5e-324, "4.941×10⁻³²⁴"),
            (f64::MAX, "1.798×10³⁰⁸"),
            (f64::INFINITY, "∞"),
            (f64::NEG_INFINITY, "\u{2212}∞"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn changes_have_a_sign_unless_there_is_none() {
        assert_eq!(signed(0.25), "+0.2500");
        assert_eq!(signed(-0.25), "\u{2212}0.2500");
        assert_eq!(signed(0.0), "0");
    }

    #[test]
    fn ticks_are_as_short_as_they_can_be() {
        let cases = [
            (0.5, "0.5"),
            (2.0, "2"),
            (-0.25, "\u{2212}0.25"),
            (-0.000_12, "\u{2212}1.2×10⁻⁴"),
            (1e-6, "10⁻⁶"),
            (300.0, "300"),
        ];
        for (value, text) in cases {
            assert_eq!(tick(value), text);
        }
    }

    #[test]
    fn counts_are_grouped_from_five_digits() {
        assert_eq!(count(0), "0");
        assert_eq!(count(4096), "4096");
        assert_eq!(count(65_536), "65\u{202f}536");
        assert_eq!(count(1_000_000), "1\u{202f}000\u{202f}000");
    }

    #[test]
    fn shares_never_round_to_nothing_or_all() {
        for (share, text) in [
            (0.0, "0 %"),
            (1e-6, "< 0.01 %"),
            (0.0031, "0.31 %"),
            (0.04, "4.0 %"),
            (0.5, "50 %"),
            (0.9995, "99.95 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(share), text);
        }
    }
}
