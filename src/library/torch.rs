//! PyTorch itself: cross-entropy, as a function and as a module.

use super::{Arg, Call, Configured, Function, Keyword, Library, Literal, Unmapped};
use crate::field::Task;
use crate::loss::cross_entropy;

/// The table.
pub const LIBRARY: Library = Library {
    id: "torch",
    name: "PyTorch",
    version: "2.15.0",
    functions: &[
        Function {
            names: &["binary_cross_entropy_with_logits", "BCEWithLogitsLoss"],
            keywords: &[
                Keyword::fixed("weight", Literal::Nothing),
                SIZE_AVERAGE,
                REDUCE,
                REDUCTION,
                Keyword::new("pos_weight", Literal::Nothing),
            ],
            translate: binary_cross_entropy,
        },
        Function {
            names: &["cross_entropy", "CrossEntropyLoss"],
            keywords: &[
                Keyword::new("weight", Literal::Nothing),
                SIZE_AVERAGE,
                Keyword::new("ignore_index", Literal::Number(-100.0)),
                REDUCE,
                REDUCTION,
                Keyword::new("label_smoothing", Literal::Number(0.0)),
            ],
            translate: cross_entropy,
        },
    ],
};

const REDUCTION: Keyword = Keyword::fixed("reduction", Literal::Text("mean"));
/// Deprecated names of `reduction`.
const SIZE_AVERAGE: Keyword = Keyword::fixed("size_average", Literal::Nothing);
const REDUCE: Keyword = Keyword::fixed("reduce", Literal::Nothing);

fn binary_cross_entropy(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Binary, "cross_entropy is the multi-class one")?;
    let configured = Configured::new(&cross_entropy::SPEC);
    // A tensor; with one channel it holds one number.
    let pos_weight = match call.take("pos_weight") {
        Arg::Nothing => return Ok(configured),
        Arg::List(items) if items.len() == 1 => items[0].clone(),
        arg => arg,
    };
    let Arg::Number(pos_weight) = pos_weight else {
        return Err(call.refuse("pos_weight", &pos_weight, "one number or None"));
    };
    Ok(configured.with("pos_weight", pos_weight))
}

fn cross_entropy(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "binary_cross_entropy_with_logits is the binary one")?;
    let mut configured = Configured::new(&cross_entropy::SPEC)
        .with("label_smoothing", call.number("label_smoothing")?)
        .ignoring(call.ignore("ignore_index")?);
    if let Some(weights) = call.optional_numbers("weight")? {
        configured = configured.with("class_weights", weights);
    }
    Ok(configured)
}
