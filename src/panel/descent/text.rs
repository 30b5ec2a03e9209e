//! Every sentence, title and label of the panel.

use crate::paint::number::short;
use crate::panel::Title;
use crate::panel::text::listed;
use crate::study::descent::Race;

pub(super) const TITLE: Title = Title {
    label: "Descent",
    question: "Which loss finds the lesion first?",
    about: "Up to six losses start from the same logits and each follows its own gradient. Free logits are no network: \
            every pixel moves by itself, and what one learns helps no other. The filters are a very small one: eight \
            and then one 3 × 3 filter over the scene's image share their weights among all pixels, so that the many \
            drown the few. Neither tells which loss is best for your data; both show what a gradient does.",
};

/// What a rate means, where it is set.
pub(super) const RATE: &str = "Free logits step by rate × gradient × number of counted pixels: most losses are means over pixels, and so a \
                               rate means the same in a picture of any size. The weights of the filters step by rate × \
                               gradient. Adam divides by the gradient's own size.";
pub(super) const STEP: &str = "step";
pub(super) const IOU: &str = "IoU by step";
pub(super) const IOU_AXIS: &str = "IoU of the hard masks";
pub(super) const DICE: &str = "Dice by step";
pub(super) const DICE_AXIS: &str = "Dice of the hard masks";
pub(super) const LOSS: &str = "The loss that is followed";
pub(super) const LOSS_AXIS: &str = "its own value";
pub(super) const NORM: &str = "Norm of the gradient";
pub(super) const NORM_AXIS: &str = "norm of the gradient by what is moved";

/// The IoU at which a lane has found what is there.
const GOAL: f64 = 0.5;

/// By less than this no lane is ahead of another.
const TIE: f64 = 1e-3;

pub(super) fn scheduled(first: &str, then: &str) -> String {
    format!("{first}, then {then}")
}

/// IoU and loss that a lane has come to, as text.
pub(super) fn reached(iou: f64, loss: f64) -> String {
    format!("IoU {}, loss {}", short(iou), short(loss))
}

/// The first step at which each lane has an IoU of at least `goal`.
fn first_to(race: &Race, goal: f64) -> Vec<Option<usize>> {
    (0..race.lanes().count())
        .map(|lane| race.records(lane).iter().position(|record| record.iou >= goal))
        .collect()
}

/// Who has reached the goal, and when; who has not; and who is ahead at a step.
pub(super) fn race(race: &Race, step: usize) -> Vec<String> {
    [Some(goal(race)), waiting(race), ahead(race, step)].into_iter().flatten().collect()
}

fn goal(race: &Race) -> String {
    let names = race.lanes().map(|lane| lane.name.as_str());
    let mut reached: Vec<(usize, &str)> =
        names.zip(first_to(race, GOAL)).filter_map(|(name, step)| Some((step?, name))).collect();
    reached.sort_by_key(|(step, _)| *step);
    let groups: Vec<String> = reached
        .chunk_by(|a, b| a.0 == b.0)
        .map(|group| {
            let names: Vec<&str> = group.iter().map(|(_, name)| *name).collect();
            format!("{} (step {})", listed(&names), group[0].0)
        })
        .collect();
    match &groups[..] {
        [] => format!("No lane has reached an IoU of {GOAL} yet."),
        [one] => format!("An IoU of {GOAL} was reached by {one}."),
        [first, others @ ..] => {
            format!("An IoU of {GOAL} was reached first by {first}, then by {}.", others.join(", "))
        }
    }
}

/// Lanes that have not come to the goal while others have.
fn waiting(race: &Race) -> Option<String> {
    let first = first_to(race, GOAL);
    let waiting = first.iter().filter(|step| step.is_none()).count();
    match waiting {
        0 => None,
        all if all == first.len() => None,
        1 => Some("One lane has not reached it yet.".into()),
        some => Some(format!("{some} lanes have not reached it yet.")),
    }
}

fn ahead(race: &Race, step: usize) -> Option<String> {
    let ious = || race.lanes().enumerate().map(|(at, lane)| (race.records(at)[step].iou, lane.name.as_str()));
    let (best, _) = ious().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let level: Vec<&str> = ious().filter(|(iou, _)| *iou >= best - TIE).map(|(_, name)| name).collect();
    let iou = short(best);
    Some(match &level[..] {
        [one] => format!("At step {step} {one} is ahead, with an IoU of {iou}."),
        all if all.len() == race.lanes().count() => format!("At step {step} all have an IoU of {iou}."),
        some => format!("At step {step} {} are ahead, with an IoU of {iou}.", listed(some)),
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3, Array4};

    use super::*;
    use crate::loss::config::{Config, Settings};
    use crate::loss::{Spec, cross_entropy, dice};
    use crate::study::descent::{Lane, Method, Model, Rules, Start};

    /// Two lanes that come to the goal together.
    #[test]
    fn the_sentences_say_who_came_first_and_who_is_ahead() {
        let labels = Array3::from_shape_fn((1, 4, 4), |(_, y, _)| u8::from(y < 2));
        let logits = Array4::from_elem((1, 1, 4, 4), -0.2);
        let lane = |name: &str, spec: &'static Spec| {
            let loss = (spec.build)(&Config::new(spec, &Settings::new()).unwrap());
            Lane { name: name.into(), stages: vec![(0, loss)] }
        };
        let lanes = vec![lane("A", &cross_entropy::SPEC), lane("B", &dice::SPEC)];
        let rules = Rules {
            model: Model::Free,
            start: Start::Present,
            method: Method::Adam,
            rate: 0.1,
            ..Rules::default()
        };
        let mut run = Race::new(logits, labels, &Array2::zeros((4, 4)), lanes, rules).unwrap();
        assert_eq!(race(&run, 0)[0], "No lane has reached an IoU of 0.5 yet.");
        for _ in 0..6 {
            run.step().unwrap();
        }
        let first = first_to(&run, GOAL);
        assert!(first.iter().all(|step| step.is_some_and(|step| step > 0)), "{first:?}");
        let said = race(&run, 0);
        assert_eq!(said[1..], ["At step 0 all have an IoU of 0."]);
        assert_eq!(said[0], "An IoU of 0.5 was reached by A and B (step 3).");
    }
}
