//! Parameters of losses as data: what the page makes controls from, and what a library's call is translated to.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Spec;
use crate::field::Task;

/// Parameter of a loss. Its meaning is told by the loss's docs, under `# Parameters`, or for one that several
/// losses share, by `about`.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Stable name, the key of its setting.
    pub id: &'static str,
    /// Name for people; a letter of the formula if there is one.
    pub label: &'static str,
    /// Kind of value, with its domain and default.
    pub kind: Kind,
    /// Fields on which the parameter has an effect.
    pub scope: Scope,
    /// True for a convention on which libraries differ, false for a knob of the loss itself.
    pub convention: bool,
    /// Meaning, if several losses share the parameter and none of them tells it.
    pub about: Option<&'static str>,
    /// True if the page has a control for it. Guards against divisions by 0 have none: they show no effect.
    pub control: bool,
    /// Flag that leaves the parameter nothing to act on: while it is on, the parameter has to be at its default.
    pub moot_with: Option<&'static str>,
}

impl Param {
    /// Number that a slider sets.
    pub const fn number(id: &'static str, label: &'static str, domain: Domain) -> Self {
        Self::of_kind(id, label, Kind::Number(domain))
    }

    /// Number for each class, in multi-class tasks only.
    pub const fn per_class(id: &'static str, label: &'static str, domain: Domain) -> Self {
        Self::of_kind(id, label, Kind::PerClass(domain)).only(Task::Multiclass)
    }

    /// Flag, on or off.
    pub const fn flag(id: &'static str, label: &'static str, default: bool) -> Self {
        Self::of_kind(id, label, Kind::Flag { default })
    }

    /// Choice between options, the first being the default.
    pub const fn choice(id: &'static str, label: &'static str, options: &'static [Choice]) -> Self {
        Self::of_kind(id, label, Kind::Choice(options))
    }

    const fn of_kind(id: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            id,
            label,
            kind,
            scope: Scope::Everywhere,
            convention: false,
            about: None,
            control: true,
            moot_with: None,
        }
    }

    /// Marks the parameter as a convention.
    #[must_use]
    pub const fn convention(self) -> Self {
        Self { convention: true, ..self }
    }

    /// Limits the parameter to batches of several images.
    #[must_use]
    pub const fn of_batches(self) -> Self {
        Self { scope: Scope::Batches, ..self }
    }

    /// Limits the parameter to several classes or several images.
    #[must_use]
    pub const fn of_several(self) -> Self {
        Self { scope: Scope::Several, ..self }
    }

    /// Limits the parameter to soft labels.
    #[must_use]
    pub const fn of_soft_labels(self) -> Self {
        Self { scope: Scope::SoftLabels, ..self }
    }

    /// Limits the parameter to fields with ignored pixels.
    #[must_use]
    pub const fn of_ignored(self) -> Self {
        Self { scope: Scope::Ignored, ..self }
    }

    /// Sets the meaning.
    #[must_use]
    pub const fn about(self, meaning: &'static str) -> Self {
        Self { about: Some(meaning), ..self }
    }

    /// Leaves the parameter without a control on the page.
    #[must_use]
    pub const fn without_control(self) -> Self {
        Self { control: false, ..self }
    }

    /// Names the flag that leaves the parameter nothing to act on.
    #[must_use]
    pub const fn moot_with(self, flag: &'static str) -> Self {
        Self { moot_with: Some(flag), ..self }
    }

    /// Domain, default and meaning as text for the page and the docs; none if the meaning is not told here.
    pub fn told(&self) -> Option<String> {
        let facts = match self.kind {
            Kind::Number(domain) | Kind::PerClass(domain) => {
                format!("from {} to {}, default {}", domain.min, domain.max, domain.default)
            }
            Kind::Flag { default } => format!("default {}", if default { "on" } else { "off" }),
            Kind::Choice(options) => format!("default {}", options.first().map_or("", |option| option.label)),
        };
        Some(format!("{facts}: {}", self.about?))
    }

    /// True if a setting of this kind is the default.
    pub fn is_default(&self, setting: &Setting) -> bool {
        match (self.kind, setting) {
            (Kind::Number(domain), Setting::Number(x)) => x.to_bits() == domain.default.to_bits(),
            (Kind::PerClass(domain), Setting::PerClass(xs)) => {
                xs.iter().all(|x| x.to_bits() == domain.default.to_bits())
            }
            (Kind::Flag { default }, Setting::Flag(on)) => *on == default,
            (Kind::Choice(options), Setting::Choice(id)) => {
                options.first().is_some_and(|first| first.id == id)
            }
            _ => false,
        }
    }

    /// The setting of this kind that is nearest to one; none where no number is near, as to a word.
    pub fn nearest(&self, setting: &Setting) -> Option<Setting> {
        let within = |domain: Domain, x: f64| {
            if x.is_nan() { domain.default } else { x.clamp(domain.min, domain.max) }
        };
        match (self.kind, setting) {
            (Kind::Number(domain), &Setting::Number(x)) => Some(within(domain, x).into()),
            (Kind::PerClass(domain), Setting::PerClass(xs)) => {
                Some(Setting::PerClass(xs.iter().map(|&x| within(domain, x)).collect()))
            }
            _ => None,
        }
    }

    /// Limits the parameter to one task.
    #[must_use]
    pub const fn only(self, task: Task) -> Self {
        Self { scope: Scope::Task(task), ..self }
    }
}

