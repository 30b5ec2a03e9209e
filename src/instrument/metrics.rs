//! Losses against the metrics that a segmentation is judged by.

use super::{Panel, TableReadout};
use crate::field::{Field, Task};
use crate::metric::{self, Confusion, Metrics};
use crate::paint::chart::{Axis, Chart, Ink, Mark, Plot, Series};
use crate::paint::number::{short, tick};

/// How the masks are made and compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The channel whose foreground it is about.
    pub channel: usize,
    /// From which probability on a pixel is foreground; a multi-class mask does not ask.
    pub threshold: f64,
    /// How far a boundary may be off, in pixels.
    pub tolerance: f64,
}

/// Thresholds at which the ratios are shown.
const THRESHOLDS: usize = 100;

/// The metrics of the first image, beside the values of losses with their names.
pub fn panel(field: &Field<'_>, judged: Judged, losses: &[(&str, f64)]) -> Panel {
    let metrics = metric::metrics(field, 0, judged.channel, judged.threshold, judged.tolerance);
    let mut panel = Panel { tables: vec![judgement(&metrics, judged), values(losses)], ..Panel::default() };
    if field.shape().task() == Task::Binary {
        panel.charts.push(by_threshold(field, judged));
    }
    panel.charts.push(calibration(field, judged));
    panel
}

fn judgement(metrics: &Metrics, judged: Judged) -> TableReadout {
    let counts = &metrics.confusion;
    let ratio = |value: Option<f64>| value.map_or_else(|| "undefined: 0 / 0".to_owned(), short);
    let pixels = |value: Option<f64>| {
        value.map_or_else(|| "undefined: a mask is empty".to_owned(), |d| format!("{} px", short(d)))
    };
    let surface = metrics.surface;
    let rows = [
        ("IoU", ratio(counts.iou())),
        ("Dice", ratio(counts.dice())),
        ("precision", ratio(counts.precision())),
        ("recall", ratio(counts.recall())),
        ("95 % Hausdorff distance", pixels(surface.map(|s| s.hausdorff_95))),
        ("Hausdorff distance", pixels(surface.map(|s| s.hausdorff))),
        ("average surface distance", pixels(surface.map(|s| s.average))),
        (
            "boundary F1",
            metrics.boundary_f1.map_or_else(
                || "undefined: no boundary".to_owned(),
                |f1| format!("{} within {} px", short(f1), tick(judged.tolerance)),
            ),
        ),
        ("calibration error", short(metrics.calibration_error)),
    ];
    TableReadout {
        title: "Judged by metrics".into(),
        columns: ["metric", "value"].map(Into::into).into(),
        rows: rows.into_iter().map(|(name, text)| vec![name.into(), text]).collect(),
    }
}

fn values(losses: &[(&str, f64)]) -> TableReadout {
    TableReadout {
        title: "Judged by losses".into(),
        columns: ["loss", "value"].map(Into::into).into(),
        rows: losses.iter().map(|(name, value)| vec![(*name).to_owned(), short(*value)]).collect(),
    }
}

/// A number made of counts, where it is defined.
type Ratio = fn(&Confusion) -> Option<f64>;

/// The four ratios of a binary task at every threshold.
fn by_threshold(field: &Field<'_>, judged: Judged) -> Chart {
    let counts = metric::confusions(field, 0, THRESHOLDS);
    let ratios: [(&str, Ratio); 4] = [
        ("IoU", Confusion::iou),
        ("Dice", Confusion::dice),
        ("precision", Confusion::precision),
        ("recall", Confusion::recall),
    ];
    let series = ratios.iter().enumerate().map(|(slot, (name, ratio))| {
        let point = |(step, counts)| [step as f64 / THRESHOLDS as f64, ratio(counts).unwrap_or(f64::NAN)];
        let points = counts.iter().enumerate().map(point).collect();
        Series::line(*name, Ink::Slot(slot), points)
    });
    Chart::Plot(
        Plot::new(
            "Metrics by threshold",
            Axis::linear("threshold of the probability", 0.0, 1.0),
            Axis::linear("metric", 0.0, 1.0),
            series.collect(),
        )
        .ruled(judged.threshold, "now"),
    )
}

fn calibration(field: &Field<'_>, judged: Judged) -> Chart {
    let bins = metric::reliability(field, 0, judged.channel);
    let points = bins.iter().map(|bin| [bin.confidence, bin.frequency]).collect();
    let ideal = vec![[0.0, 0.0], [1.0, 1.0]];
    let share = bins.iter().map(|bin| [bin.confidence, bin.share]).collect();
    Chart::Plot(Plot::new(
        "Calibration: what is predicted, and what comes true",
        Axis::linear("predicted probability, mean of a bin", 0.0, 1.0),
        Axis::linear("share of pixels", 0.0, 1.0),
        vec![
            Series::line("share of all pixels that are in the bin", Ink::Muted, share).drawn(Mark::Bars),
            Series::line("calibrated", Ink::Muted, ideal),
            Series::line("foreground among them", Ink::Foreground, points),
        ],
    ))
}

