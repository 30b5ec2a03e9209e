//! Every candidate of the advisor, measured on the scene.

use super::scene_facts::SceneFacts;
use super::study::{Bench, CANDIDATES, Evidence, Measurement, Profile, Situation};
use super::text;
use crate::laboratory::{Experiment, Snapshot};
use crate::loss::Loss;
use crate::panel::Report;
use crate::study::descent::Race;
use crate::study::predictor::image_of;

/// Of the image that is made where a scene has no photograph.
const SEED: u32 = 1;

/// Steps of a descent that are made at once.
const AT_ONCE: usize = 10;

/// One step.
#[derive(Debug, Clone, Copy)]
enum AdviceStep {
    Measure(usize, Measurement),
    Descend(usize),
}

#[derive(Debug)]
pub(super) struct AdviceExperiment {
    bench: Bench,
    measured: Evidence,
    tasks: Vec<AdviceStep>,
    done: usize,
    /// The descent that is under way.
    race: Option<Race>,
}

impl AdviceExperiment {
    /// Before anything is measured; facts of the truth are known at once. Refuses a field that no loss takes.
    pub(super) fn new(snapshot: Snapshot) -> Result<Self, String> {
        let Snapshot { header, labels, logits, photo, .. } = snapshot;
        let has_photo = photo.is_some();
        let image = image_of(&labels, photo.as_deref(), SEED);
        let bench = Bench::new(logits, labels, image)?;
        let situation = Situation::of(bench.facts());
        let candidates: Vec<usize> =
            (0..CANDIDATES.len()).filter(|&index| CANDIDATES[index].only.allows(&situation)).collect();
        // One thing of all of them after the other, so that they can be compared early; the slow descents come last.
        let measurements = Measurement::ALL
            .iter()
            .flat_map(|&what| candidates.iter().map(move |&index| AdviceStep::Measure(index, what)));
        let descents = candidates.iter().flat_map(|&index| {
            std::iter::repeat_n(AdviceStep::Descend(index), Bench::STEPS.div_ceil(AT_ONCE))
        });
        let tasks = measurements.chain(descents).collect();
        let measured = Evidence {
            facts: SceneFacts {
                images: header.images,
                empty_images: header.empty_images,
                ..bench.facts().clone()
            },
            set: None,
            class_names: header.class_names.clone(),
            profiles: vec![Profile::default(); CANDIDATES.len()],
            photo: has_photo,
            complete: false,
        };
        Ok(Self { bench, measured, tasks, done: 0, race: None })
    }
}

fn loss_of(index: usize) -> Result<Box<dyn Loss>, String> {
    CANDIDATES[index].build().ok_or_else(|| text::unbuilt(CANDIDATES[index].id))
}

impl Experiment for AdviceExperiment {
    fn total(&self) -> usize {
        self.tasks.len()
    }

    fn done(&self) -> usize {
        self.done
    }

    fn advance(&mut self) -> Result<(), String> {
        match self.tasks[self.done] {
            AdviceStep::Measure(index, what) => {
                self.bench.measure(what, &*loss_of(index)?, &mut self.measured.profiles[index])?;
            }
            AdviceStep::Descend(index) => {
                let mut race = match self.race.take() {
                    Some(race) => race,
                    None => self.bench.race(loss_of(index)?)?,
                };
                for _ in 0..AT_ONCE.min(Bench::STEPS - race.steps()) {
                    race.step()?;
                }
                self.measured.profiles[index].ious =
                    race.records(0).iter().map(|record| record.iou).collect();
                self.race = (race.steps() < Bench::STEPS).then_some(race);
            }
        }
        self.done += 1;
        self.measured.complete = self.done == self.tasks.len();
        Ok(())
    }

    fn report(&self, _: Option<usize>) -> Report {
        Report::default().with_details(&self.measured)
    }
}

#[cfg(test)]
mod tests {
    use super::super::study::{Answers, Verdict, advise, ranked};
    use super::*;

    fn measured(preset: &str) -> Evidence {
        let mut advice = AdviceExperiment::new(Snapshot::of_preset(preset)).unwrap();
        // It travels to the page and back as it is.
        let known = |advice: &AdviceExperiment| {
            serde_json::from_value::<Evidence>(advice.report(None).details).unwrap()
        };
        let first = known(&advice);
        assert!(
            !first.complete && !first.facts.classes.is_empty(),
            "facts are there before anything is measured"
        );
        while advice.done() < advice.total() {
            advice.advance().unwrap();
        }
        let last = known(&advice);
        assert!(last.complete);
        assert_eq!(last, advice.measured);
        last
    }

    #[test]
    fn every_scene_is_measured_to_the_end_and_everything_is_finite() {
        for preset in ["tiny-lesion", "thin-vessel", "empty-truth", "rare-class", "two-pixels"] {
            let measured = measured(preset);
            for profile in &measured.profiles {
                let numbers = [
                    profile.share_at_start,
                    profile.share_now,
                    profile.missed_to_false,
                    profile.far_to_near,
                    profile.rare_to_common,
                    profile.small_to_large,
                    profile.share_on_smallest,
                    profile.break_to_sides,
                    profile.reached(),
                    profile.empty.map(|empty| empty.sum),
                ];
                let all = numbers.iter().flatten().chain(&profile.optima).chain(&profile.ious);
                assert!(all.into_iter().all(|x| x.is_finite()), "{preset}: {profile:?}");
            }
        }
    }

    /// The advice on these scenes, in the large.
    #[test]
    fn the_advice_follows_the_scene() {
        let ids = |measured: &Evidence, answers: Answers| -> [Vec<&str>; 2] {
            let advice = advise(measured, answers);
            [advice.shortlist, advice.avoid]
                .map(|list| list.iter().map(|one| CANDIDATES[one.candidate].id).collect())
        };
        let vessel = measured("thin-vessel");
        let rare = measured("rare-class");
        let knows = |measured: &Evidence, id: &str| {
            let all = ranked(measured, Answers::default());
            all.iter().any(|one| CANDIDATES[one.candidate].id == id)
        };
        assert!(knows(&vessel, "cldice") && !knows(&vessel, "generalized_dice"));
        assert!(knows(&rare, "generalized_dice") && !knows(&rare, "cldice"));
        let empty = measured("empty-truth");
        let [short, avoid] = ids(&empty, Answers::default());
        assert!(!short.contains(&"dice") && avoid.contains(&"dice"), "{short:?} {avoid:?}");
        let calibrated = Answers { calibrated: true, ..Answers::default() };
        assert_eq!(ids(&empty, calibrated)[0][0], "cross_entropy");
        // The scene bears out most rules about it, and where it does not, that is said.
        let verdicts: Vec<_> =
            ranked(&rare, calibrated).into_iter().flat_map(|one| one.reasons).map(|r| r.verdict).collect();
        let count = |verdict| verdicts.iter().filter(|found| **found == Some(verdict)).count();
        assert!(count(Verdict::Supports) > 2 * count(Verdict::Contradicts), "{verdicts:?}");
    }
}