/// Fields on which a parameter has an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every field.
    Everywhere,
    /// Fields of one task.
    Task(Task),
    /// Batches of several images.
    Batches,
    /// Several classes or several images.
    Several,
    /// Soft labels.
    SoftLabels,
    /// Ignored pixels.
    Ignored,
}

/// Two lists of parameters as one; `N` is the length of both together.
///
/// # Panics
///
/// Panics if it is not, which stops the compiler.
pub const fn joined<const A: usize, const B: usize, const N: usize>(
    first: [Param; A],
    second: [Param; B],
) -> [Param; N] {
    assert!(A + B == N && A > 0, "N is the number of all parameters");
    let mut all = [first[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < A { first[at] } else { second[at - A] };
        at += 1;
    }
    all
}

/// Kind of a parameter's value.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Number in a domain.
    Number(Domain),
    /// Number for each class, all in one domain.
    PerClass(Domain),
    /// Flag, on or off.
    Flag {
        /// Value if nothing is set.
        default: bool,
    },
    /// One of several options; the first is the default.
    Choice(&'static [Choice]),
}

/// Domain of a number: the values that are valid, and the part of them that a slider of the page reaches. A number
/// that is typed, or that a document or a library's call says, may be any valid one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Domain {
    /// Smallest valid value, where the slider begins too.
    pub min: f64,
    /// Largest valid value.
    pub max: f64,
    /// End of the page's slider.
    pub slider_max: f64,
    /// Step of the page's slider.
    pub step: f64,
    /// Value if nothing is set.
    pub default: f64,
}

impl Domain {
    /// Closed range, with the slider over all of it.
    pub const fn new(min: f64, max: f64, step: f64, default: f64) -> Self {
        Self { min, max, slider_max: max, step, default }
    }

    /// Range from `min` to [`WIDEST`](Self::WIDEST), whose slider ends at `slider_max`: a number without a bound of its
    /// own, as a weight is.
    pub const fn from(min: f64, slider_max: f64, step: f64, default: f64) -> Self {
        Self { min, max: Self::WIDEST, slider_max, step, default }
    }

    /// Largest value of a number without a bound of its own. Ten times as rare as one pixel in 100 000 needs no more,
    /// and no sum of weighted terms overflows.
    pub const WIDEST: f64 = 1e6;
}

/// Option of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Stable name, the value of the setting.
    pub id: &'static str,
    /// Name for people.
    pub label: &'static str,
}

/// Value that a parameter is set to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Setting {
    /// A flag.
    Flag(bool),
    /// A number.
    Number(f64),
    /// Numbers by class; missing ones are the default.
    PerClass(Vec<f64>),
    /// Id of an option.
    Choice(String),
}

impl From<f64> for Setting {
    fn from(x: f64) -> Self {
        Self::Number(x)
    }
}

impl From<bool> for Setting {
    fn from(on: bool) -> Self {
        Self::Flag(on)
    }
}

impl From<&str> for Setting {
    fn from(id: &str) -> Self {
        Self::Choice(id.into())
    }
}

impl From<Vec<f64>> for Setting {
    fn from(xs: Vec<f64>) -> Self {
        Self::PerClass(xs)
    }
}

/// Settings of a loss, by parameter id.
pub type Settings = BTreeMap<String, Setting>;

