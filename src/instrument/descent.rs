//! Descent: lanes side by side, by step.

use super::listed;
use crate::paint::chart::{Axis, Chart, Ink, Plot, Series};
use crate::paint::number::short;
use crate::study::descent::{Race, Record};

/// The IoU at which a lane has found what is there.
const GOAL: f64 = 0.5;

/// By less than this no lane is ahead of another.
const TIE: f64 = 1e-3;

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

/// Who has reached the goal, and when; and who is ahead at a step.
pub fn remark(race: &Race, step: usize) -> String {
    let names = || race.lanes().map(|lane| lane.name.as_str());
    let mut reached: Vec<(usize, &str)> =
        names().zip(first_to(race, GOAL)).filter_map(|(name, step)| Some((step?, name))).collect();
    reached.sort_by_key(|(step, _)| *step);
    let said: Vec<String> = reached
        .chunk_by(|a, b| a.0 == b.0)
        .map(|group| {
            let names: Vec<&str> = group.iter().map(|(_, name)| *name).collect();
            format!("{} (step {})", listed(&names), group[0].0)
        })
        .collect();
    let rest = match race.lanes().count() - reached.len() {
        0 => String::new(),
        1 => "; one lane has not yet".to_owned(),
        rest => format!("; {rest} lanes have not yet"),
    };
    let goal = match &said[..] {
        [] => format!("No lane has reached an IoU of {GOAL} yet."),
        [one] => format!("An IoU of {GOAL} was reached by {one}{rest}."),
        [first, others @ ..] => {
            format!("An IoU of {GOAL} was reached first by {first}, then by {}{rest}.", others.join(", "))
        }
    };
    let ious = || names().enumerate().map(|(lane, name)| (race.records(lane)[step].iou, name));
    let Some(ahead) = ious().max_by(|a, b| a.0.total_cmp(&b.0)) else { return goal };
    let level: Vec<&str> = ious().filter(|(iou, _)| *iou >= ahead.0 - TIE).map(|(_, name)| name).collect();
    let now = match &level[..] {
        [one] => format!("At step {step} {one} is ahead, with an IoU of {}.", short(ahead.0)),
        all if all.len() == race.lanes().count() => {
            format!("At step {step} all have an IoU of {}.", short(ahead.0))
        }
        some => {
            format!("At step {step} {} are ahead, with an IoU of {}.", listed(some), short(ahead.0))
        }
    };
    format!("{goal} {now}")
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3, Array4};

    use super::*;
    use crate::loss::config::{Config, Settings};
    use crate::loss::{Spec, cross_entropy, dice};
    use crate::study::descent::Lane;

    /// Two lanes that are the same, and one that starts where they do and never moves.
    fn race(names: [&str; 2]) -> Race {
        let labels = Array3::from_shape_fn((1, 4, 4), |(_, y, _)| u8::from(y < 2));
        let logits = Array4::from_elem((1, 1, 4, 4), -0.2);
        let lane = |name: &str, spec: &'static Spec| {
            let loss = (spec.build)(&Config::new(spec, &Settings::new()).unwrap());
            Lane { name: name.into(), stages: vec![(0, loss)] }
        };
        let rules = r#"{"model": "free", "start": "present", "method": "adam", "rate": 0.1, "equalNorm": false, "seed": 1}"#;
        let lanes = vec![lane(names[0], &cross_entropy::SPEC), lane(names[1], &dice::SPEC)];
        let rules = serde_json::from_str(rules).unwrap();
        let mut race = Race::new(logits, labels, &Array2::zeros((4, 4)), lanes, rules).unwrap();
        for _ in 0..6 {
            race.step().unwrap();
        }
        race
    }

    #[test]
    fn the_remark_says_who_came_first_and_who_is_ahead() {
        let race = race(["A", "B"]);
        let first = first_to(&race, GOAL);
        assert!(first.iter().all(|step| step.is_some_and(|step| step > 0)), "{first:?}");
        let early = remark(&race, 0);
        assert!(early.ends_with("At step 0 all have an IoU of 0."), "{early}");
        let late = remark(&race, 6);
        assert!(late.starts_with("An IoU of 0.5 was reached by A and B (step 3)."), "{late}");
    }
}
