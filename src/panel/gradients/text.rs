//! Every sentence, title and label of the panel.

use super::half_precision::{GradientInHalf, HalfLoss, SumReport};
use super::study::Shares;
use crate::field::{Shape, Task};
use crate::paint::number::{count, short, tick};
use crate::panel::{TableReadout, Title};
use crate::scene::Legend;

pub(super) const TITLE: Title = Title {
    label: "Gradients",
    question: "Where does a loss pull, and when does it let go?",
    about: "A loss moves a network by its gradient alone. Choose one loss to see how hard it pulls at pixels of each \
            probability, what each term of a compound adds to that, what is left of it where the prediction is \
            confidently wrong, and what float16 would make of its sums.",
};

pub(super) const BY_LOGIT: &str = "By the logit: d loss / d z";
pub(super) const BY_LOGIT_AXIS: &str = "mean gradient by the logit, a pixel";
pub(super) const BY_PROBABILITY: &str = "By the probability: d loss / d p";
pub(super) const BY_PROBABILITY_AXIS: &str = "mean gradient by the probability, a pixel";
pub(super) const STACKED: &str = "The gradient of the compound, stacked by term";
pub(super) const STACKED_AXIS: &str = "mean |gradient| by the logit, a pixel";
pub(super) const EXACTLY: &str = "exactly";
pub(super) const IN_FLOAT16: &str = "float16, one after the other";
pub(super) const TERMS_ADDED: &str = "terms added, pixels";
pub(super) const VANISHING: &str = "Gradient left on the foreground, the more confidently it is wrong";
pub(super) const VANISHING_AXIS: &str = "norm of the gradient on the foreground, by logits";
pub(super) const MARGIN_AXIS: &str = "how wrong: logit of the wrong answer − logit of the right one";
pub(super) const EVEN_ODDS: &str = "p = 0.5";
pub(super) const NO_FOREGROUND: &str =
    "The truth has no foreground that could be predicted wrongly; paint some first.";

const NOTHING: &str = "–";

/// Pixels of the class that charts are about, and the others.
pub(super) fn sides(class: Option<String>) -> [String; 2] {
    match class {
        None => ["foreground".into(), "background".into()],
        Some(class) => [class, "other classes".into()],
    }
}

pub(super) fn probability_axis(class: Option<String>) -> String {
    match class {
        None => "p, probability given to the foreground".into(),
        Some(class) => format!("p, probability given to {class}"),
    }
}

pub(super) fn weighted(weight: f64, loss: &str) -> String {
    format!("{} × {loss}", tick(weight))
}

pub(super) fn partial_sums(sum: &str) -> String {
    format!("{sum} as it is added up")
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| NOTHING.into(), |share| format!("{:.1} %", 100.0 * share))
}

pub(super) fn shares(terms: &[Shares], shape: Shape, legend: &Legend) -> TableReadout {
    let task = shape.task();
    // In a binary task the background has the rest.
    let classes = match task {
        Task::Binary => 1..2,
        Task::Multiclass => 0..shape.classes(),
    };
    let row = |term: &Shares| {
        let shares = [term.of_weight, term.of_value, term.of_gradient].map(percent);
        let on_class = |class: usize| percent(term.on_classes.as_ref().map(|all| all[class]));
        let name = std::iter::once(term.spec.name.of(task).to_owned());
        name.chain(shares).chain(classes.clone().map(on_class)).collect()
    };
    let own = |class: usize| match task {
        Task::Binary => "of its own on the foreground".to_owned(),
        Task::Multiclass => format!("of its own on {}", legend.called(class)),
    };
    let fixed = ["term", "of the weight", "of the value", "of Σ|gradient|"].map(str::to_owned);
    TableReadout::new(
        "Weights on values are not weights on gradients",
        fixed.into_iter().chain(classes.clone().map(own)),
        terms.iter().map(row),
    )
}

/// A number that float16 may not hold.
fn number(value: f64) -> String {
    if value.is_infinite() { "overflows".into() } else { short(value) }
}

pub(super) fn sums(sums: &[SumReport]) -> TableReadout {
    let place = |index: Option<usize>| index.map_or_else(|| NOTHING.into(), |index| count(index + 1));
    let row = |SumReport { name, sum }: &SumReport| {
        vec![
            (*name).into(),
            short(sum.exact),
            number(sum.sequential),
            number(sum.pairwise),
            place(sum.stalls_at),
            place(sum.overflows_at),
        ]
    };
    TableReadout::new(
        "What the sums become in float16",
        ["sum", "exactly", "one after the other", "pairwise", "first term lost", "overflows at"],
        sums.iter().map(row),
    )
}

pub(super) fn losses(losses: &[HalfLoss], task: Task) -> TableReadout {
    let row = |loss: &HalfLoss| {
        let name = loss.spec.name.of(task).into();
        vec![name, short(loss.exact), number(loss.sequential), number(loss.pairwise)]
    };
    TableReadout::new(
        "What the losses become of it",
        ["loss", "exactly", "one after the other", "pairwise"],
        losses.iter().map(row),
    )
}

/// The gradient by loss scale.
pub(super) fn scales(scales: &[(f64, GradientInHalf)]) -> TableReadout {
    let row = |(scale, half): &(f64, GradientInHalf)| {
        let counts = [half.nonzero, half.underflow, half.subnormal, half.overflow].map(count);
        std::iter::once(count(*scale as usize)).chain(counts).collect()
    };
    TableReadout::new(
        "The gradient in float16, by loss scale",
        ["loss scale", "not 0", "become 0", "lose digits", "overflow"],
        scales.iter().map(row),
    )
}