/// Refusal of settings: a sentence with the parameter, what was found and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// Settings that fit a loss's parameters, with defaults for those that are not set.
#[derive(Debug, Clone, Copy)]
pub struct Config<'a> {
    params: &'static [Param],
    settings: &'a Settings,
}

impl<'a> Config<'a> {
    /// Settings checked against the parameters of a loss. Error for a setting that names no parameter, lies outside
    /// its domain, or has nothing to act on beside another one.
    pub fn new(spec: &'static Spec, settings: &'a Settings) -> Result<Self, ConfigError> {
        for (id, setting) in settings {
            let Some(param) = spec.params.iter().find(|param| param.id == id) else {
                let known: Vec<_> = spec.params.iter().map(|param| param.id).collect();
                return Err(ConfigError(format!(
                    "{} has no parameter {id:?}; it has {}",
                    spec.id,
                    known.join(", ")
                )));
            };
            check(param, setting).map_err(|expected| {
                ConfigError(format!("{}: parameter {id:?} is {setting:?}; expected {expected}", spec.id))
            })?;
        }
        let config = Self { params: spec.params, settings };
        for param in spec.params {
            if let Some(flag) = param.moot_with
                && config.offers(flag)
                && config.flag(flag)
                && settings.get(param.id).is_some_and(|setting| !param.is_default(setting))
            {
                let label =
                    spec.params.iter().find(|known| known.id == flag).map_or(flag, |known| known.label);
                return Err(ConfigError(format!(
                    "{}: parameter {:?} has no effect with {flag:?} on ({label}); leave it at its default, or switch \
                     {flag:?} off",
                    spec.id, param.id
                )));
            }
        }
        Ok(config)
    }

    fn kind(&self, id: &str) -> Option<Kind> {
        let param = self.params.iter().find(|param| param.id == id);
        debug_assert!(param.is_some(), "the loss asks for {id:?}, which it does not declare");
        param.map(|param| param.kind)
    }

    /// True if the loss has this parameter.
    pub fn offers(&self, id: &str) -> bool {
        self.params.iter().any(|param| param.id == id)
    }

    /// Number set for a parameter, or its default; NaN if there is no such number.
    pub fn number(&self, id: &str) -> f64 {
        match (self.settings.get(id), self.kind(id)) {
            (Some(Setting::Number(x)), _) => *x,
            (_, Some(Kind::Number(domain))) => domain.default,
            _ => f64::NAN,
        }
    }

    /// Flag set for a parameter, or its default; false if there is no such flag.
    pub fn flag(&self, id: &str) -> bool {
        match (self.settings.get(id), self.kind(id)) {
            (Some(Setting::Flag(on)), _) => *on,
            (_, Some(Kind::Flag { default })) => default,
            _ => false,
        }
    }

    /// Id of the option set for a parameter, or of its default; empty if there is no such choice.
    pub fn choice(&self, id: &str) -> &'a str {
        match (self.settings.get(id), self.kind(id)) {
            (Some(Setting::Choice(option)), _) => option,
            (_, Some(Kind::Choice(options))) => options.first().map_or("", |option| option.id),
            _ => "",
        }
    }

    /// Numbers by class set for a parameter; a class beyond the list has the default.
    pub fn per_class(&self, id: &str) -> PerClass {
        let default = match self.kind(id) {
            Some(Kind::PerClass(domain)) => domain.default,
            _ => 1.0,
        };
        let given = match self.settings.get(id) {
            Some(Setting::PerClass(given)) => given.clone(),
            _ => Vec::new(),
        };
        PerClass { given, default }
    }
}

/// Number for each class.
#[derive(Debug, Clone, PartialEq)]
pub struct PerClass {
    given: Vec<f64>,
    default: f64,
}

impl PerClass {
    /// Same number for all classes.
    pub const fn all(default: f64) -> Self {
        Self { given: Vec::new(), default }
    }

    /// One number for class 0 and one for all others.
    pub fn first_and_rest(first: f64, rest: f64) -> Self {
        Self { given: vec![first], default: rest }
    }

    /// Largest number that a class can have.
    pub fn most(&self) -> f64 {
        self.given.iter().copied().fold(self.default, f64::max)
    }

    /// True if the number is 1 for all classes.
    pub fn is_uniform(&self) -> bool {
        self.given.iter().chain([&self.default]).all(|x| x.to_bits() == 1f64.to_bits())
    }

