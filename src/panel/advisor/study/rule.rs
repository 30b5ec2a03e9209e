//! Rules and their conditions.

use super::claim::Claim;
use super::{Answers, Situation, Worse};
use crate::loss;
use crate::loss::config::{Config, Setting, Settings};
use crate::loss::{Loss, Spec};

/// Candidate: a loss that may be advised, with settings and rules.
#[derive(Debug)]
pub struct Candidate {
    /// Id of the loss in the catalogue.
    pub id: &'static str,
    /// Name, if that of the catalogue says too little.
    pub title: Option<&'static str>,
    /// Settings as text for people; empty if all are the defaults.
    pub told: &'static str,
    /// Settings that differ from the defaults, by parameter id.
    pub(super) settings: &'static [(&'static str, ConstSetting)],
    /// Scenes for which it is a candidate.
    pub only: Only,
    /// Rules about it.
    pub rules: &'static [AdviceRule],
}

/// Setting as data.
#[derive(Debug, Clone, Copy)]
pub(super) enum ConstSetting {
    Number(f64),
    Flag(bool),
    Choice(&'static str),
}

/// Scenes for which a candidate is considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// All scenes.
    Everywhere,
    /// Scenes with several foreground classes.
    Multiclass,
    /// Scenes in which most of the foreground is thin.
    Thin,
}

impl Only {
    /// True if the candidate is considered in this situation.
    pub const fn allows(self, situation: &Situation) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Multiclass => situation.multiclass,
            Self::Thin => situation.thin,
        }
    }
}

/// Rule: one thing that speaks for a candidate, or against it.
#[derive(Debug)]
pub struct AdviceRule {
    /// Condition under which it applies.
    pub when: When,
    /// Points that it gives, from 1 to 4, or takes, from −1 to −4.
    pub points: i32,
    /// Topic of the rule.
    pub topic: Topic,
    /// Reason, as a sentence.
    pub why: &'static str,
    /// Source, as a citation.
    pub source: &'static str,
    /// Test by which the scene can support or contradict it.
    pub claim: Option<Claim>,
}

/// Condition of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Holds always.
    Always,
    /// False positives are worse.
    FalsePositives,
    /// Neither error is worse.
    EqualErrors,
    /// False negatives are worse.
    FalseNegatives,
    /// Boundaries matter much.
    Boundaries,
    /// Boundaries matter little.
    FewBoundaries,
    /// Calibrated probabilities are needed.
    Calibrated,
    /// There is foreground, and its rarest class is not rare.
    Balanced,
    /// The rarest class is rare.
    Imbalanced,
    /// The rarest class is very rare.
    StronglyImbalanced,
    /// Objects are of mixed size.
    Mixed,
    /// Classes are of unequal size.
    UnequalClasses,
    /// Most of the foreground is thin.
    Thin,
    /// Nothing to find, here or in another image of the batch.
    Empty,
}

impl When {
    /// True if the condition holds for a situation and answers.
    pub fn holds(self, situation: &Situation, answers: Answers) -> bool {
        match self {
            Self::Always => true,
            Self::FalsePositives => answers.worse == Worse::FalsePositives,
            Self::EqualErrors => answers.worse == Worse::Equal,
            Self::FalseNegatives => answers.worse == Worse::FalseNegatives,
            Self::Boundaries => answers.boundaries,
            Self::FewBoundaries => !answers.boundaries,
            Self::Calibrated => answers.calibrated,
            Self::Balanced => !situation.empty && !situation.imbalanced,
            Self::Imbalanced => situation.imbalanced,
            Self::StronglyImbalanced => situation.strongly_imbalanced,
            Self::Mixed => situation.mixed,
            Self::UnequalClasses => situation.unequal_classes,
            Self::Thin => situation.thin,
            Self::Empty => situation.empty || situation.some_empty,
        }
    }
}

/// Topic of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Record of the loss in published comparisons.
    Record,
    /// Amount of foreground, and its division into classes and objects.
    Imbalance,
    /// Cost of false positives against false negatives.
    Errors,
    /// Place of boundaries, and connectedness of thin structures.
    Shape,
    /// Calibration of probabilities.
    Calibration,
    /// Behaviour without foreground.
    Empty,
}

impl Topic {
    /// Topics, in the order of the chart.
    pub const ALL: [Self; 6] =
        [Self::Record, Self::Imbalance, Self::Errors, Self::Shape, Self::Calibration, Self::Empty];
}

impl Candidate {
    /// Catalogue line of the loss.
    pub fn spec(&self) -> Option<&'static Spec> {
        loss::find(self.id)
    }

    /// Settings of the candidate, by parameter id.
    pub fn settings(&self) -> Settings {
        let setting = |value: &ConstSetting| match *value {
            ConstSetting::Number(x) => Setting::Number(x),
            ConstSetting::Flag(on) => Setting::Flag(on),
            ConstSetting::Choice(id) => Setting::Choice(id.into()),
        };
        self.settings.iter().map(|(id, value)| ((*id).to_owned(), setting(value))).collect()
    }

    /// Loss with its settings; none if the catalogue does not offer them, which a test rules out.
    pub fn build(&self) -> Option<Box<dyn Loss>> {
        let spec = self.spec()?;
        Some((spec.build)(&Config::new(spec, &self.settings()).ok()?))
    }
}
