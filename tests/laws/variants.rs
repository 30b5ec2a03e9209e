//! Every loss in many configurations.

use lossfield::field::Task;
use lossfield::loss::config::{Config, Kind, Param, Scope, Setting, Settings};
use lossfield::loss::{Family, LOSSES, Loss, Spec, find};

/// Values tried inside the domain of a number, where they lie in it.
pub(crate) const INTERIOR: [f64; 2] = [0.3, 0.5];

/// A loss with its settings.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) spec: &'static Spec,
    pub(crate) settings: Settings,
    pub(crate) loss: Box<dyn Loss>,
}

impl Variant {
    pub(crate) fn new(spec: &'static Spec, settings: Settings) -> Self {
        let loss = (spec.build)(&Config::new(spec, &settings).unwrap());
        Self { spec, settings, loss }
    }

    /// The value and gradient. Every element of the gradient has to be overwritten.
    pub(crate) fn evaluate(&self, painted: &super::fields::Painted) -> (f64, Vec<f32>) {
        let mut gradient = vec![f32::NAN; painted.logits.len()];
        let value = painted.with(|field| self.loss.evaluate(field, Some(&mut gradient)));
        (value, gradient)
    }

    /// The value alone.
    pub(crate) fn value(&self, painted: &super::fields::Painted) -> f64 {
        painted.with(|field| self.loss.evaluate(field, None))
    }

    pub(crate) fn choice(&self, param: &str) -> Option<&str> {
        match self.settings.get(param) {
            Some(Setting::Choice(option)) => Some(option),
            _ => None,
        }
    }

    /// The loss itself, and those that a mixture of chosen losses is made of.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &'static Spec> + '_ {
        let chosen = |param: &Param| match (self.settings.get(param.id), param.kind) {
            (Some(Setting::Choice(option)), _) => find(option),
            (None, Kind::Choice(options)) => find(options[0].id),
            _ => None,
        };
        std::iter::once(self.spec).chain(self.spec.params.iter().filter_map(chosen))
    }

    /// Whether a loss of this id is among them.
    pub(crate) fn involves(&self, id: &str) -> bool {
        self.parts().any(|spec| spec.id == id)
    }

    pub(crate) fn flag(&self, param: &str) -> bool {
        self.settings.get(param) == Some(&Setting::Flag(true))
    }

    pub(crate) fn number(&self, param: &str) -> Option<f64> {
        match self.settings.get(param) {
            Some(Setting::Number(x)) => Some(*x),
            _ => None,
        }
    }
}

impl std::fmt::Display for Variant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.spec.id, self.settings)
    }
}

/// One loss, set up.
pub(crate) fn loss(id: &str, settings: &[(&str, Setting)]) -> Variant {
    let settings = settings.iter().map(|(param, setting)| ((*param).into(), setting.clone())).collect();
    Variant::new(find(id).unwrap(), settings)
}

/// Every loss: as it is by default, with each parameter changed, and with each two changed that are
/// [tried together](are_tried_together). Parameters that have no effect for the task stay as they are.
pub(crate) fn variants(task: Task) -> Vec<Variant> {
    LOSSES.iter().flat_map(|spec| variants_of(spec, task)).collect()
}

fn variants_of(spec: &'static Spec, task: Task) -> Vec<Variant> {
    let changes: Vec<(&'static Param, Setting)> = spec
        .params
        .iter()
        .filter(|param| !matches!(param.scope, Scope::Task(only) if only != task))
        .flat_map(|param| others(param).into_iter().map(move |setting| (param, setting)))
        .collect();
    let mut all = vec![Settings::new()];
    for (at, (param, setting)) in changes.iter().enumerate() {
        let one = Settings::from([(param.id.into(), setting.clone())]);
        for (other, second) in &changes[at + 1..] {
            if other.id != param.id && are_tried_together(spec, param, other) {
                let mut two = one.clone();
                two.insert(other.id.into(), second.clone());
                all.push(two);
            }
        }
        all.push(one);
    }
    // Some pairs are refused: one of them would have nothing to act on.
    all.retain(|settings| Config::new(spec, settings).is_ok());
    all.into_iter().map(|settings| Variant::new(spec, settings)).collect()
}

/// A sum does not couple its terms, so conventions that a compound hands on to them are tried in pairs with the terms
/// alone. A choice among all losses is in no pair: each of its options is a loss whose own pairs are tried.
fn are_tried_together(spec: &Spec, a: &Param, b: &Param) -> bool {
    let is_own = |param: &Param| {
        let is_of_losses = matches!(param.kind, Kind::Choice(options) if find(options[1].id).is_some());
        let is_handed_on = param.convention || param.about.is_some();
        !(is_of_losses || is_handed_on && spec.family == Family::Compound)
    };
    is_own(a) && is_own(b)
}

/// Settings of a parameter other than its default.
fn others(param: &Param) -> Vec<Setting> {
    match param.kind {
        Kind::Number(domain) => [domain.min, domain.slider_max]
            .into_iter()
            .chain(INTERIOR)
            .filter(|x| (domain.min..=domain.max).contains(x) && x.to_bits() != domain.default.to_bits())
            .map(Setting::from)
            .collect(),
        // A class beyond the list has the default.
        Kind::PerClass(domain) => {
            vec![[0.5, 2.0, domain.min, 1.5].map(|x: f64| x.min(domain.max)).to_vec().into()]
        }
        Kind::Flag { default } => vec![(!default).into()],
        Kind::Choice(options) => options[1..].iter().map(|option| option.id.into()).collect(),
    }
}
