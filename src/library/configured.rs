//! What a call comes to: losses of the catalogue with their settings, weighted and added up.

use super::{Arg, compounds};
use crate::field::{Field, Task};
use crate::loss::compound::{self, Compound};
use crate::loss::config::{Config, ConfigError, Kind, Param, Scope, Setting, Settings};
use crate::loss::overlap::Overlap;
use crate::loss::{Loss, Spec};

/// A denominator that is as good as 0.
const SMALLEST: f64 = 1e-12;

/// What of a field decides which settings have an effect, and what a call has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Images in the batch.
    pub images: usize,
    /// Logit channels; one is a binary task.
    pub channels: usize,
    /// Whether labels are shares of classes.
    pub soft: bool,
    /// The label that is ignored, if a pixel has it.
    pub ignored: Option<u8>,
}

impl Facts {
    /// Those of one image without ignored pixels or soft labels.
    pub const fn plain(channels: usize) -> Self {
        Self { images: 1, channels, soft: false, ignored: None }
    }

    /// Those of a field.
    pub fn of(field: &Field<'_>) -> Self {
        let shape = field.shape();
        Self {
            images: shape.images,
            channels: shape.channels,
            soft: field.soft_labels().is_some(),
            // Told from the counts of labels, which are at hand: this is asked at every brush move.
            ignored: (0..=u8::MAX).find(|&label| {
                let has = |counts: &[usize; 256]| counts[usize::from(label)] > 0;
                !field.counts(label) && field.label_counts().iter().any(has)
            }),
        }
    }

    /// Which of the two kinds of task it is.
    pub fn task(self) -> Task {
        if self.channels == 1 { Task::Binary } else { Task::Multiclass }
    }

    /// Whether a parameter has an effect.
    pub fn concern(self, param: &Param) -> bool {
        match param.scope {
            Scope::Everywhere => true,
            Scope::Task(task) => task == self.task(),
            Scope::Batches => self.images > 1,
            Scope::Several => self.images > 1 || self.channels > 1,
            Scope::SoftLabels => self.soft,
        }
    }

    /// The settings that have an effect and are not the default, those of classes with a number for each class.
    pub fn effective(self, spec: &Spec, settings: &Settings) -> Settings {
        let settings = settings.iter().filter_map(|(id, setting)| {
            let param = spec.params.iter().find(|param| param.id == id)?;
            let setting = self.as_it_counts(param, setting);
            let is_default = setting == self.as_it_counts(param, &default_of(param));
            (self.concern(param) && !is_default).then(|| (id.clone(), setting))
        });
        settings.collect()
    }

    /// A list is as long as there are channels.
    fn as_it_counts(self, param: &Param, setting: &Setting) -> Setting {
        match (param.kind, setting) {
            (Kind::PerClass(domain), Setting::PerClass(given)) => {
                let of = |class| given.get(class).copied().unwrap_or(domain.default);
                Setting::PerClass((0..self.channels).map(of).collect())
            }
            _ => setting.clone(),
        }
    }

    /// The class weights of a card as the argument of this name, if they are not all 1.
    pub(super) fn class_weights(self, config: &Config<'_>, name: &str) -> Option<(String, Arg)> {
        let weights = config.per_class("class_weights");
        let each = (0..self.channels).map(|class| weights.of(class).into()).collect();
        (self.task() == Task::Multiclass && !weights.is_uniform()).then(|| (name.into(), Arg::List(each)))
    }
}

/// What a parameter is when nothing is said.
pub fn default_of(param: &Param) -> Setting {
    match param.kind {
        Kind::Number(domain) => Setting::Number(domain.default),
        Kind::PerClass(_) => Setting::PerClass(Vec::new()),
        Kind::Flag { default } => Setting::Flag(default),
        Kind::Choice(options) => options.first().map_or("", |option| option.id).into(),
    }
}

/// One loss of a weighted sum.
#[derive(Debug, Clone)]
pub struct Term {
    /// What its value is multiplied by.
    pub weight: f64,
    /// The catalogue line.
    pub spec: &'static Spec,
    /// The settings that differ from the catalogue's defaults, or that the call names.
    pub settings: Settings,
}

