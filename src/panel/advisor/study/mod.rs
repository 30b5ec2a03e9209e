//! Advice on losses to try on a scene: rules of thumb with their sources, each tested on the scene itself.
//!
//! A [`Candidate`] is a loss with settings and the [`AdviceRule`]s about it. A rule says under which facts of the scene or
//! answers of the person it gives or takes points, why, who found it, and by which [`Claim`] on this very scene it can be
//! seen. The ranking is the sum of points. A rule that the scene contradicts counts nothing, and is shown all the same;
//! one that the scene supports, or says nothing about, counts in full: a measurement on one scene can make a rule
//! doubtful, not right.

mod bench;
mod candidates;
mod claim;
mod rule;
mod score;

use serde::{Deserialize, Serialize};

pub use bench::{Bench, EmptyGradient, MOST, Measurement, Profile, RING, SHARES};
pub use candidates::{CANDIDATES, reference};
pub use claim::{Claim, Verdict};
pub use rule::{AdviceRule, Candidate, Only, Topic, When};
pub use score::best_reached;

use crate::field::Task;
use crate::panel::advisor::scene_facts::SceneFacts;

/// Error that is worse in the person's task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Worse {
    /// False positives: finding what is not there.
    FalsePositives,
    /// Neither is worse.
    #[default]
    Equal,
    /// False negatives: missing what is there.
    FalseNegatives,
}

/// Images that advice is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum AdviceScope {
    /// The scene alone.
    #[default]
    Scene,
    /// A set of images, where one is at hand.
    Set,
}

/// Answers of the person about the task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Answers {
    /// Images that the advice is for.
    pub scope: AdviceScope,
    /// Error that is worse.
    pub worse: Worse,
    /// True if the exact place of boundaries matters much.
    pub boundaries: bool,
    /// True if a predicted probability has to come true as often as it says.
    pub calibrated: bool,
}

/// Evidence of a scene, as far as it is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Evidence {
    /// Facts about the truth of the scene.
    pub facts: SceneFacts,
    /// Facts about the truths of a set of images, where the advice is for these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub set: Option<SceneFacts>,
    /// Name of each class of the scene, class 0 first.
    pub class_names: Vec<String>,
    /// Profile of each of the [`CANDIDATES`], as far as it is measured; empty for one that is not for such a
    /// scene.
    pub profiles: Vec<Profile>,
    /// True if the small predictor looked at a picture that was opened, false if at one made from the truth.
    pub photo: bool,
    /// True once all is measured that can be.
    pub complete: bool,
}

impl Evidence {
    /// Facts that the advice goes by: those of the set, or else of the scene.
    pub fn advised(&self) -> &SceneFacts {
        self.set.as_ref().unwrap_or(&self.facts)
    }

    /// Binary, or with several foreground classes.
    pub fn task(&self) -> Task {
        if self.advised().classes.len() > 1 { Task::Multiclass } else { Task::Binary }
    }
}

/// Facts of a scene on which the conditions of rules depend.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Situation {
    /// Several foreground classes are possible.
    pub multiclass: bool,
    /// Truth without foreground.
    pub empty: bool,
    /// Some image of the batch without foreground.
    pub some_empty: bool,
    /// Fraction of the counted pixels that the rarest present foreground class has, from 0 to 1.
    pub rarest: f64,
    /// Rarest class below [`IMBALANCED`].
    pub imbalanced: bool,
    /// Rarest class below [`STRONGLY_IMBALANCED`].
    pub strongly_imbalanced: bool,
    /// Thin objects make up at least half of the foreground.
    pub thin: bool,
    /// Largest foreground class with at least [`UNEQUAL`] times the pixels of the smallest present one.
    pub unequal_classes: bool,
    /// Largest object with at least [`MIXED`] times the pixels of the smallest.
    pub mixed: bool,
}

/// Fraction of the pixels below which the rarest class is rare.
pub const IMBALANCED: f64 = 0.05;
/// Fraction of the pixels below which the rarest class is very rare.
pub const STRONGLY_IMBALANCED: f64 = 0.01;
/// Ratio of the largest to the smallest class, in pixels, from which classes are of unequal size.
pub const UNEQUAL: usize = 5;
/// Ratio of the largest to the smallest object, in pixels, from which objects are of mixed size.
pub const MIXED: usize = 10;