    /// Number of one class.
    pub fn of(&self, class: usize) -> f64 {
        self.given.get(class).copied().unwrap_or(self.default)
    }
}

fn check(param: &Param, setting: &Setting) -> Result<(), String> {
    let within = |domain: Domain, x: f64| x.is_finite() && x >= domain.min && x <= domain.max;
    match (param.kind, setting) {
        (Kind::Number(domain), &Setting::Number(x)) if within(domain, x) => Ok(()),
        (Kind::PerClass(domain), Setting::PerClass(xs)) if xs.iter().all(|&x| within(domain, x)) => Ok(()),
        (Kind::Flag { .. }, Setting::Flag(_)) => Ok(()),
        (Kind::Choice(options), Setting::Choice(id)) if options.iter().any(|option| option.id == id) => {
            Ok(())
        }
        (Kind::Number(domain), _) => Err(format!("a number from {} to {}", domain.min, domain.max)),
        (Kind::PerClass(domain), _) => {
            Err(format!("a number a class, from {} to {}", domain.min, domain.max))
        }
        (Kind::Flag { .. }, _) => Err("true or false".into()),
        (Kind::Choice(options), _) => {
            Err(format!("one of {}", options.iter().map(|option| option.id).collect::<Vec<_>>().join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::focal;

    #[test]
    fn what_is_not_set_is_the_default() {
        let settings = Settings::from([("gamma".into(), 3.0.into())]);
        let config = Config::new(&focal::SPEC, &settings).unwrap();
        assert!((config.number("gamma") - 3.0).abs() < 1e-15);
        assert!((config.number("alpha") - 0.25).abs() < 1e-15);
    }

    #[test]
    fn the_nearest_setting_is_in_the_domain() {
        let param = |id: &str| focal::SPEC.params.iter().find(|param| param.id == id).unwrap();
        assert_eq!(param("alpha").nearest(&7.0.into()), Some(1.0.into()));
        assert_eq!(param("gamma").nearest(&(-1.0).into()), Some(0.0.into()));
        assert_eq!(param("gamma").nearest(&f64::NAN.into()), Some(2.0.into()));
        assert_eq!(param("gamma").nearest(&"much".into()), None);
    }

    #[test]
    fn the_end_of_a_slider_is_no_limit() {
        let weights = Settings::from([("class_weights".into(), vec![1.0, 13.0, 120.0].into())]);
        let config = Config::new(&focal::SPEC, &weights).unwrap();
        let said: Vec<f64> = (0..3).map(|class| config.per_class("class_weights").of(class)).collect();
        assert_eq!(said, [1.0, 13.0, 120.0]);
        let wide = Settings::from([("pos_weight".into(), 300.0.into())]);
        assert!((Config::new(&focal::SPEC, &wide).unwrap().number("pos_weight") - 300.0).abs() < 1e-15);
        let beyond = Settings::from([("pos_weight".into(), 2e6.into())]);
        let refused = Config::new(&focal::SPEC, &beyond).unwrap_err().to_string();
        assert!(refused.contains("expected a number from 0 to 1000000"), "{refused}");
    }

    #[test]
    fn classes_at_once_have_no_class_to_weigh() {
        let pooled = |weights: Vec<f64>| {
            let settings =
                Settings::from([("pooled".into(), true.into()), ("class_weights".into(), weights.into())]);
            Config::new(&crate::loss::dice::SPEC, &settings).map(drop).map_err(|refused| refused.to_string())
        };
        assert_eq!(pooled(vec![1.0, 1.0, 1.0]), Ok(()));
        let refused = pooled(vec![1.0, 13.0, 120.0]).unwrap_err();
        assert!(refused.contains("\"class_weights\" has no effect with \"pooled\" on"), "{refused}");
    }

    #[test]
    fn refusals_say_what_was_found_and_what_was_expected() {
        let refused = |id: &str, setting: Setting| {
            Config::new(&focal::SPEC, &Settings::from([(id.into(), setting)])).unwrap_err().to_string()
        };
        assert!(refused("gama", 1.0.into()).contains("no parameter \"gama\"; it has gamma, alpha"));
        assert!(refused("alpha", 1.5.into()).contains("expected a number from 0 to 1"));
        assert!(refused("gamma", f64::NAN.into()).contains("expected a number from 0 to 100"));
        assert!(refused("activation", "tanh".into()).contains("expected one of softmax, one-vs-rest"));
    }
}
