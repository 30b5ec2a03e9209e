//! The shortlist at a glance: its points, and the curves that were measured of it.

use std::collections::BTreeMap;

use super::study::{Advised, Bench, CANDIDATES, Evidence, Profile, Reason, SHARES, Topic};
use super::text;
use crate::paint::chart::bars::{BarPart, BarRow, Bars};
use crate::paint::chart::{Axis, Chart, Ink, Plot, Series};

/// So many slots of colour as there are topics come first.
fn topic_ink(topic: Topic) -> Ink {
    Ink::Slot(Topic::ALL.iter().position(|other| *other == topic).unwrap_or(0))
}

/// Charts of the shortlist; none of an empty one, and none of what was not measured.
pub(super) fn of_shortlist(measured: &Evidence, shortlist: &[Advised]) -> BTreeMap<&'static str, Chart> {
    let mut charts = BTreeMap::new();
    if shortlist.is_empty() {
        return charts;
    }
    charts.insert("points", points(measured, shortlist));
    let lines = |of: &dyn Fn(&Profile) -> Vec<[f64; 2]>| -> Vec<Series> {
        let line = |(slot, advised): (usize, &Advised)| {
            let profile = measured.profiles.get(advised.candidate).cloned().unwrap_or_default();
            let name = text::name(&CANDIDATES[advised.candidate], measured.task());
            Series::line(name, Ink::Slot(slot), of(&profile))
        };
        shortlist.iter().enumerate().map(line).filter(|series| !series.points.is_empty()).collect()
    };
    let optima =
        lines(&|profile| SHARES.iter().zip(&profile.optima).map(|(share, p)| [*share, *p]).collect());
    if !optima.is_empty() {
        let ideal = Series::line(text::IDEAL, Ink::Muted, vec![[0.0, 0.0], [1.0, 1.0]]);
        let optima = Plot::new(
            text::optima(),
            Axis::linear(text::OPTIMA_X, 0.0, 1.0),
            Axis::linear(text::OPTIMA_Y, 0.0, 1.0),
            std::iter::once(ideal).chain(optima).collect(),
        );
        charts.insert("optima", Chart::Plot(optima));
    }
    let ious = lines(&|profile| profile.ious.iter().enumerate().map(|(i, iou)| [i as f64, *iou]).collect());
    if !ious.is_empty() {
        let ious = Plot::new(
            text::IOUS,
            Axis::linear(text::IOUS_X, 0.0, Bench::STEPS as f64),
            Axis::linear(text::IOUS_Y, 0.0, 1.0),
            ious,
        );
        charts.insert("ious", Chart::Plot(ious));
    }
    charts
}

/// Points by topic, one row for each of the shortlist.
fn points(measured: &Evidence, shortlist: &[Advised]) -> Chart {
    let points_of = |advised: &Advised, topic: Topic| -> f64 {
        let own = advised.reasons.iter().filter(|reason| reason.rule.topic == topic);
        f64::from(own.map(Reason::points).sum::<i32>())
    };
    let spoken: Vec<Topic> = Topic::ALL
        .into_iter()
        .filter(|topic| shortlist.iter().any(|advised| points_of(advised, *topic) != 0.0))
        .collect();
    let row = |(place, advised): (usize, &Advised)| BarRow {
        name: text::placed(
            place + 1,
            &text::name(&CANDIDATES[advised.candidate], measured.task()),
            advised.points,
        ),
        values: spoken.iter().map(|topic| points_of(advised, *topic)).collect(),
    };
    let rows: Vec<BarRow> = shortlist.iter().enumerate().map(row).collect();
    let least =
        rows.iter().map(|row| row.values.iter().filter(|v| **v < 0.0).sum::<f64>()).fold(0.0, f64::min);
    let most =
        rows.iter().map(|row| row.values.iter().filter(|v| **v > 0.0).sum::<f64>()).fold(4.0, f64::max);
    let parts =
        spoken.iter().map(|&topic| BarPart { name: text::topic(topic).into(), ink: topic_ink(topic) });
    Chart::Bars(Bars {
        title: text::POINTS.into(),
        x: Axis::linear(text::POINTS_AXIS, least, most),
        of: text::LOSS.into(),
        parts: parts.collect(),
        rows,
    })
}
