//! What a rule is, and when it applies.

use super::claim::Claim;
use super::{Answers, Situation, Worse};
use crate::loss;
use crate::loss::config::{Config, Setting, Settings};
use crate::loss::{Loss, Spec};

/// A loss that may be advised.
#[derive(Debug)]
pub struct Candidate {
    /// The loss in the catalogue.
    pub id: &'static str,
    /// Its name where that of the catalogue says too little.
    pub title: Option<&'static str>,
    /// What is set, for people; empty where all is as it is by default.
    pub told: &'static str,
    /// What is set.
    pub(super) settings: &'static [(&'static str, Value)],
    /// For which scenes it is at all.
    pub only: Only,
    /// What is said of it.
    pub rules: &'static [Rule],
}

/// A setting as data.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Number(f64),
    Flag(bool),
    Choice(&'static str),
}

/// For which scenes a candidate is at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// For all.
    Everywhere,
    /// With several foreground classes.
    Multiclass,
    /// Where most of the foreground is thin.
    Thin,
}

impl Only {
    /// Whether it is for such a scene.
    pub const fn allows(self, situation: &Situation) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Multiclass => situation.multiclass,
            Self::Thin => situation.thin,
        }
    }
}

/// One thing that speaks for a candidate, or against it.
#[derive(Debug)]
pub struct Rule {
    /// When it applies.
    pub when: When,
    /// What it gives or takes.
    pub points: i32,
    /// What it is about.
    pub topic: Topic,
    /// Why, as a sentence.
    pub why: &'static str,
    /// Who says so.
    pub source: &'static str,
    /// What on this scene can be seen of it.
    pub claim: Option<Claim>,
}

/// When a rule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// False positives are worse.
    FalsePositives,
    /// Neither error is worse.
    EqualErrors,
    /// False negatives are worse.
    FalseNegatives,
    /// Boundaries matter much.
    Boundaries,
    /// They matter a little.
    FewBoundaries,
    /// Calibrated probabilities are needed.
    Calibrated,
    /// There is foreground, and its rarest class is not rare.
    Balanced,
    /// The rarest class is rare.
    Imbalanced,
    /// It is very rare.
    StronglyImbalanced,
    /// Objects are of mixed size.
    Mixed,
    /// Classes are of unequal size.
    UnequalClasses,
    /// Most of the foreground is thin.
    Thin,
    /// There is nothing to find, here or in another image of the batch.
    Empty,
}

impl When {
    /// Whether it is so.
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

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// How it did elsewhere.
    Record,
    /// How much foreground there is, and in which classes and objects.
    Imbalance,
    /// Which error is worse.
    Errors,
    /// Where boundaries are, and whether thin structures hold together.
    Shape,
    /// Whether probabilities mean what they say.
    Calibration,
    /// What happens without foreground.
    Empty,
}

impl Topic {
    /// All, in the order of the chart.
    pub const ALL: [Self; 6] =
        [Self::Record, Self::Imbalance, Self::Errors, Self::Shape, Self::Calibration, Self::Empty];
}

impl Candidate {
    /// The loss in the catalogue.
    pub fn spec(&self) -> Option<&'static Spec> {
        loss::find(self.id)
    }

    /// What is set.
    pub fn settings(&self) -> Settings {
        let setting = |value: &Value| match *value {
            Value::Number(x) => Setting::Number(x),
            Value::Flag(on) => Setting::Flag(on),
            Value::Choice(id) => Setting::Choice(id.into()),
        };
        self.settings.iter().map(|(id, value)| ((*id).to_owned(), setting(value))).collect()
    }

    /// The loss with its settings; none if the catalogue has not got it so, which a test rules out.
    pub fn build(&self) -> Option<Box<dyn Loss>> {
        let spec = self.spec()?;
        Some((spec.build)(&Config::new(spec, &self.settings()).ok()?))
    }
}
