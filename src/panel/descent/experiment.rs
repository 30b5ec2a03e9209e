//! The losses on the cards side by side, step by step.

use super::{DescentReadout, DescentState, STEPS, chart, text};
use crate::field::Task;
use crate::laboratory::{Experiment, Snapshot};
use crate::loss::{cross_entropy, lovasz_hinge, lovasz_softmax};
use crate::paint::Theme;
use crate::paint::picture::{Backdrop, prediction_picture};
use crate::panel::{Report, Still};
use crate::study::descent::{Lane, Race};
use crate::study::predictor::image_of;

/// Lanes at most: more pictures than these are not told apart.
const MOST: usize = 6;

#[derive(Debug)]
pub(super) struct Lanes {
    race: Race,
    theme: Theme,
    channels: usize,
    width: usize,
}

impl Lanes {
    /// Before the first step: a lane for each loss on the cards, as far as there is room, and one for the schedule if that
    /// is asked for. Refuses no lanes, and fields that no loss takes.
    pub(super) fn new(snapshot: Snapshot, state: &DescentState) -> Result<Self, String> {
        let lanes = lanes(&snapshot, state)?;
        let Snapshot { header, labels, logits, photo, .. } = snapshot;
        let image = image_of(&labels, photo.as_deref(), state.rules.seed);
        let race = Race::new(logits, labels, &image, lanes, state.rules)?;
        Ok(Self { race, theme: header.theme, channels: header.channels, width: header.width })
    }
}

fn lanes(snapshot: &Snapshot, state: &DescentState) -> Result<Vec<Lane>, String> {
    let task = snapshot.task();
    let room = if state.scheduled { MOST - 1 } else { MOST };
    let mut lanes = Vec::new();
    for id in snapshot.header.cards.iter().take(room) {
        let (name, loss) = snapshot.loss(id).build(task)?;
        lanes.push(Lane { name, stages: vec![(0, loss)] });
    }
    if state.scheduled {
        let later = match task {
            Task::Binary => lovasz_hinge::SPEC.id,
            Task::Multiclass => lovasz_softmax::SPEC.id,
        };
        let (first, loss) = snapshot.loss(cross_entropy::SPEC.id).build(task)?;
        let (then, later) = snapshot.loss(later).build(task)?;
        let stages = vec![(0, loss), (state.switch_at, later)];
        lanes.push(Lane { name: text::scheduled(&first, &then), stages });
    }
    Ok(lanes)
}

impl Experiment for Lanes {
    fn total(&self) -> usize {
        STEPS
    }

    fn done(&self) -> usize {
        self.race.steps()
    }

    fn advance(&mut self) -> Result<(), String> {
        self.race.step()
    }

    fn report(&self, step: Option<usize>) -> Report {
        let mut step = step.unwrap_or(self.done()).min(self.done());
        let mut report = Report::default();
        let on = Backdrop { width: self.width, photo: None, theme: self.theme };
        for (i, lane) in self.race.lanes().enumerate() {
            let (shown, prob) = self.race.probabilities(i, step);
            let mut picture = vec![0; 4 * prob.len() / self.channels];
            prediction_picture(&prob, self.channels, on, &mut picture);
            let record = self.race.records(i)[shown];
            let [r, g, b] = self.theme.slot(i);
            let still = Still {
                name: lane.name.clone(),
                text: text::reached(record.iou, record.value),
                colour: format!("rgb({r} {g} {b})"),
            };
            report.add_still(still, &picture);
            step = shown;
        }
        report.charts = chart::by_step(&self.race, step);
        report.with_texts("race", text::race(&self.race, step)).with_details(&DescentReadout { step })
    }

    fn repaint(&mut self, theme: Theme) {
        self.theme = theme;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::descent::{Method, Model, Rules};

    fn snapshot(cards: &[&str]) -> Snapshot {
        let mut snapshot = Snapshot::of_preset("tiny-lesion");
        snapshot.header.cards = cards.iter().map(|id| (*id).to_owned()).collect();
        snapshot
    }

    fn state() -> DescentState {
        let rules = Rules { model: Model::Free, method: Method::Adam, rate: 0.1, ..Rules::default() };
        DescentState { rules, ..DescentState::default() }
    }

    #[test]
    fn every_lane_has_a_picture_at_every_step() {
        let mut lanes = Lanes::new(snapshot(&["cross_entropy", "dice"]), &state()).unwrap();
        for step in 0..12 {
            let report = lanes.report(None);
            assert_eq!((report.stills.len(), report.pixels.len()), (2, 2 * 4 * 64 * 64));
            assert_eq!((report.details["step"].as_u64(), report.charts.len()), (Some(step), 4));
            lanes.advance().unwrap();
        }
        let (early, late) = (lanes.report(Some(0)), lanes.report(None));
        assert_eq!(early.details["step"], 0);
        assert_ne!(early.pixels, late.pixels);
        let said = late.texts["race"].last().unwrap();
        assert!(said.contains("At step 12"), "{said}");
        lanes.repaint(Theme::Dark);
        let dark = lanes.report(None);
        assert!(dark.pixels != late.pixels && dark.stills[0].colour != late.stills[0].colour);
        assert_eq!(dark.charts, late.charts, "charts get their colours where they are drawn");
    }

    #[test]
    fn a_schedule_is_named_and_has_room_beside_five() {
        let scheduled = DescentState { scheduled: true, switch_at: 5, ..state() };
        let names = |cards: &[&str], state: &DescentState| -> Vec<String> {
            let report = Lanes::new(snapshot(cards), state).unwrap().report(None);
            report.stills.into_iter().map(|still| still.name).collect()
        };
        assert_eq!(names(&[], &scheduled), ["Cross-entropy, then Lovász hinge"]);
        let seven = ["cross_entropy", "dice", "jaccard", "tversky", "focal", "hinge", "mcc"];
        assert_eq!(names(&seven, &state()).len(), 6);
        let with_schedule = names(&seven, &scheduled);
        assert_eq!(with_schedule.len(), 6);
        assert_eq!(with_schedule[4..], ["Focal", "Cross-entropy, then Lovász hinge"]);
        let refused = Lanes::new(snapshot(&[]), &state()).unwrap_err();
        assert!(refused.contains("choose a loss"), "{refused}");
    }
}
