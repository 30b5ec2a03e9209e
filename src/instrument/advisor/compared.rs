//! The shortlist at a glance: its points, and what was measured of it.

use super::super::TableReadout;
use super::{name, short_ratio, signed, task};
use crate::paint::chart::bars::{BarPart, BarRow, Bars};
use crate::paint::chart::{Axis, Chart, Ink, Plot, Series};
use crate::paint::number::{percent, short, tick};
use crate::study::advice::{Advised, Bench, CANDIDATES, Evidence, Profile, RING, Reason, SHARES, Topic};

/// So many slots of colour as there are topics come first.
fn topic_ink(topic: Topic) -> Ink {
    Ink::Slot(Topic::ALL.iter().position(|other| *other == topic).unwrap_or(0))
}

/// Charts of the shortlist; none of an empty one.
pub(super) fn charts(measured: &Evidence, shortlist: &[Advised]) -> Vec<Chart> {
    if shortlist.is_empty() {
        return Vec::new();
    }
    let task = task(measured);
    let named = |advised: &Advised| name(&CANDIDATES[advised.candidate], task);
    let profile = |advised: &Advised| measured.profiles.get(advised.candidate).cloned().unwrap_or_default();
    let points_of = |advised: &Advised, topic: Topic| -> f64 {
        let own = advised.reasons.iter().filter(|reason| reason.rule.topic == topic);
        f64::from(own.map(Reason::points).sum::<i32>())
    };
    let spoken: Vec<Topic> = Topic::ALL
        .into_iter()
        .filter(|topic| shortlist.iter().any(|advised| points_of(advised, *topic) != 0.0))
        .collect();
    let rows: Vec<BarRow> = shortlist
        .iter()
        .enumerate()
        .map(|(place, advised)| BarRow {
            name: format!("{}. {}: {}", place + 1, named(advised), signed(advised.points)),
            values: spoken.iter().map(|topic| points_of(advised, *topic)).collect(),
        })
        .collect();
    let least =
        rows.iter().map(|row| row.values.iter().filter(|v| **v < 0.0).sum::<f64>()).fold(0.0, f64::min);
    let most =
        rows.iter().map(|row| row.values.iter().filter(|v| **v > 0.0).sum::<f64>()).fold(4.0, f64::max);
    let mut charts = vec![Chart::Bars(Bars {
        title: "What speaks for each, and what against".into(),
        x: Axis::linear("points", least, most),
        of: "loss".into(),
        parts: spoken
            .iter()
            .map(|&topic| BarPart { name: topic.name().into(), ink: topic_ink(topic) })
            .collect(),
        rows,
    })];
    let lines = |of: &dyn Fn(&Profile) -> Vec<[f64; 2]>| -> Vec<Series> {
        let all = shortlist.iter().enumerate();
        all.map(|(slot, advised)| Series::line(named(advised), Ink::Slot(slot), of(&profile(advised))))
            .filter(|series| !series.points.is_empty())
            .collect()
    };
    let optima =
        lines(&|profile| SHARES.iter().zip(&profile.optima).map(|(share, p)| [*share, *p]).collect());
    if !optima.is_empty() {
        let ideal = Series::line("the probability itself", Ink::Muted, vec![[0.0, 0.0], [1.0, 1.0]]);
        charts.push(Chart::Plot(Plot::new(
            format!("Which p is best at an edge of {} px that is uncertain", tick(RING)),
            Axis::linear("share of cases in which the edge is foreground", 0.0, 1.0),
            Axis::linear("p with the least expected loss", 0.0, 1.0),
            std::iter::once(ideal).chain(optima).collect(),
        )));
    }
    let ious = lines(&|profile| profile.ious.iter().enumerate().map(|(i, iou)| [i as f64, *iou]).collect());
    if !ious.is_empty() {
        charts.push(Chart::Plot(Plot::new(
            "How far a few filters come",
            Axis::linear("step of Adam", 0.0, Bench::STEPS as f64),
            Axis::linear("IoU of the hard masks", 0.0, 1.0),
            ious,
        )));
    }
    charts
}

/// Everything that was measured of the shortlist, as far as this scene has it.
pub(super) fn table(measured: &Evidence, shortlist: &[Advised]) -> TableReadout {
    let profile = |advised: &Advised| measured.profiles.get(advised.candidate).cloned().unwrap_or_default();
    let measures: [(&str, OfProfile); 10] = [
        ("gradient on the foreground, all classes equally likely", |p| p.share_at_start.map(percent)),
        ("with this prediction", |p| p.share_now.map(percent)),
        ("missed / false", |p| p.missed_to_false.map(short_ratio)),
        ("far / near", |p| p.far_to_near.map(short_ratio)),
        ("error of p at an uncertain edge", |p| p.edge_error().map(|error| format!("{error:.2}"))),
        ("Σ|gradient|, empty truth", |p| p.empty.map(|empty| short(empty.sum))),
        ("rare / common class", |p| p.rare_to_common.map(short_ratio)),
        ("small / large object", |p| p.small_to_large.map(short_ratio)),
        ("break / sides", |p| p.break_to_sides.map(short_ratio)),
        ("IoU of a few filters", |p| p.reached().map(|iou| format!("{iou:.2}"))),
    ];
    let there: Vec<&(&str, OfProfile)> = measures
        .iter()
        .filter(|(_, of)| shortlist.iter().any(|advised| of(&profile(advised)).is_some()))
        .collect();
    let row = |advised: &Advised| {
        let profile = profile(advised);
        let cells = there.iter().map(|(_, of)| of(&profile).unwrap_or_else(|| "–".into()));
        std::iter::once(name(&CANDIDATES[advised.candidate], task(measured))).chain(cells).collect()
    };
    TableReadout {
        title: "Measured on this scene".into(),
        columns: std::iter::once("loss").chain(there.iter().map(|(name, _)| *name)).map(Into::into).collect(),
        rows: shortlist.iter().map(row).collect(),
    }
}

/// Something that was measured, as text.
type OfProfile = fn(&Profile) -> Option<String>;
