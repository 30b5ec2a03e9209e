//! Configurations that calls translate to: losses of the catalogue with their settings, weighted and added
//! up.

use super::{Arg, compounds};
use crate::field::{Field, Task};
use crate::loss::compound::{self, Compound};
use crate::loss::config::{Config, ConfigError, Kind, Param, Scope, Setting, Settings};
use crate::loss::overlap::Overlap;
use crate::loss::{Loss, Spec};

/// Denominator that is as good as 0, in place of a guard that a library does not have.
const SMALLEST: f64 = 1e-12;

/// Facts about a field on which the effect of settings and the arguments of calls depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Number of images in the batch.
    pub images: usize,
    /// Number of logit channels; one is a binary task.
    pub channels: usize,
    /// Number of regions of which the field is one, each with a channel of its own; 0 of a field that is no region.
    pub regions: usize,
    /// True if labels are soft.
    pub soft: bool,
    /// True if each pixel has a weight.
    pub weighted: bool,
    /// Ignored label; none if no pixel has it.
    pub ignored: Option<u8>,
    /// Number that stands for it in the person's own labels, where it is known to be another.
    pub ignored_as: Option<i64>,
}

impl Facts {
    /// Facts of one image without ignored pixels or soft labels.
    pub const fn plain(channels: usize) -> Self {
        Self {
            images: 1,
            channels,
            regions: 0,
            soft: false,
            weighted: false,
            ignored: None,
            ignored_as: None,
        }
    }

    /// Facts of a field.
    pub fn of(field: &Field<'_>) -> Self {
        let shape = field.shape();
        Self {
            images: shape.images,
            channels: shape.channels,
            regions: 0,
            soft: field.soft_labels().is_some(),
            weighted: field.pixel_weights().is_some(),
            // Told from the counts of labels, which are at hand: this is asked at every brush move.
            ignored: (0..=u8::MAX).find(|&label| {
                let has = |counts: &[usize; 256]| counts[usize::from(label)] > 0;
                !field.counts(label) && field.label_counts().iter().any(has)
            }),
            ignored_as: None,
        }
    }

    /// Task of the field.
    pub fn task(self) -> Task {
        if self.channels == 1 { Task::Binary } else { Task::Multiclass }
    }

    /// True if a parameter has an effect on such a field.
    pub fn concern(self, param: &Param) -> bool {
        match param.scope {
            Scope::Everywhere => true,
            Scope::Task(task) => task == self.task(),
            Scope::Batches => self.images > 1,
            Scope::Several => self.images > 1 || self.channels > 1,
            Scope::SoftLabels => self.soft,
            Scope::Ignored => self.ignored.is_some(),
        }
    }

    /// Settings that have an effect and are not the default; lists have a number for each channel.
    pub fn effective(self, spec: &Spec, settings: &Settings) -> Settings {
        let settings = settings.iter().filter_map(|(id, setting)| {
            let param = spec.params.iter().find(|param| param.id == id)?;
            let setting = self.as_it_counts(param, setting);
            let is_default = setting == self.as_it_counts(param, &default_of(param));
            (self.concern(param) && !is_default).then(|| (id.clone(), setting))
        });
        settings.collect()
    }

    /// Setting in the form in which it counts: a list is as long as there are channels.
    fn as_it_counts(self, param: &Param, setting: &Setting) -> Setting {
        match (param.kind, setting) {
            (Kind::PerClass(domain), Setting::PerClass(given)) => {
                let of = |class| given.get(class).copied().unwrap_or(domain.default);
                Setting::PerClass((0..self.channels).map(of).collect())
            }
            _ => setting.clone(),
        }
    }

    /// Class weights of a card as the argument `name`; none if all are 1 or the task is binary.
    pub(super) fn class_weights(self, config: &Config<'_>, name: &str) -> Option<(String, Arg)> {
        let weights = config.per_class("class_weights");
        let each = (0..self.channels).map(|class| weights.of(class).into()).collect();
        (self.task() == Task::Multiclass && !weights.is_uniform()).then(|| (name.into(), Arg::List(each)))
    }
}

/// α of a focal loss as the argument: a number, a list, or `None` where α is not used.
pub(super) fn alpha_of(config: &Config<'_>, facts: Facts, background: bool) -> Arg {
    if !config.flag("balanced") {
        return Arg::Nothing;
    }
    if ["classes", "own"].contains(&config.choice("alpha_of")) && facts.task() == Task::Multiclass {
        let alphas = config.per_class("alphas");
        let first = usize::from(!background);
        return Arg::List((first..facts.channels).map(|class| alphas.of(class).into()).collect());
    }
    config.number("alpha").into()
}

/// Default setting of a parameter.
pub fn default_of(param: &Param) -> Setting {
    match param.kind {
        Kind::Number(domain) => Setting::Number(domain.default),
        Kind::PerClass(_) => Setting::PerClass(Vec::new()),
        Kind::Flag { default } => Setting::Flag(default),
        Kind::Choice(options) => options.first().map_or("", |option| option.id).into(),
    }
}

