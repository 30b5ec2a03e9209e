//! Lanes side by side, by step.

use std::collections::BTreeMap;

use super::text;
use crate::paint::chart::{Axis, Chart, Ink, Plot, Series};
use crate::study::descent::{Race, Record};

/// The least that the axis of steps shows, so that it does not jump at the beginning.
const FEWEST: f64 = 50.0;

/// IoU, Dice, the loss that is followed and the norm of its gradient, by step; `step` is the one whose masks are shown.
pub(super) fn by_step(race: &Race, step: usize) -> BTreeMap<&'static str, Chart> {
    let end = Axis::around("", std::iter::once(race.steps() as f64)).to.max(FEWEST);
    let chart = |title: &str, of: fn(&Record) -> f64, y: &dyn Fn(&mut dyn Iterator<Item = f64>) -> Axis| {
        let series: Vec<Series> = race
            .lanes()
            .enumerate()
            .map(|(slot, lane)| {
                let points = race.records(slot).iter().enumerate().map(|(i, record)| [i as f64, of(record)]);
                Series::line(&lane.name, Ink::Slot(slot), points.collect())
            })
            .collect();
        let y = y(&mut series.iter().flat_map(|s| s.points.iter().map(|point| point[1])));
        Chart::Plot(Plot::new(title, Axis::linear(text::STEP, 0.0, end), y, series).ruled(step as f64, ""))
    };
    BTreeMap::from([
        ("iou", chart(text::IOU, |record| record.iou, &|_| Axis::linear(text::IOU_AXIS, 0.0, 1.0))),
        ("dice", chart(text::DICE, |record| record.dice, &|_| Axis::linear(text::DICE_AXIS, 0.0, 1.0))),
        ("loss", chart(text::LOSS, |record| record.value, &|values| Axis::around(text::LOSS_AXIS, values))),
        (
            "norm",
            chart(text::NORM, |record| record.norm, &|values| Axis::around_log(text::NORM_AXIS, values)),
        ),
    ])
}
