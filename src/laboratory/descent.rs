//! Losses side by side, each followed down its own gradient.

use serde::Deserialize;

use super::{Chosen, Experiment, Report, Specimen};
use crate::instrument::{Still, descent};
use crate::paint::Theme;
use crate::paint::number::short;
use crate::paint::picture::{Backdrop, prediction_picture};
use crate::study::descent::{Lane, Race, Rules};
use crate::study::predictor::image_of;

/// Lanes at most: more pictures than these are not told apart.
const MOST: usize = 6;

/// Steps at most.
const STEPS: usize = 2000;

/// A loss to follow, and another to follow from some step on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LaneChoice {
    /// At first.
    pub loss: Chosen,
    /// Later.
    pub then: Option<Later>,
}

/// What is followed later.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Later {
    /// From which step on.
    pub from: usize,
    /// What.
    pub loss: Chosen,
}

#[derive(Debug)]
pub(super) struct Descent {
    race: Race,
    theme: Theme,
    channels: usize,
    width: usize,
}

impl Descent {
    pub(super) fn new(specimen: Specimen, lanes: &[LaneChoice], rules: Rules) -> Result<Self, String> {
        if lanes.len() > MOST {
            return Err(format!("{} lanes are asked for; {MOST} fit side by side.", lanes.len()));
        }
        let task = specimen.task();
        let build = |choice: &LaneChoice| {
            let (mut name, loss) = choice.loss.build(task)?;
            let mut stages = vec![(0, loss)];
            if let Some(later) = &choice.then {
                let (then, loss) = later.loss.build(task)?;
                name = format!("{name}, then {then}");
                stages.push((later.from, loss));
            }
            Ok::<Lane, String>(Lane { name, stages })
        };
        let lanes = lanes.iter().map(build).collect::<Result<Vec<_>, _>>()?;
        let Specimen { header, labels, logits, photo, .. } = specimen;
        let image = image_of(&labels, photo.as_deref(), rules.seed);
        let race = Race::new(logits, labels, &image, lanes, rules)?;
        Ok(Self { race, theme: header.theme, channels: header.channels, width: header.width })
    }
}

impl Experiment for Descent {
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
        let step = step.unwrap_or(self.done()).min(self.done());
        let mut report = Report { step, ..Report::default() };
        let on = Backdrop { width: self.width, photo: None, theme: self.theme };
        for (i, lane) in self.race.lanes().enumerate() {
            let (shown, prob) = self.race.probabilities(i, step);
            let mut picture = vec![0; 4 * prob.len() / self.channels];
            prediction_picture(&prob, self.channels, on, &mut picture);
            report.pixels.extend(picture);
            let record = self.race.records(i)[shown];
            let [r, g, b] = self.theme.slot(i);
            report.stills.push(Still {
                name: lane.name.clone(),
                text: format!("IoU {}, loss {}", short(record.iou), short(record.value)),
                colour: format!("rgb({r} {g} {b})"),
            });
            report.step = shown;
        }
        report.charts = descent::charts(&self.race, report.step);
        report.remarks.push(descent::remark(&self.race, report.step));
        report
    }

    fn repaint(&mut self, theme: Theme) {
        self.theme = theme;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Laboratory, Request};
    use super::*;
    use crate::loss::config::Settings;

    fn lane(id: &str) -> LaneChoice {
        LaneChoice { loss: Chosen { id: id.into(), settings: Settings::new() }, then: None }
    }

    fn asked(lanes: Vec<LaneChoice>) -> Request {
        let rules = r#"{"model": "free", "start": "even", "method": "adam", "rate": 0.1, "equalNorm": false, "seed": 1}"#;
        Request::Descent { lanes, rules: serde_json::from_str(rules).unwrap() }
    }

    fn specimen() -> Specimen {
        let mut session = crate::session::Session::default();
        let open = r#"{"commands": [{"kind": "openPreset", "id": "tiny-lesion", "side": 64}]}"#;
        session.apply(serde_json::from_str(open).unwrap());
        session.specimen()
    }

    #[test]
    fn every_lane_has_a_picture_at_every_step() {
        let mut laboratory =
            Laboratory::new(specimen(), asked(vec![lane("cross_entropy"), lane("dice")])).unwrap();
        for step in 0..12 {
            let report = laboratory.report(None);
            assert_eq!((report.step, report.stills.len(), report.pixels.len()), (step, 2, 2 * 4 * 64 * 64));
            assert_eq!(report.charts.len(), 4);
            laboratory.advance().unwrap();
        }
        let (early, late) = (laboratory.report(Some(0)), laboratory.report(None));
        assert_eq!(early.step, 0);
        assert_ne!(early.pixels, late.pixels);
        assert!(late.remarks[0].contains("At step 12"), "{}", late.remarks[0]);
        laboratory.repaint(Theme::Dark);
        let dark = laboratory.report(None);
        assert!(dark.pixels != late.pixels && dark.stills[0].colour != late.stills[0].colour);
        assert_eq!(dark.charts, late.charts, "charts get their colours where they are drawn");
    }

    #[test]
    fn a_schedule_is_named_and_seven_lanes_are_refused() {
        let then = Later { from: 5, loss: Chosen { id: "lovasz_hinge".into(), settings: Settings::new() } };
        let both = LaneChoice { then: Some(then), ..lane("cross_entropy") };
        let laboratory = Laboratory::new(specimen(), asked(vec![both])).unwrap();
        assert_eq!(laboratory.report(None).stills[0].name, "Cross-entropy, then Lovász hinge");
        let refused = Laboratory::new(specimen(), asked(vec![lane("dice"); 7])).unwrap_err();
        assert!(refused.contains("7 lanes"), "{refused}");
    }
}
