//! Axes as data: quantity, range, and spread of values.

use serde::{Deserialize, Serialize};

use super::super::number::{short, tick};
use super::frame::AxisTick;
use super::table::Cell;

/// Axis of a chart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Axis {
    /// Quantity on the axis, with its unit: `foreground, % of pixels`.
    pub name: String,
    /// Value at the start of the axis.
    pub from: f64,
    /// Value at the end of the axis.
    pub to: f64,
    /// Spread of values along the axis.
    pub spread: Spread,
    /// Names of the things that stand at 1, 2, 3 and so on; empty on an axis that measures. A line break is
    /// kept where there is room for it, under the plot.
    #[serde(default)]
    pub names: Vec<String>,
}

/// Spread of values along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Spread {
    /// Linear: equal steps are equally long.
    #[default]
    Linear,
    /// Logarithmic: equal ratios are equally long. Values must be positive.
    Log,
}

impl Axis {
    /// Linear axis.
    pub fn linear(name: impl Into<String>, from: f64, to: f64) -> Self {
        Self { name: name.into(), from, to, spread: Spread::Linear, names: Vec::new() }
    }

    /// Logarithmic axis; both ends must be above 0.
    pub fn log(name: impl Into<String>, from: f64, to: f64) -> Self {
        Self { spread: Spread::Log, ..Self::linear(name, from, to) }
    }

    /// Axis of named things side by side, which stand at 1, 2, 3 and so on.
    pub fn named(name: impl Into<String>, names: Vec<String>) -> Self {
        let to = names.len().max(1) as f64 + 0.5;
        Self { names, ..Self::linear(name, 0.5, to) }
    }

    /// Name of the thing at a value, in one line; none on an axis that measures.
    fn name_at(&self, value: f64) -> Option<String> {
        let at = value.round();
        let name = (at >= 1.0).then(|| self.names.get(at as usize - 1))??;
        Some(name.replace("-\n", "-").replace('\n', " "))
    }

    /// Value as text: the name of the thing there, else four significant digits.
    pub(super) fn said(&self, value: f64) -> String {
        self.name_at(value).unwrap_or_else(|| short(value))
    }

    /// Value as a cell of a table: the name of the thing there, else the number.
    pub(super) fn cell(&self, value: f64) -> Cell {
        self.name_at(value).map_or(Cell::Number(value), Cell::Text)
    }

    /// Linear axis from 0, or below if any value is, to a round number that holds all values. Values that are
    /// not finite are left out. Round ends are few, so an axis rarely moves while its values do.
    pub fn around(name: impl Into<String>, values: impl Iterator<Item = f64>) -> Self {
        let (least, most) = values
            .filter(|value| value.is_finite())
            .fold((0.0f64, 0.0f64), |(least, most), value| (least.min(value), most.max(value)));
        let end = |size: f64| if size > 0.0 { super::frame::axis_end(size) } else { 0.0 };
        let (from, to) = (-end(-least), end(most));
        Self::linear(name, from, if from < to { to } else { from + 1.0 })
    }

    /// Logarithmic axis from a power of ten to a power of ten around all positive values, over twelve decades
    /// at most.
    pub fn around_log(name: impl Into<String>, values: impl Iterator<Item = f64>) -> Self {
        let (least, most) = values
            .filter(|value| value.is_finite() && *value > 0.0)
            .fold((f64::INFINITY, 0.0f64), |(least, most), value| (least.min(value), most.max(value)));
        if most == 0.0 {
            return Self::log(name, 0.1, 1.0);
        }
        // What is many decades below the rest is as good as nothing, and would press the rest together.
        let top = most.log10().ceil();
        let bottom = least.log10().floor().clamp(top - 12.0, top - 1.0);
        Self::log(name, 10f64.powf(bottom), 10f64.powf(top))
    }

    /// Place of a value along the axis, 0 at the start and 1 at the end; NaN for a value that a logarithmic
    /// axis cannot show.
    pub(super) fn share(&self, value: f64) -> f64 {
        match self.spread {
            Spread::Linear => (value - self.from) / (self.to - self.from),
            Spread::Log if value > 0.0 => (value / self.from).ln() / (self.to / self.from).ln(),
            Spread::Log => f64::NAN,
        }
    }

    /// Value at a place along the axis, 0 at the start and 1 at the end: the inverse of
    /// [`share`](Self::share).
    pub(super) fn value(&self, share: f64) -> f64 {
        match self.spread {
            Spread::Linear => self.from + share * (self.to - self.from),
            Spread::Log => self.from * (self.to / self.from).powf(share),
        }
    }