/// A prediction along the way: its IoU, and losses with their names and values.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// Hard IoU, none where both masks are empty.
    pub iou: Option<f64>,
    /// Those on show.
    pub losses: Vec<Valued>,
}

/// A loss and its value at a stop.
#[derive(Debug, Clone, PartialEq)]
pub struct Valued {
    /// Its name.
    pub name: String,
    /// All its parameters as text: only values of one and the same loss are compared.
    pub made: String,
    /// Its value.
    pub value: f64,
}

impl Stop {
    /// The value of the same loss as another.
    fn value_of(&self, other: &Valued) -> Option<f64> {
        let same = |loss: &&Valued| loss.name == other.name && loss.made == other.made;
        self.losses.iter().find(same).map(|loss| loss.value)
    }
}

/// Losses whose value a stroke lowered while it lowered the IoU too, or raised both, by their names.
pub fn at_odds(before: &Stop, after: &Stop) -> Vec<(String, bool)> {
    let (Some(iou_before), Some(iou_after)) = (before.iou, after.iou) else { return Vec::new() };
    let losses = after.losses.iter();
    losses
        .filter_map(|loss| {
            let (was, is) = (before.value_of(loss)?, loss.value);
            let improved = is < was;
            // What rounding does to a value is no improvement.
            let clear = (is - was).abs() > 1e-9 * was.abs().max(1e-3);
            let odds = (improved && iou_after < iou_before) || (!improved && iou_after > iou_before);
            (clear && odds).then(|| (loss.name.clone(), improved))
        })
        .collect()
}

/// Every loss of the last stop against the IoU, one dot a stop.
pub fn scatter(stops: &[&Stop]) -> Chart {
    let losses = stops.last().map_or(&[][..], |last| &last.losses);
    let points = |loss: &Valued| {
        stops.iter().filter_map(|stop| Some([stop.iou?, stop.value_of(loss)?])).collect::<Vec<_>>()
    };
    let series: Vec<Series> = losses
        .iter()
        .enumerate()
        .map(|(slot, loss)| Series::line(&loss.name, Ink::Slot(slot), points(loss)).drawn(Mark::Dots))
        .collect();
    Chart::Plot(Plot::new(
        "Every loss against IoU, one dot a stroke",
        Axis::linear("IoU of the hard masks", 0.0, 1.0),
        Axis::around("value of the loss", series.iter().flat_map(|s| s.points.iter().map(|point| point[1]))),
        series,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(iou: f64, dice: f64, entropy: f64) -> Stop {
        let valued = |name: &str, value| Valued { name: name.into(), made: name.into(), value };
        Stop { iou: Some(iou), losses: vec![valued("Dice", dice), valued("Cross-entropy", entropy)] }
    }

    #[test]
    fn a_loss_that_improves_while_the_metric_worsens_is_told() {
        assert_eq!(
            at_odds(&stop(0.5, 0.4, 0.2), &stop(0.45, 0.5, 0.1)),
            [("Cross-entropy".to_owned(), true)]
        );
        assert_eq!(
            at_odds(&stop(0.5, 0.4, 0.2), &stop(0.6, 0.3, 0.3)),
            [("Cross-entropy".to_owned(), false)]
        );
        assert_eq!(at_odds(&stop(0.5, 0.4, 0.2), &stop(0.6, 0.3, 0.1)), []);
        assert_eq!(at_odds(&stop(0.5, 0.4, 0.2), &stop(0.5, 0.1, 0.4)), [], "the metric did not move");
        let empty = Stop { iou: None, losses: vec![] };
        assert_eq!(at_odds(&empty, &stop(0.5, 0.1, 0.4)), []);
    }

    #[test]
    fn the_scatter_has_a_dot_for_every_stroke() {
        let stops = [stop(0.2, 0.7, 0.9), stop(0.4, 0.5, 1.7)];
        let Chart::Plot(plot) = scatter(&[&stops[0], &stops[1]]) else { panic!("a plot") };
        assert_eq!(plot.series[1].points, [[0.2, 0.9], [0.4, 1.7]]);
        assert!((plot.y.to - 2.0).abs() < 1e-12);
        // Dice was set anew: what it was before is of another loss.
        let mut anew = stops[1].clone();
        anew.losses[0].made = "Dice, smoothed".into();
        let Chart::Plot(plot) = scatter(&[&stops[0], &stops[1], &anew]) else { panic!("a plot") };
        assert_eq!((plot.series[0].points.len(), plot.series[1].points.len()), (1, 3));
        assert_eq!(at_odds(&stops[0], &anew), [("Cross-entropy".to_owned(), false)]);
    }
}
