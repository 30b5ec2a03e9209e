//! Every loss, its heatmap and what its card says.

use std::borrow::Cow;
use std::rc::Rc;

use super::certain;
use super::losses::Card;
use super::tasks::Tasks;
use super::text;
use super::update::{CardReadout, Tick};
use crate::document::{Image, View};
use crate::field::{Field, Task};
use crate::loss::{Evaluation, Loss, PerTask};
use crate::paint::heatmap::{legend_ticks, limit_of};
use crate::paint::number::{self, percent};
use crate::panel::SeenCard;
use crate::study::by_probability::by_probability;

/// Losses with what they came to.
type Evaluations<'l> = Vec<(&'l dyn Loss, Rc<Evaluation>)>;

/// Every card's loss. What several are made of, cross-entropy above all, is evaluated once.
pub(super) fn evaluate(field: &Field<'_>, cards: &[&Card], view: &View) -> Vec<Rc<Evaluation>> {
    let mut known = Evaluations::new();
    if view.by_probability {
        return cards.iter().map(|card| Rc::new(by_probability(field, &*card.loss))).collect();
    }
    cards.iter().map(|card| evaluate_once(field, &*card.loss, &mut known)).collect()
}

fn evaluate_once<'l>(field: &Field<'_>, loss: &'l dyn Loss, known: &mut Evaluations<'l>) -> Rc<Evaluation> {
    if let Some((_, evaluation)) = known.iter().find(|(other, _)| *other == loss) {
        return Rc::clone(evaluation);
    }
    let evaluation = Rc::new(if loss.terms().is_empty() {
        Evaluation::of(loss, field)
    } else {
        let terms: Vec<_> =
            loss.terms().iter().map(|term| (term.weight, evaluate_once(field, &*term.loss, known))).collect();
        Evaluation::sum(terms.iter().map(|(weight, term)| (*weight, &**term)), field.shape().logits())
    });
    known.push((loss, Rc::clone(&evaluation)));
    evaluation
}

/// Cards with their evaluations, as panels see them.
pub(super) fn seen<'s>(cards: &[&'s Card], evaluated: &'s [Rc<Evaluation>]) -> Vec<SeenCard<'s>> {
    let seen = |(card, evaluation): (&&'s Card, &'s Rc<Evaluation>)| SeenCard { set: card.set(), evaluation };
    cards.iter().zip(evaluated).map(seen).collect()
}

/// Every card's value alone, as [`evaluate`] has it. What several are made of is evaluated once.
pub(super) fn values(field: &Field<'_>, cards: &[&Card]) -> Vec<f64> {
    let mut known = Vec::new();
    cards.iter().map(|card| value_once(field, &*card.loss, &mut known)).collect()
}

fn value_once<'l>(field: &Field<'_>, loss: &'l dyn Loss, known: &mut Vec<(&'l dyn Loss, f64)>) -> f64 {
    if let Some((_, value)) = known.iter().find(|(other, _)| *other == loss) {
        return *value;
    }
    let value = if loss.terms().is_empty() {
        loss.evaluate(field, None)
    } else {
        loss.terms().iter().map(|term| term.weight * value_once(field, &*term.loss, known)).sum()
    };
    known.push((loss, value));
    value
}

/// For each card the part of its gradient that its heatmap shows.
pub(super) fn shown<'e>(
    tasks: &Tasks<'_>,
    evaluated: &'e [Rc<Evaluation>],
    view: &View,
) -> Vec<Cow<'e, [f32]>> {
    evaluated.iter().map(|card| tasks.gradient_shown(&card.gradient, view)).collect()
}

/// For each card the gradient at which its colours end, in the unit of its own gradient.
pub(super) fn limits(shown: &[Cow<'_, [f32]>], evaluated: &[Rc<Evaluation>], view: &View) -> Vec<f32> {
    let own: Vec<f32> = shown.iter().map(|gradient| limit_of(gradient)).collect();
    if !view.shared_scale {
        return own;
    }
    let units = || evaluated.iter().map(|evaluated| evaluated.unit);
    let largest = own.iter().zip(units()).map(|(&own, unit)| unit * f64::from(own)).fold(0.0, f64::max);
    units().map(|unit| (largest / unit) as f32).collect()
}

pub(super) fn readouts(
    tasks: &Tasks<'_>,
    cards: &[&Card],
    evaluated: &[Rc<Evaluation>],
    limits: &[f32],
    view: &View,
    (image, is_adjusted): (&Image, bool),
) -> Vec<CardReadout> {
    cards
        .iter()
        .zip(evaluated)
        .zip(limits)
        .map(|((card, evaluated), &limit)| {
            let range = card.loss.range();
            let shares = tasks.gradient_shares(&evaluated.gradient);
            CardReadout {
                id: card.spec.id.into(),
                value: evaluated.value,
                text: number::short(evaluated.value),
                position: range.position(evaluated.value),
                range: [number::tick(range.least), number::tick(range.most)],
                share_texts: shares.as_ref().map(|all| all.iter().map(|&share| percent(share)).collect()),
                shares,
                note: note(tasks, card, image, is_adjusted),
                ticks: legend_ticks(evaluated.unit * f64::from(limit), view.scale)
                    .into_iter()
                    .map(|tick| Tick { position: tick.position, label: tick.label, major: tick.major })
                    .collect(),
                preset_from: card.preset_from(tasks),
            }
        })
        .collect()
}

/// Sentence on what a card's value depends on beside the probabilities, or on what it is of.
fn note(tasks: &Tasks<'_>, card: &Card, image: &Image, is_adjusted: bool) -> Option<String> {
    if let Some(regions) = tasks.regions() {
        let PerTask { binary, multiclass } = card.spec.name;
        let is_of_softmax = binary != multiclass && !card.loss.is_one_vs_rest();
        return Some(text::mean_of_regions(regions, is_of_softmax.then_some([multiclass, binary])));
    }
    let field = tasks.field();
    let depends_on_gauge = field.shape().task() == Task::Multiclass && card.loss.is_one_vs_rest();
    depends_on_gauge.then(|| text::GAUGE.into()).or_else(|| certain::note(field, image, is_adjusted, card))
}
