//! Losses against IoU, metrics by threshold, and calibration.

use super::{MetricsState, text};
use crate::field::{Field, Task};
use crate::metric::{self, Confusion};
use crate::paint::chart::{Axis, Chart, Ink, Mark, Plot, Series};
use crate::study::strokes::{Stop, THRESHOLDS, Valued};

/// Every loss of the last stop against IoU, one dot a stop that it can be compared with.
pub(super) fn scatter(history: &[&Stop], state: MetricsState, task: Task) -> Chart {
    let last = history.last();
    let compared = || history.iter().filter(|stop| last.is_some_and(|last| last.epoch == stop.epoch));
    let points = |loss: &Valued| {
        let point =
            |stop: &&Stop| Some([stop.iou(task, state.class, state.threshold)?, stop.value_of(loss)?]);
        compared().filter_map(point).collect::<Vec<_>>()
    };
    let losses = last.map_or(&[][..], |last| &last.losses);
    let series: Vec<Series> = losses
        .iter()
        .enumerate()
        .map(|(slot, loss)| {
            Series::line(loss.spec.name.of(task), Ink::Slot(slot), points(loss)).drawn(Mark::Dots)
        })
        .collect();
    let values = series.iter().flat_map(|s| s.points.iter().map(|point| point[1]));
    let y = Axis::around(text::SCATTER_Y, values);
    Chart::Plot(Plot::new(text::SCATTER, Axis::linear(text::SCATTER_X, 0.0, 1.0), y, series))
}

/// A number made of counts, where it is defined.
type Ratio = fn(&Confusion) -> Option<f64>;

/// The four ratios of a binary task at every threshold.
pub(super) fn by_threshold(field: &Field<'_>, threshold: f64) -> Chart {
    let counts = metric::confusions(field, 0, THRESHOLDS);
    let ratios: [(&str, Ratio); 4] = [
        (text::IOU, Confusion::iou),
        (text::DICE, Confusion::dice),
        (text::PRECISION, Confusion::precision),
        (text::RECALL, Confusion::recall),
    ];
    let series = ratios.iter().enumerate().map(|(slot, (name, ratio))| {
        let point = |(step, counts)| [step as f64 / THRESHOLDS as f64, ratio(counts).unwrap_or(f64::NAN)];
        let points = counts.iter().enumerate().map(point).collect();
        Series::line(*name, Ink::Slot(slot), points)
    });
    Chart::Plot(
        Plot::new(
            text::THRESHOLDS_TITLE,
            Axis::linear(text::THRESHOLD_AXIS, 0.0, 1.0),
            Axis::linear(text::METRIC, 0.0, 1.0),
            series.collect(),
        )
        .ruled(threshold, text::NOW),
    )
}

/// Predicted probabilities against the share that comes true.
pub(super) fn calibration(field: &Field<'_>, channel: usize) -> Chart {
    let bins = metric::reliability(field, 0, channel);
    let points = bins.iter().map(|bin| [bin.confidence, bin.frequency]).collect();
    let ideal = vec![[0.0, 0.0], [1.0, 1.0]];
    let share = bins.iter().map(|bin| [bin.confidence, bin.share]).collect();
    Chart::Plot(Plot::new(
        text::CALIBRATION,
        Axis::linear(text::CALIBRATION_X, 0.0, 1.0),
        Axis::linear(text::CALIBRATION_Y, 0.0, 1.0),
        vec![
            Series::line(text::SHARE_IN_BIN, Ink::Muted, share).drawn(Mark::Bars),
            Series::line(text::CALIBRATED, Ink::Muted, ideal),
            Series::line(text::FOREGROUND_IN_BIN, Ink::Foreground, points),
        ],
    ))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::study::at_odds;
    use super::super::study::tests::stop;
    use super::*;
    use crate::loss::config::{Config, Settings};
    use crate::loss::dice;

    #[test]
    fn the_scatter_has_a_dot_for_every_stroke_of_the_same_loss() {
        let state = MetricsState::default();
        let series = |stops: &[&Stop]| {
            let Chart::Plot(plot) = scatter(stops, state, Task::Binary) else { panic!("a plot") };
            (plot.series.iter().map(|series| series.points.clone()).collect::<Vec<_>>(), plot.y.to)
        };
        let stops = [stop(20, 0.7, 0.9), stop(40, 0.5, 1.7)];
        let (points, end) = series(&[&stops[0], &stops[1]]);
        assert_eq!(points[1], [[0.2, 0.9], [0.4, 1.7]]);
        assert!((end - 2.0).abs() < 1e-12);
        // Dice was set anew: what it was before is of another loss.
        let mut anew = stops[1].clone();
        let smooth = Settings::from([("smooth".into(), 1.0.into())]);
        anew.losses[0].loss = Rc::from((dice::SPEC.build)(&Config::new(&dice::SPEC, &smooth).unwrap()));
        let (points, _) = series(&[&stops[0], &stops[1], &anew]);
        assert_eq!((points[0].len(), points[1].len()), (1, 3));
        let odds = at_odds(&stops[0], &anew, state, Task::Binary).unwrap();
        assert_eq!(odds.losses.iter().map(|spec| spec.id).collect::<Vec<_>>(), ["cross_entropy"]);
        // What was seen through other eyes is not compared.
        let other = Stop { epoch: 1, ..stop(30, 0.6, 0.8) };
        assert_eq!(series(&[&stops[0], &stops[1], &other]).0[0], [[0.3, 0.6]]);
    }
}
