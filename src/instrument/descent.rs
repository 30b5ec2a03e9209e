//! Descent: lanes side by side, by step.

use crate::paint::chart::{Axis, Chart, Ink, Plot, Series};
use crate::study::descent::{Race, Record};

/// The IoU that the lanes are raced to.
const GOAL: f64 = 0.8;

/// The least that the axis of steps shows, so that it does not jump at the beginning.
const FEWEST: f64 = 50.0;

/// IoU, Dice, the loss that is followed and the norm of its gradient, by step; `step` is the one whose masks are shown.
pub fn charts(race: &Race, step: usize) -> Vec<Chart> {
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
        Chart::Plot(Plot::new(title, Axis::linear("step", 0.0, end), y, series).ruled(step as f64, ""))
    };
    vec![
        chart("IoU by step", |record| record.iou, &|_| Axis::linear("IoU of the hard masks", 0.0, 1.0)),
        chart("Dice by step", |record| record.dice, &|_| Axis::linear("Dice of the hard masks", 0.0, 1.0)),
        chart("The loss that is followed", |record| record.value, &|values| {
            Axis::around("its own value", values)
        }),
        chart("Norm of the gradient", |record| record.norm, &|values| {
            Axis::around_log("norm of the gradient by what is moved", values)
        }),
    ]
}

/// The first step at which each lane has an IoU of at least `goal`.
pub fn first_to(race: &Race, goal: f64) -> Vec<Option<usize>> {
    (0..race.lanes().count())
        .map(|lane| race.records(lane).iter().position(|record| record.iou >= goal))
        .collect()
}

/// Who has reached the goal, and when.
pub fn remark(race: &Race) -> String {
    let mut reached: Vec<(usize, &str)> = race
        .lanes()
        .zip(first_to(race, GOAL))
        .filter_map(|(lane, step)| Some((step?, lane.name.as_str())))
        .collect();
    reached.sort_by_key(|(step, _)| *step);
    if reached.is_empty() {
        return format!("After {} steps no lane has reached an IoU of {GOAL}.", race.steps());
    }
    let said: Vec<String> = reached.iter().map(|(step, name)| format!("{name} at step {step}")).collect();
    let rest = race.lanes().count() - reached.len();
    let others = match rest {
        0 => String::new(),
        1 => "; one lane has not yet".to_owned(),
        rest => format!("; {rest} lanes have not yet"),
    };
    format!("An IoU of {GOAL} was reached by {}{others}.", said.join(", "))
}
