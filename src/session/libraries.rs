//! One loss in all libraries, and the Python that reproduces a card.

use super::deck::Card;
use super::frame::{CauseReadout, CodeReadout, ComparisonReadout, ComparisonRow};
use crate::field::Field;
use crate::library::{Facts, code};
use crate::loss::config::ConfigError;
use crate::paint::number;
use crate::study::compare::{self, Cause, Row};

pub(super) fn comparison(field: &Field<'_>, card: &Card) -> Result<ComparisonReadout, ConfigError> {
    let compared = compare::compare(field, card.spec, &card.settings)?;
    let values = compared.rows.iter().map(|row| row.value).chain([compared.value]);
    let axis = Axis::around(values);
    Ok(ComparisonReadout {
        id: card.spec.id.into(),
        value: compared.value,
        text: number::short(compared.value),
        position: axis.position(compared.value),
        zero: axis.position(0.0),
        axis: [number::tick(axis.least), number::tick(axis.most)],
        rows: compared.rows.into_iter().map(|row| comparison_row(row, compared.value, axis)).collect(),
    })
}

/// A number line that all values share. Its ends are 0 or round numbers, so that it seldom jumps while painting.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Axis {
    least: f64,
    most: f64,
}

impl Axis {
    fn around(values: impl Iterator<Item = f64>) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let (least, most) =
            finite.fold((0f64, 0f64), |(least, most), value| (least.min(value), most.max(value)));
        let axis = Self { least: -round_above(-least), most: round_above(most) };
        if axis.most > axis.least { axis } else { Self { least: 0.0, most: 1.0 } }
    }

    fn position(self, value: f64) -> f64 {
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

fn comparison_row(row: Row, own: f64, axis: Axis) -> ComparisonRow {
    ComparisonRow {
        library: row.library.into(),
        name: format!("{} {}", row.name, row.version),
        function: row.function.into(),
        call: row.call,
        value: row.value,
        text: number::short(row.value),
        position: axis.position(row.value),
        same: row.same,
        difference_text: if row.same { String::new() } else { number::signed(row.value - own) },
        causes: row.causes.into_iter().map(|one| cause(one, own)).collect(),
        notes: row.notes,
    }
}

/// A change below this, relative to the value, does not show in the four digits that are written of it.
const SHOWS: f64 = 5e-5;

fn cause(cause: Cause, own: f64) -> CauseReadout {
    CauseReadout {
        label: cause.term.map_or_else(|| cause.label.into(), |term| format!("{term}: {}", cause.label)),
        ours: cause.ours,
        theirs: cause.theirs,
        effect_text: number::signed(cause.effect),
        shows: cause.effect.is_nan() || cause.effect.abs() > SHOWS * own.abs(),
    }
}

pub(super) fn code(field: &Field<'_>, card: &Card) -> Vec<CodeReadout> {
    let lines = code::lines_for(card.spec, &card.settings, Facts::of(field));
    lines
        .into_iter()
        .map(|line| CodeReadout {
            library: format!("{} {}", line.library.name, line.library.version),
            function: line.function,
            code: line.code,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_0_or_at_round_numbers() {
        let axis = |values: &[f64]| Axis::around(values.iter().copied());
        assert_eq!(axis(&[0.56, 0.62]), Axis { least: 0.0, most: 1.0 });
        assert_eq!(axis(&[-0.28, 0.72]), Axis { least: -0.5, most: 1.0 });
        assert_eq!(axis(&[3.1, f64::INFINITY]), Axis { least: 0.0, most: 5.0 });
        assert_eq!(axis(&[0.0]), Axis { least: 0.0, most: 1.0 });
        let axis = axis(&[-0.28, 0.72]);
        assert!(
            (axis.position(0.25) - 0.5).abs() < 1e-15 && (axis.position(f64::NEG_INFINITY)).abs() < 1e-15
        );
    }
}
