//! Disagreement of libraries: every library's version of a card on one field, each difference named and
//! measured.
//!
//! A difference is measured by switching it alone, with everything else as the card has it. Effects of
//! several differences need not add up to the whole, because conventions act on each other.

use crate::field::Field;
use crate::library::{Configured, Facts, Version, WeightedLoss, default_of, notes, versions_of};
use crate::loss::config::{Config, ConfigError, Kind, Param, Setting, Settings};
use crate::loss::{Loss, Spec};

/// Comparison of a card with every library's version of it.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Value of the card itself.
    pub value: f64,
    /// Rows, one for each library and function.
    pub rows: Vec<Row>,
}

/// Version of the card in one library.
#[derive(Debug, Clone)]
pub struct Row {
    /// Id of the library.
    pub library: &'static str,
    /// Name of the library.
    pub name: &'static str,
    /// Version of the library.
    pub version: &'static str,
    /// Name of the function.
    pub function: &'static str,
    /// Call, as Python has it.
    pub call: String,
    /// Value that the call returns.
    pub value: f64,
    /// True if the value is that of the card, up to rounding.
    pub same: bool,
    /// Differences from the card, each with its effect.
    pub causes: Vec<Cause>,
    /// Sentences about such a call on this field, beyond the differences.
    pub notes: Vec<String>,
}

/// Difference from the card.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Name of the loss it belongs to, in a sum of several.
    pub term: Option<&'static str>,
    /// Label of the parameter.
    pub label: &'static str,
    /// Setting of the card, as text.
    pub ours: String,
    /// Setting of the library, as text.
    pub theirs: String,
    /// Change of the value when this difference alone is switched.
    pub effect: f64,
}

/// Relative difference, to the larger of two values, up to which they are the same.
const SAME: f64 = 1e-9;

/// Compares a card with every library's version of it. Error for settings that the card does not have.
pub fn compare(
    field: &Field<'_>,
    spec: &'static Spec,
    settings: &Settings,
) -> Result<Comparison, ConfigError> {
    let facts = Facts::of(field);
    let card = (spec.build)(&Config::new(spec, settings)?);
    let value = card.evaluate(field, None);
    let ours = Configured::of(spec, settings).effective(facts);
    let rows = versions_of(spec.id, facts).into_iter().map(|version| row(field, value, &ours, &version));
    Ok(Comparison { value, rows: rows.collect::<Result<_, _>>()? })
}

fn row(field: &Field<'_>, value: f64, ours: &Configured, version: &Version) -> Result<Row, ConfigError> {
    let facts = Facts::of(field);
    let theirs = version.configured.effective(facts);
    let theirs_value = theirs.build()?.evaluate(field, None);
    Ok(Row {
        library: version.library.id,
        name: version.library.name,
        version: version.library.version,
        function: version.function,
        call: version.call(),
        value: theirs_value,
        same: (theirs_value - value).abs() <= SAME * value.abs().max(theirs_value.abs()),
        causes: causes(field, ours, &theirs),
        notes: notes::notes(version.library.id, version.function, &version.args, field),
    })
}

/// Value of one loss of a sum; none for settings that it does not have.
fn value_of(field: &Field<'_>, spec: &'static Spec, settings: &Settings) -> Option<f64> {
    let loss: Box<dyn Loss> = (spec.build)(&Config::new(spec, settings).ok()?);
    Some(loss.evaluate(field, None))
}

fn causes(field: &Field<'_>, ours: &Configured, theirs: &Configured) -> Vec<Cause> {
    let mut causes = Vec::new();
    let task = field.shape().task();
    let several = ours.terms.len() > 1 || theirs.terms.len() > 1;
    let find = |sum: &'_ Configured, id: &str| sum.terms.iter().find(|term| term.spec.id == id).cloned();
    for term in &ours.terms {
        let name = several.then(|| term.spec.name.of(task));
        let other = find(theirs, term.spec.id);
        let Some(value) = value_of(field, term.spec, &term.settings) else { continue };
        let weight = other.as_ref().map_or(0.0, |other| other.weight);
        if weight.to_bits() != term.weight.to_bits() {
            causes.push(Cause {
                term: name,
                label: "weight",
                ours: number(term.weight),
                theirs: number(weight),
                effect: (weight - term.weight) * value,
            });
        }
        causes.extend(other.iter().flat_map(|other| differences(field, term, other, value, name)));
    }
    // What they add up that the card does not.
    for term in theirs.terms.iter().filter(|term| find(ours, term.spec.id).is_none()) {
        causes.push(Cause {
            term: Some(term.spec.name.of(task)),
            label: "weight",
            ours: number(0.0),
            theirs: number(term.weight),
            effect: term.weight * value_of(field, term.spec, &term.settings).unwrap_or(f64::NAN),
        });
    }
    causes
}

