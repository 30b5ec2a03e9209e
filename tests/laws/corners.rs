//! Laws at the corners of every control: numbers stay finite, and 0 is said only where there is no gradient.

use lossfield::loss::config::{Config, Kind, Param, Setting, Settings};
use lossfield::loss::{Evaluation, LOSSES, Spec};
use lossfield::study::by_probability::by_probability;
use lossfield::study::share::class_shares;

use super::fields::Painted;
use super::variants::Variant;

/// Logit of the surest probability that can be painted, 1 − 10⁻⁶, at the lowest temperature, 0.1.
const SHARPEST: f32 = 138.155;
/// Largest bias of the foreground's logits.
const BIAS: f32 = 6.0;

/// Every number of a loss at one end of its slider or of its valid range, everything else as by default; then all at
/// their ends at once.
fn corners(spec: &'static Spec) -> Vec<Settings> {
    let ends = |param: &Param, of: fn(f64, f64, f64) -> f64| -> Option<Setting> {
        Some(match param.kind {
            Kind::Number(domain) => of(domain.min, domain.slider_max, domain.max).into(),
            Kind::PerClass(domain) => vec![of(domain.min, domain.slider_max, domain.max); 3].into(),
            Kind::Flag { default } => (!default).into(),
            Kind::Choice(options) => options.last()?.id.into(),
        })
    };
    let which: [fn(f64, f64, f64) -> f64; 3] = [|min, _, _| min, |_, slider, _| slider, |_, _, max| max];
    let mut all = vec![Settings::new()];
    for of in which {
        let each = spec.params.iter().filter_map(|param| Some((param.id.to_owned(), ends(param, of)?)));
        all.extend(each.clone().map(|one| Settings::from([one])));
        // Flags and choices stay, so that no pair is refused.
        let numbers = each.filter(|(_, setting)| matches!(setting, Setting::Number(_)));
        all.push(numbers.collect());
    }
    all.retain(|settings| Config::new(spec, settings).is_ok());
    all
}

/// Fields of 6 × 6 pixels that are predicted by a hard mask, at the sharpest there is, with either bias: rightly, wrongly
/// and partly so; an empty truth and one of which every pixel is ignored.
fn hard_fields(channels: usize) -> Vec<(&'static str, Painted)> {
    let classes = channels.max(2) as u8;
    let truth: Vec<u8> = (0..36)
        .map(|i: usize| if i > 5 && i < 24 && i % 6 > 1 { 1 + (i % 6) as u8 % (classes - 1) } else { 0 })
        .collect();
    let turned: Vec<u8> = truth.iter().map(|label| (label + 1) % classes).collect();
    let moved: Vec<u8> = (0..36).map(|i| truth[(i + 1) % 36]).collect();
    let blank = Painted::row(channels, &vec![0.0; 36 * channels], &truth);
    let mut fields = Vec::new();
    for bias in [-BIAS, BIAS] {
        for (name, predicted) in [("right", &truth), ("wrong", &turned), ("moved", &moved)] {
            let mut painted = blank.predicting(SHARPEST, predicted);
            let first = if channels == 1 { 0 } else { 36 };
            painted.logits[first..].iter_mut().for_each(|z| *z += bias);
            fields.push((name, painted));
        }
    }
    for (name, label) in [("empty", 0), ("ignored", lossfield::field::IGNORE)] {
        fields.push((name, Painted { labels: vec![label; 36], ..fields[1].1.clone() }));
    }
    for (_, painted) in &mut fields {
        painted.shape.height = 6;
        painted.shape.width = 6;
    }
    fields
}

/// The gradient by logits, and that by probabilities, as a card shows them.
fn shown(variant: &Variant, painted: &Painted) -> [Evaluation; 2] {
    painted.with(|field| [Evaluation::of(&*variant.loss, field), by_probability(field, &*variant.loss)])
}

#[test]
fn every_number_is_finite_at_every_corner() {
    for channels in [1, 3] {
        let fields = hard_fields(channels);
        for spec in LOSSES {
            for settings in corners(spec) {
                let variant = Variant::new(spec, settings);
                for (name, painted) in &fields {
                    for evaluation in shown(&variant, painted) {
                        let Evaluation { value, gradient, unit } = &evaluation;
                        assert!(value.is_finite(), "{variant}, {name}: the value is {value}");
                        assert!(unit.is_finite() && *unit > 0.0, "{variant}, {name}: the unit is {unit}");
                        assert!(gradient.iter().all(|g| g.is_finite()), "{variant}, {name}: {gradient:?}");
                        let most = gradient.iter().map(|g| f64::from(g.abs())).fold(0.0, f64::max);
                        assert!((unit * most).is_finite(), "{variant}, {name}: {unit} × {most}");
                        let shares = painted.with(|field| class_shares(field, gradient));
                        let sum = shares.map(|shares| shares.iter().sum::<f64>());
                        assert!(sum.is_none_or(|sum| (sum - 1.0).abs() < 1e-5), "{variant}, {name}: {sum:?}");
                    }
                }
            }
        }
    }
}

/// A wrong hard mask has a gradient under every loss, however sharp it is. With a least probability there is none beyond
/// it, by its definition.
#[test]
fn a_wrong_hard_mask_has_a_gradient() {
    for channels in [1, 3] {
        for (name, painted) in
            hard_fields(channels).iter().filter(|(name, _)| ["wrong", "moved"].contains(name))
        {
            for spec in LOSSES {
                let variant = Variant::new(spec, Settings::new());
                for (which, evaluation) in ["logit", "probability"].iter().zip(shown(&variant, painted)) {
                    let has = evaluation.gradient.iter().any(|g| *g != 0.0);
                    assert!(has, "{}, {name}, {channels} channels: no gradient by the {which}", spec.id);
                }
            }
        }
    }
}