/// Term of a weighted sum of losses.
#[derive(Debug, Clone)]
pub struct WeightedLoss {
    /// Weight of the term in the sum.
    pub weight: f64,
    /// Catalogue line of the loss.
    pub spec: &'static Spec,
    /// Settings that differ from the catalogue's defaults, or that the call names.
    pub settings: Settings,
}

/// Losses of the catalogue, set up and added up as a library's call would compute them.
#[derive(Debug, Clone)]
pub struct Configured {
    /// Terms that are added up; mostly one loss with weight 1.
    pub terms: Vec<WeightedLoss>,
    /// Label that the call ignores; none if it counts every pixel.
    pub ignore: Option<u8>,
}

impl Configured {
    /// Loss with its default settings.
    pub(super) fn new(spec: &'static Spec) -> Self {
        Self { terms: vec![WeightedLoss { weight: 1.0, spec, settings: Settings::new() }], ignore: None }
    }

    /// Configuration of a card. A compound is taken apart into terms if these are known by their own
    /// catalogue lines.
    pub fn of(spec: &'static Spec, settings: &Settings) -> Self {
        compounds::apart(spec, settings).unwrap_or_else(|| Self {
            terms: vec![WeightedLoss { weight: 1.0, spec, settings: settings.clone() }],
            ignore: None,
        })
    }

    /// Sets a parameter of the last term.
    pub(super) fn with(mut self, param: &str, setting: impl Into<Setting>) -> Self {
        if let Some(term) = self.terms.last_mut() {
            term.settings.insert(param.into(), setting.into());
        }
        self
    }

    /// Adds smoothing to the last term: `numerator` to TP, and `denominator` below the bar of an overlap
    /// score that has TP alone above it. These libraries do not bound the denominator from below, unless
    /// [`Self::with`] says so afterwards.
    pub(super) fn smoothed(self, numerator: f64, denominator: f64) -> Self {
        let configured = self.with("smooth", numerator).with("smooth_below", denominator - numerator);
        // The least denominator has no effect where more than it is added.
        if denominator < Overlap::EPS { configured.with("eps", SMALLEST) } else { configured }
    }

    /// True if the flag of the last term was set to `on`.
    pub(super) fn says(&self, param: &str, on: bool) -> bool {
        self.terms.last().is_some_and(|term| term.settings.get(param) == Some(&Setting::Flag(on)))
    }

    /// Multiplies the weights of all terms.
    pub(super) fn times(mut self, factor: f64) -> Self {
        for term in &mut self.terms {
            term.weight *= factor;
        }
        self
    }

    /// Adds the terms of another configuration, which must ignore the same label.
    pub(super) fn plus(mut self, other: Self) -> Self {
        self.terms.extend(other.terms);
        self.ignore = self.ignore.or(other.ignore);
        self
    }

    pub(super) fn ignoring(self, label: Option<u8>) -> Self {
        Self { ignore: label, ..self }
    }

    /// Loss and settings of a configuration that is one loss with a weight of 1; none for a sum.
    pub fn single(&self) -> Option<(&'static Spec, &Settings)> {
        match self.terms.as_slice() {
            [WeightedLoss { weight, spec, settings }] if weight.to_bits() == 1f64.to_bits() => {
                Some((spec, settings))
            }
            _ => None,
        }
    }

    /// Builds the loss. Error for settings outside the domains of their parameters.
    pub fn build(&self) -> Result<Box<dyn Loss>, ConfigError> {
        let build =
            |spec: &'static Spec, settings: &Settings| Ok((spec.build)(&Config::new(spec, settings)?));
        if let Some((spec, settings)) = self.single() {
            return build(spec, settings);
        }
        let built = |term: &WeightedLoss| {
            let loss = build(term.spec, &term.settings)?;
            Ok(compound::Term { weight: term.weight, spec: term.spec, loss })
        };
        let terms: Result<_, ConfigError> = self.terms.iter().map(built).collect();
        Ok(Box::new(Compound::new(terms?)))
    }

    /// Configuration with only the settings that have an effect on such a field.
    #[must_use]
    pub fn effective(&self, facts: Facts) -> Self {
        let effective = |term: &WeightedLoss| WeightedLoss {
            settings: facts.effective(term.spec, &term.settings),
            ..*term
        };
        Self { terms: self.terms.iter().map(effective).collect(), ignore: self.ignore }
    }

    /// True if both come to the same loss on such a field.
    pub(super) fn is_same_loss(&self, other: &Self, facts: Facts) -> bool {
        let built = |configured: &Self| configured.effective(facts).build().ok();
        built(self).zip(built(other)).is_some_and(|(own, other)| *own == *other)
    }
}
