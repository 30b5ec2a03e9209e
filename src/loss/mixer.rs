//! Any two or three losses of the catalogue, weighted and added up.
//!
//! # Formula
//! With fixed weights:
//! ```text
//! L = w_1 L_1 + w_2 L_2 + w_3 L_3
//! ```
//! Handing over from the first to the second as training goes on, with the progress t:
//! ```text
//! L = (1 - t)\, w_1 L_1 + t\, w_2 L_2 + w_3 L_3
//! ```
//!
//! # Parameters
//! * `first`, default Cross-entropy: the first loss. Each has the settings that it has by default.
//! * `second`, default Dice: the second loss.
//! * `third`, default none: the third loss, if there is one.
//! * `first_weight`, w₁, from 0 to 1000000, default 1: the weight of the first.
//! * `second_weight`, w₂, from 0 to 1000000, default 1: the weight of the second.
//! * `third_weight`, w₃, from 0 to 1000000, default 1: the weight of the third.
//! * `schedule`, default fixed weights: whether the weights stay as they are, or the first loss hands over to the second.
//! * `progress`, t, from 0 to 1, default 0: how far the handing over has come. Of the schedule of a boundary loss, whose
//!   α falls from 1 to 0.01 with α = 1 − t on the overlap loss, the end is at 0.99.
//!
//! # Shapes
//! Logits `[image, class, y, x]`, labels `[image, y, x]` or shares `[image, class, y, x]` where its terms take
//! them.
//!
//! # Range
//! The weighted sum of those of its terms.
//!
//! # Edge cases
//! Those of its terms. With all weights 0 value and gradient are 0.
//!
//! # Source
//! The schedule: Kervadec et al. 2019, section 3, with generalised Dice first and the boundary loss second. A weight on
//! a value is no weight on a gradient: losses differ by orders of magnitude in both.

use super::compound::{Compound, Term};
use super::config::{Choice, Config, Domain, Param, Settings};
use super::docs::module_docs;
use super::{ALL_BUT_THE_MIXER, Family, PerTask, Spec};

/// Catalogue line of the mixer.
pub const SPEC: Spec = Spec {
    id: "mixer",
    name: PerTask::both("Mixer"),
    family: Family::Compound,
    at_first: false,
    takes_shares: true,
    docs: module_docs!("mixer.rs"),
    params: &[
        Param::choice("first", "first", &FIRST),
        Param::choice("second", "second", &SECOND),
        Param::choice("third", "third", &THIRD),
        Param::number("first_weight", "w₁", Domain::from(0.0, 10.0, 0.05, 1.0)),
        Param::number("second_weight", "w₂", Domain::from(0.0, 10.0, 0.05, 1.0)),
        Param::number("third_weight", "w₃", Domain::from(0.0, 10.0, 0.05, 1.0)),
        Param::choice(
            "schedule",
            "schedule",
            &[Choice { id: "fixed", label: "fixed weights" }, Choice { id: "hand-over", label: "hand over" }],
        ),
        Param::number("progress", "t", Domain::new(0.0, 1.0, 0.01, 0.0)),
    ],
    build: |config| {
        let t = config.number("progress");
        let (kept, handed) = if config.choice("schedule") == "hand-over" { (1.0 - t, t) } else { (1.0, 1.0) };
        let terms = [
            ("first", "first_weight", kept),
            ("second", "second_weight", handed),
            ("third", "third_weight", 1.0),
        ];
        let terms = terms.into_iter().filter_map(|(term, weight, share)| {
            by_default(share * config.number(weight), config.choice(term))
        });
        Box::new(Compound::new(terms.collect()))
    },
};

/// Losses that can be mixed: all of the catalogue but its compounds, in its order.
pub const TERMS: [&Spec; count()] = {
    let mut terms = [ALL_BUT_THE_MIXER[0]; count()];
    let (mut from, mut to) = (0, 0);
    while from < ALL_BUT_THE_MIXER.len() {
        if is_term(ALL_BUT_THE_MIXER[from]) {
            terms[to] = ALL_BUT_THE_MIXER[from];
            to += 1;
        }
        from += 1;
    }
    terms
};

const fn is_term(spec: &Spec) -> bool {
    !matches!(spec.family, Family::Compound)
}

const fn count() -> usize {
    let (mut at, mut count) = (0, 0);
    while at < ALL_BUT_THE_MIXER.len() {
        count += is_term(ALL_BUT_THE_MIXER[at]) as usize;
        at += 1;
    }
    count
}

/// Catalogue with the mixer after the other losses; `N` is the number of all.
pub(super) const fn with_mixer<const N: usize>(others: &[&'static Spec]) -> [&'static Spec; N] {
    let mut all = [&SPEC; N];
    let mut at = 0;
    while at < others.len() {
        all[at] = others[at];
        at += 1;
    }
    all
}

const FIRST: [Choice; TERMS.len()] = led_by("cross_entropy");
const SECOND: [Choice; TERMS.len()] = led_by("dice");
const THIRD: [Choice; TERMS.len() + 1] = {
    let mut options = [Choice { id: "none", label: "none" }; TERMS.len() + 1];
    let mut at = 0;
    while at < TERMS.len() {
        options[at + 1] = option(TERMS[at]);
        at += 1;
    }
    options
};

/// Terms as options, the default in front of the others.
const fn led_by(default: &str) -> [Choice; TERMS.len()] {
    let mut options = [option(TERMS[0]); TERMS.len()];
    let (mut from, mut to) = (0, 1);
    while from < TERMS.len() {
        if is_same(TERMS[from].id, default) {
            options[0] = option(TERMS[from]);
        } else {
            // Out of bounds, and no program, if the default is not a term.
            options[to] = option(TERMS[from]);
            to += 1;
        }
        from += 1;
    }
    options
}

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

const fn option(spec: &'static Spec) -> Choice {
    Choice { id: spec.id, label: spec.name.multiclass }
}

/// The loss of this id, weighted, with the settings that it has by default.
fn by_default(weight: f64, id: &str) -> Option<Term> {
    let spec: &'static Spec = TERMS.into_iter().find(|spec| spec.id == id)?;
    let settings = Settings::new();
    let config = Config::new(spec, &settings).ok()?;
    Some(Term { weight, spec, loss: (spec.build)(&config) })
}
