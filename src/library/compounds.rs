//! Compounds of the catalogue and the losses that they are sums of, so that a card and a library's call can
//! be compared term by term.

use super::{Configured, Facts, WeightedLoss, default_of};
use crate::loss::config::{Config, Param, Setting, Settings};
use crate::loss::{
    Spec, cross_entropy, cross_entropy_lovasz_hinge, cross_entropy_lovasz_softmax, dice, dice_cross_entropy,
    dice_focal, focal, lovasz_hinge, lovasz_softmax,
};

/// Compound with its terms.
struct Sum {
    of: &'static Spec,
    terms: &'static [CompoundTerm],
}

/// Term of a compound.
struct CompoundTerm {
    spec: &'static Spec,
    /// Compound's parameter for the term's weight; none for a weight of 1.
    weight: Option<&'static str>,
    /// Parameters of the term that have another name in the compound, as pairs of the compound's name and the
    /// term's. Set to `same`, they take the value of the compound's parameter with the term's name.
    renamed: &'static [(&'static str, &'static str)],
}

impl CompoundTerm {
    const fn new(spec: &'static Spec, weight: &'static str) -> Self {
        Self { spec, weight: Some(weight), renamed: &[] }
    }
}

/// Option that gives a renamed parameter the value of the shared one; see [`CompoundTerm::renamed`].
const SAME: &str = "same";

/// Cross-entropy with a weight of 1.
const CROSS_ENTROPY: CompoundTerm = CompoundTerm { spec: &cross_entropy::SPEC, weight: None, renamed: &[] };

const SUMS: &[Sum] = &[
    Sum {
        of: &dice_cross_entropy::SPEC,
        terms: &[
            CompoundTerm::new(&dice::SPEC, "dice_weight"),
            CompoundTerm::new(&cross_entropy::SPEC, "ce_weight"),
        ],
    },
    Sum {
        of: &dice_focal::SPEC,
        terms: &[
            CompoundTerm::new(&dice::SPEC, "dice_weight"),
            CompoundTerm {
                renamed: &[("focal_activation", "activation")],
                ..CompoundTerm::new(&focal::SPEC, "focal_weight")
            },
        ],
    },
    Sum {
        of: &cross_entropy_lovasz_hinge::SPEC,
        terms: &[CROSS_ENTROPY, CompoundTerm::new(&lovasz_hinge::SPEC, "lambda")],
    },
    Sum {
        of: &cross_entropy_lovasz_softmax::SPEC,
        terms: &[CROSS_ENTROPY, CompoundTerm::new(&lovasz_softmax::SPEC, "lambda")],
    },
];

fn find(spec: &Spec) -> Option<&'static Sum> {
    SUMS.iter().find(|sum| sum.of.id == spec.id)
}

/// Terms of a compound with these settings; none if they are not known, or if their sum would not be the
/// compound itself.
pub(super) fn apart(spec: &'static Spec, settings: &Settings) -> Option<Configured> {
    let sum = find(spec)?;
    let config = Config::new(spec, settings).ok()?;
    // A parameter with the same name means the same, though it may have another default: that is checked below, on the
    // losses themselves.
    let of = |param: &Param| settings.get(param.id).cloned().unwrap_or_else(|| default_of(param));
    let own = |part: &CompoundTerm| {
        let shared = spec.params.iter().filter(|param| part.spec.params.iter().any(|own| own.id == param.id));
        let mut said: Settings = shared.map(|param| (param.id.to_owned(), of(param))).collect();
        for &(here, there) in part.renamed {
            let param = spec.params.iter().find(|param| param.id == here);
            if let Some(setting) = param.map(of).filter(|setting| *setting != SAME.into()) {
                said.insert(there.into(), setting);
            }
        }
        said
    };
    let terms = sum.terms.iter().map(|part| WeightedLoss {
        weight: part.weight.map_or(1.0, |weight| config.number(weight)),
        spec: part.spec,
        settings: own(part),
    });
    let apart = Configured { terms: terms.collect(), ignore: None };
    (*(spec.build)(&config) == *apart.build().ok()?).then_some(apart)
}

/// Settings of a term in full, its defaults too: those of a compound may be others.
fn said(term: &WeightedLoss, facts: Facts) -> Settings {
    let concerned = term.spec.params.iter().filter(|param| facts.concern(param));
    let said = concerned.map(|param| {
        (param.id.to_owned(), term.settings.get(param.id).cloned().unwrap_or_else(|| default_of(param)))
    });
    said.collect()
}

/// Settings of a card that make it this sum; none if the card has no control for it.
pub(super) fn together(spec: &'static Spec, sum: &Configured, facts: Facts) -> Option<Settings> {
    if let Some((single, settings)) = sum.single()
        && single.id == spec.id
    {
        return Some(settings.clone());
    }
    let known = find(spec)?;
    let mut settings = Settings::new();
    for part in known.terms {
        let term = sum.terms.iter().find(|term| term.spec.id == part.spec.id);
        if let Some(weight) = part.weight {
            settings.insert(weight.into(), Setting::Number(term.map_or(0.0, |term| term.weight)));
        }
        let mut own = term.map(|term| said(term, facts)).unwrap_or_default();
        own.retain(|id, _| spec.params.iter().any(|param| param.id == id));
        for &(here, there) in part.renamed {
            if let Some(setting) = own.remove(there) {
                let same = settings.get(there).is_none_or(|shared| *shared == setting);
                settings.insert(here.into(), if same { SAME.into() } else { setting });
            }
        }
        settings.extend(own);
    }
    let card = Configured {
        terms: vec![WeightedLoss { weight: 1.0, spec, settings: settings.clone() }],
        ignore: None,
    };
    card.is_same_loss(sum, facts).then_some(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::config::Kind;

    #[test]
    fn every_compound_comes_apart_and_together_again() {
        let facts = Facts { images: 2, ..Facts::plain(3) };
        for sum in SUMS {
            let mut tried = vec![Settings::new()];
            // Every parameter but the guards against divisions by 0 set to something else, one by one.
            tried.extend(sum.of.params.iter().filter(|param| param.control).filter_map(|param| {
                let setting = match param.kind {
                    Kind::Number(domain) => Setting::Number((domain.default + 0.5).min(domain.max)),
                    Kind::PerClass(domain) => {
                        Setting::PerClass([0.5, 1.0, 2.0].map(|x: f64| x.min(domain.max)).to_vec())
                    }
                    Kind::Flag { default } => Setting::Flag(!default),
                    Kind::Choice(options) => options.last()?.id.into(),
                };
                Some(Settings::from([(param.id.to_owned(), setting)]))
            }));
            for settings in tried {
                let apart = apart(sum.of, &settings);
                assert!(apart.is_some(), "{}: {settings:?}", sum.of.id);
                let again = together(sum.of, &apart.unwrap(), facts);
                assert!(again.is_some(), "{}: {settings:?}", sum.of.id);
                assert_eq!(
                    facts.effective(sum.of, &again.unwrap()),
                    facts.effective(sum.of, &settings),
                    "{}",
                    sum.of.id
                );
            }
        }
    }
}