impl Situation {
    /// Situation that these facts make.
    pub fn of(facts: &SceneFacts) -> Self {
        let all = facts.region(None);
        let classes: Vec<usize> = facts
            .classes
            .iter()
            .map(|&class| facts.region(Some(class)).pixels)
            .filter(|&pixels| pixels > 0)
            .collect();
        let least = classes.iter().copied().min().unwrap_or(0);
        let most = classes.iter().copied().max().unwrap_or(0);
        let rarest = least as f64 / facts.counted.max(1) as f64;
        let empty = facts.is_empty();
        Self {
            multiclass: facts.classes.len() > 1,
            empty,
            some_empty: facts.empty_images > 0,
            rarest,
            imbalanced: !empty && rarest < IMBALANCED,
            strongly_imbalanced: !empty && rarest < STRONGLY_IMBALANCED,
            thin: !empty && all.thin >= 0.5,
            unequal_classes: classes.len() > 1 && most >= UNEQUAL * least,
            mixed: all.objects > 1 && all.largest >= MIXED * all.smallest,
        }
    }
}

/// Rule that applies, with the verdict of its test.
#[derive(Debug, Clone, Copy)]
pub struct Reason {
    /// Rule that applies.
    pub rule: &'static AdviceRule,
    /// Verdict of the scene; none if it was not measured, or cannot be.
    pub verdict: Option<Verdict>,
}

impl Reason {
    /// Points that count: 0 if the scene contradicts the rule.
    pub fn points(&self) -> i32 {
        if self.verdict == Some(Verdict::Contradicts) { 0 } else { self.rule.points }
    }
}

/// Candidate with the reasons for and against it.
#[derive(Debug, Clone)]
pub struct Advised {
    /// Index in [`CANDIDATES`].
    pub candidate: usize,
    /// Sum of the points that count.
    pub points: i32,
    /// Rules that apply, in the order of the candidate's.
    pub reasons: Vec<Reason>,
}

/// Advice that comes of all rules.
#[derive(Debug, Clone, Default)]
pub struct Advice {
    /// Candidates with the most points, all above 0, at most [`SHORT`].
    pub shortlist: Vec<Advised>,
    /// Candidates with the fewest points, all below 0, the worst first.
    pub avoid: Vec<Advised>,
}

/// Largest number of losses on the shortlist.
pub const SHORT: usize = 6;
/// Largest number of losses to avoid.
const AVOIDED: usize = 4;

/// Candidates for such a scene by decreasing points; of equal ones the earlier in [`CANDIDATES`] comes first.
pub fn ranked(measured: &Evidence, answers: Answers) -> Vec<Advised> {
    let situation = Situation::of(measured.advised());
    let mut all: Vec<Advised> = CANDIDATES
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.only.allows(&situation))
        .map(|(index, candidate)| {
            let applies = |rule: &&AdviceRule| rule.when.holds(&situation, answers);
            let reasons: Vec<Reason> = candidate
                .rules
                .iter()
                .filter(applies)
                .map(|rule| Reason {
                    rule,
                    verdict: rule.claim.and_then(|claim| claim.verdict(measured, index)),
                })
                .collect();
            Advised { candidate: index, points: reasons.iter().map(Reason::points).sum(), reasons }
        })
        .collect();
    all.sort_by_key(|advised| std::cmp::Reverse(advised.points));
    all
}

/// Shortlist and losses to avoid. A loss with several settings stands there once: with its best on the
/// shortlist, or else with its worst among those to avoid.
pub fn advise(measured: &Evidence, answers: Answers) -> Advice {
    let mut advice = Advice::default();
    let mut known: Vec<&str> = Vec::new();
    let mut is_new = |advised: &Advised| {
        let id = CANDIDATES[advised.candidate].id;
        // A mixer is another loss with each pair of terms.
        let new = id == "mixer" || !known.contains(&id);
        known.push(id);
        new
    };
    let all = ranked(measured, answers);
    for advised in all.iter().filter(|advised| advised.points > 0) {
        if advice.shortlist.len() < SHORT && is_new(advised) {
            advice.shortlist.push(advised.clone());
        }
    }
    for advised in all.iter().rev().filter(|advised| advised.points < 0) {
        if advice.avoid.len() < AVOIDED && is_new(advised) {
            advice.avoid.push(advised.clone());
        }
    }
    advice
}

#[cfg(test)]
mod tests;
