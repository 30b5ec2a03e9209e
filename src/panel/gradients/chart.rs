//! Gradients by probability, stacked by term, summed in float16, and where they vanish.

use super::half_precision::{partial_sums, terms_of};
use super::study::{BINS, TermShare, binned, channel, means, middle};
use super::text;
use super::vanishing::MarginPoint;
use crate::field::{Field, Task};
use crate::loss::Evaluation;
use crate::paint::chart::{Axis, Chart, Ink, Mark, Plot, Series};
use crate::scene::Legend;

/// Places along a sum at which its parts are shown.
const PARTIAL_SUMS: usize = 120;

/// The class that the charts are about; none in a binary task.
fn class(field: &Field<'_>, legend: &Legend) -> Option<String> {
    (field.shape().task() == Task::Multiclass).then(|| legend.called(channel(field)))
}

/// Mean gradient by the logit.
pub(super) fn by_logit(field: &Field<'_>, legend: &Legend, evaluation: &Evaluation) -> Chart {
    by_bin(field, legend, evaluation, text::BY_LOGIT, text::BY_LOGIT_AXIS)
}

/// Mean gradient by the probability.
pub(super) fn by_probability(field: &Field<'_>, legend: &Legend, evaluation: &Evaluation) -> Chart {
    by_bin(field, legend, evaluation, text::BY_PROBABILITY, text::BY_PROBABILITY_AXIS)
}

fn by_bin(field: &Field<'_>, legend: &Legend, evaluation: &Evaluation, title: &str, axis: &str) -> Chart {
    let [own, other] = binned(field, |i| evaluation.at(i));
    let names = text::sides(class(field, legend));
    let [own_name, other_name] = names;
    let series = vec![
        Series::line(own_name, Ink::Foreground, means(&own)),
        Series::line(other_name, Ink::Background, means(&other)),
    ];
    let y = Axis::around(axis, series.iter().flat_map(|s| s.points.iter().map(|point| point[1])));
    Chart::Plot(Plot::new(title, probability_axis(field, legend), y, series))
}

fn probability_axis(field: &Field<'_>, legend: &Legend) -> Axis {
    Axis::linear(text::probability_axis(class(field, legend)), 0.0, 1.0)
}

/// Size of the gradient by bin, the terms one upon the other. Drawn from the whole down, so that each hides what it is
/// a part of.
pub(super) fn stacked(field: &Field<'_>, legend: &Legend, terms: &[TermShare]) -> Chart {
    let task = field.shape().task();
    let pixels: Vec<usize> = {
        let [own, other] = binned(field, |_| 0.0);
        own.iter().zip(other).map(|(a, b)| a.1 + b.1).collect()
    };
    let mut total = vec![0.0; BINS];
    let mut series = Vec::new();
    for (slot, term) in terms.iter().enumerate() {
        let [own, other] = binned(field, |i| (term.weight * term.evaluation.at(i)).abs());
        for (total, (a, b)) in total.iter_mut().zip(own.iter().zip(other)) {
            *total += a.0 + b.0;
        }
        let means = total.iter().zip(&pixels).enumerate().filter(|(_, (_, pixels))| **pixels > 0);
        let points = means.map(|(bin, (sum, pixels))| [middle(bin), sum / *pixels as f64]).collect();
        let name = text::weighted(term.weight, term.spec.name.of(task));
        series.push(Series::line(name, Ink::Slot(slot), points).drawn(Mark::Bars));
    }
    series.reverse();
    let y = Axis::around(text::STACKED_AXIS, series.iter().flat_map(|s| s.points.iter().map(|p| p[1])));
    Chart::Plot(Plot::new(text::STACKED, probability_axis(field, legend), y, series))
}

/// The sum of all probabilities as it grows, exactly and in float16.
pub(super) fn partial_sums_chart(field: &Field<'_>) -> Chart {
    let (sum, terms) = terms_of(field).into_iter().nth(1).unwrap_or_default();
    let sums = partial_sums(&terms, PARTIAL_SUMS);
    let curve =
        |pick: fn(&(usize, f64, f64)) -> f64| sums.iter().map(|sum| [sum.0 as f64, pick(sum)]).collect();
    let series = vec![
        Series::line(text::EXACTLY, Ink::Muted, curve(|sum| sum.1)),
        Series::line(text::IN_FLOAT16, Ink::Slot(1), curve(|sum| sum.2)),
    ];
    Chart::Plot(Plot::new(
        text::partial_sums(sum),
        Axis::linear(text::TERMS_ADDED, 0.0, terms.len().max(1) as f64),
        Axis::around(sum, series.iter().flat_map(|s| s.points.iter().map(|p| p[1]))),
        series,
    ))
}

/// Gradient that is left on the foreground as it grows confidently wrong; losses with their names.
pub(super) fn vanishing(curves: &[(&str, &[MarginPoint])], from: f64, to: f64) -> Chart {
    let series: Vec<Series> = curves
        .iter()
        .enumerate()
        .map(|(slot, (name, points))| {
            let points = points.iter().map(|point| [point.margin, point.norm]).collect();
            Series::line(*name, Ink::Slot(slot), points)
        })
        .collect();
    let norms = series.iter().flat_map(|s| s.points.iter().map(|p| p[1]));
    let y = Axis::around_log(text::VANISHING_AXIS, norms);
    Chart::Plot(
        Plot::new(text::VANISHING, Axis::linear(text::MARGIN_AXIS, from, to), y, series)
            .ruled(0.0, text::EVEN_ODDS),
    )
}