    /// Ticks at round values, at most one for every `spacing` of `length` pixels, but room for two at least;
    /// at every name on an axis of named things.
    pub(super) fn ticks(&self, length: i32, spacing: i32) -> Vec<AxisTick> {
        if !(self.from.is_finite() && self.to.is_finite() && self.from < self.to) {
            return Vec::new();
        }
        if !self.names.is_empty() {
            let names = self.names.iter().enumerate();
            return names.map(|(at, name)| (self.share(at as f64 + 1.0), name.clone())).collect();
        }
        let most = (length / spacing.max(1)).max(2);
        let values = match self.spread {
            Spread::Linear => linear_values(self.from, self.to, most),
            Spread::Log => log_values(self.from, self.to, most),
        };
        values.into_iter().map(|value| (self.share(value), tick(value))).collect()
    }
}

fn linear_values(from: f64, to: f64, most: i32) -> Vec<f64> {
    let step = super::frame::round_step((to - from) / f64::from(most));
    let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
    (first..=last).map(|i| i as f64 * step).collect()
}

fn log_values(from: f64, to: f64, most: i32) -> Vec<f64> {
    let (first, last) = ((from.log10() + 1e-9).floor() as i32, (to.log10() + 1e-9).ceil() as i32);
    let within = |value: &f64| *value >= from * (1.0 - 1e-9) && *value <= to * (1.0 + 1e-9);
    let at = |steps: &[f64], every: usize| -> Vec<f64> {
        (first..=last)
            .step_by(every)
            .flat_map(|power| steps.iter().map(move |step| step * 10f64.powi(power)))
            .filter(within)
            .collect()
    };
    let finer = [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]].into_iter().map(|steps| at(steps, 1));
    let coarser = (2..).map(|every| at(&[1.0], every));
    // The finest that fits. Every coarser one has fewer, so there is one.
    finer.chain(coarser).find(|values| values.len() <= most as usize).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f64], expected: &[f64]) -> bool {
        found.len() == expected.len()
            && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9 * b.abs().max(1e-9))
    }

    #[test]
    fn shares_and_values_are_inverse() {
        for axis in [Axis::linear("", -2.0, 6.0), Axis::log("", 1e-2, 50.0)] {
            for share in [0.0, 0.3, 1.0] {
                assert!((axis.share(axis.value(share)) - share).abs() < 1e-12, "{axis:?}");
            }
        }
        assert!(Axis::log("", 0.1, 1.0).share(0.0).is_nan());
    }

    #[test]
    fn ticks_are_round_and_as_many_as_fit() {
        assert!(close(&linear_values(-2.0, 6.0, 5), &[-2.0, 0.0, 2.0, 4.0, 6.0]));
        assert!(close(
            &log_values(0.01, 50.0, 12),
            &[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
        ));
        assert!(close(&log_values(0.01, 50.0, 5), &[0.01, 0.1, 1.0, 10.0]));
        assert!(close(&log_values(1e-12, 1.0, 4), &[1e-12, 1e-8, 1e-4, 1.0]));
    }

    #[test]
    fn things_side_by_side_stand_at_whole_numbers_under_their_names() {
        let axis = Axis::named("loss", vec!["a".into(), "cross-\nentropy".into(), "focal\nloss".into()]);
        let sixth = 1.0 / 6.0;
        let ticks = axis.ticks(10, 10);
        assert!(close(&ticks.iter().map(|tick| tick.0).collect::<Vec<_>>(), &[sixth, 0.5, 5.0 * sixth]));
        assert_eq!(ticks[1].1, "cross-\nentropy");
        assert_eq!([1.2, 2.0, 3.0].map(|at| axis.said(at)), ["a", "cross-entropy", "focal loss"]);
        assert_eq!((axis.name_at(4.0), axis.name_at(0.0), axis.name_at(f64::NAN)), (None, None, None));
        assert_eq!((axis.cell(1.0), axis.cell(0.2)), (Cell::Text("a".into()), Cell::Number(0.2)));
    }

    #[test]
    fn an_axis_around_values_holds_them_and_0() {
        let axis = Axis::around("", [0.3, 2.2, f64::INFINITY, f64::NAN].into_iter());
        assert!(close(&[axis.from, axis.to], &[0.0, 3.0]), "{axis:?}");
        let axis = Axis::around("", [-0.4, 0.0].into_iter());
        assert!(close(&[axis.from, axis.to], &[-0.5, 0.0]), "{axis:?}");
        let axis = Axis::around_log("", [3e-30, 0.02, 0.0].into_iter());
        assert!(close(&[axis.from, axis.to], &[1e-13, 0.1]), "{axis:?}");
        let nothing = Axis::around("", std::iter::empty());
        assert!(close(&[nothing.from, nothing.to], &[0.0, 1.0]));
    }
}
