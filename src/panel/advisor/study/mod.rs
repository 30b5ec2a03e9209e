//! Which losses to try on a scene like this: rules of thumb with their sources, each tested on the scene itself.
//!
//! A [`Candidate`] is a loss with settings and the [`Rule`]s about it. A rule says under which facts of the scene or
//! answers of the person it gives or takes points, why, who found it, and by which [`Claim`] on this very scene it can be
//! seen. The ranking is the sum of points. A rule that the scene contradicts counts nothing, and is shown all the same;
//! one that the scene supports, or says nothing about, counts in full: a measurement on one scene can make a rule
//! doubtful, not right.

mod bench;
mod candidates;
mod claim;
mod rule;

use serde::{Deserialize, Serialize};

pub use bench::{Bench, EmptyGradient, MOST, Measurement, Profile, RING, SHARES};
pub use candidates::{CANDIDATES, reference};
pub use claim::{Claim, Verdict, best_reached};
pub use rule::{Candidate, Only, Rule, Topic, When};

use crate::field::Task;
use crate::panel::advisor::scene_facts::SceneFacts;

/// Which error is worse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Worse {
    /// To find what is not there.
    FalsePositives,
    /// Neither.
    #[default]
    Equal,
    /// To miss what is there.
    FalseNegatives,
}

/// What the person says about the task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Answers {
    /// Which error is worse.
    pub worse: Worse,
    /// Whether it matters much where exactly boundaries are.
    pub boundaries: bool,
    /// Whether a predicted probability has to come true as often as it says.
    pub calibrated: bool,
}

/// Evidence of a scene, as far as it is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Evidence {
    /// What its truth is like.
    pub facts: SceneFacts,
    /// Of each of the [`CANDIDATES`], as far as it is known yet; of one that is not for such a scene nothing is.
    pub profiles: Vec<Profile>,
    /// Whether all is measured that can be.
    pub complete: bool,
}

impl Evidence {
    /// Binary, or with several foreground classes.
    pub fn task(&self) -> Task {
        if self.facts.classes.len() > 1 { Task::Multiclass } else { Task::Binary }
    }
}

/// What of a scene's facts the rules ask for.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Situation {
    /// Several foreground classes are possible.
    pub multiclass: bool,
    /// There is nothing to find.
    pub empty: bool,
    /// There is nothing to find in some image of the batch.
    pub some_empty: bool,
    /// The share of the rarest foreground class that is there, from 0 to 1.
    pub rarest: f64,
    /// The rarest class has less than [`IMBALANCED`].
    pub imbalanced: bool,
    /// It has less than [`STRONGLY_IMBALANCED`].
    pub strongly_imbalanced: bool,
    /// At least half of the foreground is thin.
    pub thin: bool,
    /// The largest foreground class has at least [`UNEQUAL`] times the pixels of the smallest that is there.
    pub unequal_classes: bool,
    /// The largest object has at least [`MIXED`] times the pixels of the smallest.
    pub mixed: bool,
}

/// Below this share the rarest class is called rare.
pub const IMBALANCED: f64 = 0.05;
/// Below this one very rare.
pub const STRONGLY_IMBALANCED: f64 = 0.01;
/// From this ratio on classes are of unequal size.
pub const UNEQUAL: usize = 5;
/// From this ratio on objects are of mixed size.
pub const MIXED: usize = 10;

impl Situation {
    /// What the rules see of these facts.
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

/// A rule that applies, with what its test says.
#[derive(Debug, Clone, Copy)]
pub struct Reason {
    /// The rule.
    pub rule: &'static Rule,
    /// What the scene says; nothing where it was not measured, or cannot be.
    pub verdict: Option<Verdict>,
}

impl Reason {
    /// The points that count: none where the scene contradicts.
    pub fn points(&self) -> i32 {
        if self.verdict == Some(Verdict::Contradicts) { 0 } else { self.rule.points }
    }
}

/// A candidate with what speaks for and against it.
#[derive(Debug, Clone)]
pub struct Advised {
    /// Which of the [`CANDIDATES`].
    pub candidate: usize,
    /// The sum of what counts.
    pub points: i32,
    /// What applies, in the order of its rules.
    pub reasons: Vec<Reason>,
}

/// What comes of all rules.
#[derive(Debug, Clone, Default)]
pub struct Advice {
    /// The losses with the most points, all above 0.
    pub shortlist: Vec<Advised>,
    /// Those with the fewest, all below 0, the worst first.
    pub avoid: Vec<Advised>,
}

/// Losses on the shortlist at most.
pub const SHORT: usize = 6;
/// Losses to avoid at most.
const AVOIDED: usize = 4;

/// All candidates for such a scene, the one with the most points first, and of equal ones the earlier in the list.
pub fn ranked(measured: &Evidence, answers: Answers) -> Vec<Advised> {
    let situation = Situation::of(&measured.facts);
    let mut all: Vec<Advised> = CANDIDATES
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.only.allows(&situation))
        .map(|(index, candidate)| {
            let applies = |rule: &&Rule| rule.when.holds(&situation, answers);
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

/// The shortlist, and what to avoid. Of a loss with several settings each has the best and the other none.
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