/// Losses of the catalogue, set up and added up as a library's call would compute them.
#[derive(Debug, Clone)]
pub struct Configured {
    /// What is added up; mostly one loss with weight 1.
    pub terms: Vec<Term>,
    /// The label that the call leaves out.
    pub ignore: Option<u8>,
}

impl Configured {
    /// A loss with its defaults.
    pub(super) fn new(spec: &'static Spec) -> Self {
        Self { terms: vec![Term { weight: 1.0, spec, settings: Settings::new() }], ignore: None }
    }

    /// A card of the catalogue. A compound is taken apart into its terms where they are known by their own lines.
    pub fn of(spec: &'static Spec, settings: &Settings) -> Self {
        compounds::apart(spec, settings).unwrap_or_else(|| Self {
            terms: vec![Term { weight: 1.0, spec, settings: settings.clone() }],
            ignore: None,
        })
    }

    /// Sets a parameter of the last loss.
    pub(super) fn with(mut self, param: &str, setting: impl Into<Setting>) -> Self {
        if let Some(term) = self.terms.last_mut() {
            term.settings.insert(param.into(), setting.into());
        }
        self
    }

    /// Smoothing as it is added to TP and to the denominator of an overlap score that has TP alone above the bar.
    /// These libraries hold no denominator from below, unless [`Self::with`] says so after this.
    pub(super) fn smoothed(self, numerator: f64, denominator: f64) -> Self {
        let configured = self.with("smooth", numerator).with("smooth_below", denominator - numerator);
        // The least denominator has no effect where more than it is added.
        if denominator < Overlap::EPS { configured.with("eps", SMALLEST) } else { configured }
    }

    /// Whether a flag of the last loss was set so.
    pub(super) fn says(&self, param: &str, on: bool) -> bool {
        self.terms.last().is_some_and(|term| term.settings.get(param) == Some(&Setting::Flag(on)))
    }

    /// Multiplies everything.
    pub(super) fn times(mut self, factor: f64) -> Self {
        for term in &mut self.terms {
            term.weight *= factor;
        }
        self
    }

    /// Adds another up to it, which ignores the same.
    pub(super) fn plus(mut self, other: Self) -> Self {
        self.terms.extend(other.terms);
        self.ignore = self.ignore.or(other.ignore);
        self
    }

    pub(super) fn ignoring(self, label: Option<u8>) -> Self {
        Self { ignore: label, ..self }
    }

    /// The loss and its settings, if it is one with a weight of 1.
    pub fn single(&self) -> Option<(&'static Spec, &Settings)> {
        match self.terms.as_slice() {
            [Term { weight, spec, settings }] if weight.to_bits() == 1f64.to_bits() => Some((spec, settings)),
            _ => None,
        }
    }

    /// The loss itself. Refuses settings outside the domains of its parameters.
    pub fn build(&self) -> Result<Box<dyn Loss>, ConfigError> {
        let build =
            |spec: &'static Spec, settings: &Settings| Ok((spec.build)(&Config::new(spec, settings)?));
        if let Some((spec, settings)) = self.single() {
            return build(spec, settings);
        }
        let built = |term: &Term| {
            let loss = build(term.spec, &term.settings)?;
            Ok(compound::Term { weight: term.weight, spec: term.spec, loss })
        };
        let terms: Result<_, ConfigError> = self.terms.iter().map(built).collect();
        Ok(Box::new(Compound::new(terms?)))
    }

    /// The same with only the settings that have an effect.
    #[must_use]
    pub fn effective(&self, facts: Facts) -> Self {
        let effective = |term: &Term| Term { settings: facts.effective(term.spec, &term.settings), ..*term };
        Self { terms: self.terms.iter().map(effective).collect(), ignore: self.ignore }
    }

    /// Whether both come to the same loss on such a field.
    pub(super) fn is_same_loss(&self, other: &Self, facts: Facts) -> bool {
        let built = |configured: &Self| configured.effective(facts).build().ok();
        built(self).zip(built(other)).is_some_and(|(own, other)| *own == *other)
    }
}