/// Differences in parameters between two versions of one loss.
fn differences(
    field: &Field<'_>,
    ours: &WeightedLoss,
    theirs: &WeightedLoss,
    value: f64,
    name: Option<&'static str>,
) -> Vec<Cause> {
    let params = ours.spec.params.iter().filter_map(|param| {
        let said =
            |term: &WeightedLoss| term.settings.get(param.id).cloned().unwrap_or_else(|| default_of(param));
        let (own, other) = (said(ours), said(theirs));
        if own == other {
            return None;
        }
        let mut switched = ours.settings.clone();
        switched.insert(param.id.into(), other.clone());
        let effect = value_of(field, ours.spec, &switched).map_or(f64::NAN, |value| value);
        Some(Cause {
            term: name,
            label: param.label,
            ours: told(param, &own),
            theirs: told(param, &other),
            effect: ours.weight * (effect - value),
        })
    });
    params.collect()
}

/// Setting as text, as the page shows it.
fn told(param: &Param, setting: &Setting) -> String {
    match (param.kind, setting) {
        (Kind::Choice(options), Setting::Choice(id)) => {
            options.iter().find(|option| option.id == id).map_or(id.as_str(), |option| option.label).into()
        }
        (_, Setting::Flag(on)) => if *on { "on" } else { "off" }.into(),
        (_, Setting::Number(x)) => number(*x),
        (_, Setting::PerClass(xs)) if xs.is_empty() => "1".into(),
        (_, Setting::PerClass(xs)) => xs.iter().map(|&x| number(x)).collect::<Vec<_>>().join(", "),
        (_, Setting::Choice(id)) => id.clone(),
    }
}

fn number(x: f64) -> String {
    // Small numbers keep their exponent.
    if x != 0.0 && x.abs() < 1e-3 { format!("{x:e}") } else { format!("{x}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Labels, Logits};
    use crate::loss::{dice, dice_cross_entropy};

    /// Two images of two classes and a third that neither has.
    fn field_of(logits: &Logits, labels: &Labels, then: impl FnOnce(&Field<'_>)) {
        then(&Field::new(logits.view(), labels.view(), None).unwrap());
    }

    fn scene(channels: usize) -> (Logits, Labels) {
        let logits = Logits::from_shape_fn((2, channels, 4, 5), |(image, class, y, x)| {
            ((image * 7 + class * 5 + y * 3 + x * 2) % 11) as f32 / 3.0 - 1.5
        });
        let labels = Labels::from_shape_fn((2, 4, 5), |(image, y, x)| u8::from((x + y + image) % 3 == 0));
        (logits, labels)
    }

    #[test]
    fn a_card_is_the_same_as_the_library_it_is_made_after() {
        let (logits, labels) = scene(3);
        field_of(&logits, &labels, |field| {
            let compared = compare(field, &dice::SPEC, &Settings::new()).unwrap();
            let smp = compared.rows.iter().find(|row| row.library == "smp").unwrap();
            assert!(smp.same && smp.causes.is_empty(), "{smp:?}");
            let monai = compared.rows.iter().find(|row| row.library == "monai").unwrap();
            assert!(!monai.same, "{monai:?}");
            let labels: Vec<_> = monai.causes.iter().map(|cause| cause.label).collect();
            assert_eq!(labels, ["smooth", "sums over", "absent class"]);
            // On three classes of which one is absent, scoring it costs most.
            let absent = &monai.causes[2];
            assert_eq!((absent.ours.as_str(), absent.theirs.as_str()), ("loss 0, counted", "scored"));
            assert!(absent.effect > 0.2, "{absent:?}");
        });
    }

    #[test]
    fn the_effect_of_a_single_difference_is_the_whole_difference() {
        let (logits, labels) = scene(1);
        field_of(&logits, &labels, |field| {
            let settings = Settings::from([("outer".into(), "log".into())]);
            let compared = compare(field, &dice::SPEC, &settings).unwrap();
            let smp = compared.rows.iter().find(|row| row.library == "smp").unwrap();
            assert_eq!(smp.causes.len(), 1, "{smp:?}");
            assert!((compared.value + smp.causes[0].effect - smp.value).abs() < 1e-12, "{smp:?}");
        });
    }

    #[test]
    fn a_sum_is_compared_term_by_term() {
        let (logits, labels) = scene(3);
        field_of(&logits, &labels, |field| {
            let settings = Settings::from([("ce_weight".into(), 0.5.into())]);
            let compared = compare(field, &dice_cross_entropy::SPEC, &settings).unwrap();
            let monai = compared.rows.iter().find(|row| row.library == "monai").unwrap();
            let weight = monai.causes.iter().find(|cause| cause.label == "weight").unwrap();
            assert_eq!(weight.term, Some("Cross-entropy"));
            assert_eq!((weight.ours.as_str(), weight.theirs.as_str()), ("0.5", "1"));
            assert!(monai.causes.iter().any(|cause| cause.term == Some("Dice")), "{monai:?}");
            let nnunet = compared.rows.iter().find(|row| row.call.starts_with("DC_and_CE_loss")).unwrap();
            assert!(nnunet.causes.iter().any(|cause| cause.theirs == "−S"), "{nnunet:?}");
        });
    }
}
