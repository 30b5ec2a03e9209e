//! The number line that the values of all libraries share.

/// A number line that all values share. Its ends are 0 or round numbers, so that it seldom jumps while painting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NumberLine {
    pub(super) least: f64,
    pub(super) most: f64,
}

impl NumberLine {
    /// An axis that holds 0 and all values that are finite.
    pub(super) fn around(values: impl Iterator<Item = f64>) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let (least, most) =
            finite.fold((0f64, 0f64), |(least, most), value| (least.min(value), most.max(value)));
        let axis = Self { least: -round_above(-least), most: round_above(most) };
        if axis.most > axis.least { axis } else { Self { least: 0.0, most: 1.0 } }
    }

    /// Place of a value, from 0 to 1; beyond the ends at the nearest.
    pub(super) fn position(self, value: f64) -> f64 {
        ((value - self.least) / (self.most - self.least)).clamp(0.0, 1.0)
    }
}

/// The smallest of 1, 2 or 5 times a power of ten that is not below this; 0 for what is not above 0.
fn round_above(size: f64) -> f64 {
    if size <= 0.0 {
        return 0.0;
    }
    let power = 10f64.powf(size.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * power).find(|&round| round >= size).unwrap_or(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_0_or_at_round_numbers() {
        let axis = |values: &[f64]| NumberLine::around(values.iter().copied());
        assert_eq!(axis(&[0.56, 0.62]), NumberLine { least: 0.0, most: 1.0 });
        assert_eq!(axis(&[-0.28, 0.72]), NumberLine { least: -0.5, most: 1.0 });
        assert_eq!(axis(&[3.1, f64::INFINITY]), NumberLine { least: 0.0, most: 5.0 });
        assert_eq!(axis(&[0.0]), NumberLine { least: 0.0, most: 1.0 });
        let axis = axis(&[-0.28, 0.72]);
        assert!(
            (axis.position(0.25) - 0.5).abs() < 1e-15 && (axis.position(f64::NEG_INFINITY)).abs() < 1e-15
        );
    }
}
