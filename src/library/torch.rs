//! PyTorch: cross-entropy, as a function and as a module.

use super::code::{Calling, Code, binary, labels, multiclass};
use super::{Arg, Args, Call, Configured, Facts, Function, Keyword, Library, Literal, Unmapped, Use, args};
use crate::field::Task;
use crate::loss::config::Config;
use crate::loss::cross_entropy;

/// Table of PyTorch's losses.
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
            uses: &[Use { of: "cross_entropy", usual: binary, invert: Some(to_binary) }],
            code: Some(Code {
                import: "import torch.nn.functional as F",
                callee: "F.binary_cross_entropy_with_logits",
                calling: Calling::Function,
                labels: labels::ONE_HOT,
            }),
            translate: binary_cross_entropy,
        },
        Function {
            names: &["cross_entropy", "CrossEntropyLoss"],
            keywords: &CROSS_ENTROPY,
            uses: &[Use { of: "cross_entropy", usual: multiclass, invert: Some(to_multiclass) }],
            code: Some(Code {
                import: "import torch.nn.functional as F",
                callee: "F.cross_entropy",
                calling: Calling::Function,
                labels: labels::INDEX,
            }),
            translate: cross_entropy,
        },
    ],
};

const REDUCTION: Keyword = Keyword::new("reduction", Literal::Text("mean"));
/// Deprecated names of `reduction`.
const SIZE_AVERAGE: Keyword = Keyword::fixed("size_average", Literal::Nothing);
const REDUCE: Keyword = Keyword::fixed("reduce", Literal::Nothing);

/// Keyword arguments of cross-entropy, here and in nnU-Net.
pub(super) const CROSS_ENTROPY: [Keyword; 6] = [
    Keyword::new("weight", Literal::Nothing),
    SIZE_AVERAGE,
    Keyword::new("ignore_index", Literal::Number(-100.0)),
    REDUCE,
    REDUCTION,
    Keyword::new("label_smoothing", Literal::Number(0.0)),
];

/// Divisor of the sum over pixels. Error for another reduction than `mean` and `sum`.
pub(super) fn divisor(call: &mut Call<'_>) -> Result<&'static str, Unmapped> {
    match call.take("reduction") {
        Arg::Text(reduction) if reduction == "mean" => Ok("weights"),
        Arg::Text(reduction) if reduction == "sum" => Ok("nothing"),
        other => Err(call.refuse("reduction", &other, "'mean' or 'sum'")),
    }
}

fn reduction(config: &Config<'_>) -> (&'static str, Arg) {
    ("reduction", if config.choice("mean_over") == "nothing" { "sum" } else { "mean" }.into())
}

fn to_binary(config: &Config<'_>, _: Facts) -> Args {
    let mut said = args([reduction(config)]);
    if config.number("pos_weight").to_bits() != 1f64.to_bits() {
        said.insert("pos_weight".into(), config.number("pos_weight").into());
    }
    said
}

fn to_multiclass(config: &Config<'_>, facts: Facts) -> Args {
    let mut said = args([reduction(config), ("label_smoothing", config.number("label_smoothing").into())]);
    said.extend(facts.class_weights(config, "weight"));
    said
}

fn binary_cross_entropy(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Binary, "cross_entropy is the multi-class one")?;
    let configured = Configured::new(&cross_entropy::SPEC).with("mean_over", divisor(call)?);
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

pub(super) fn cross_entropy(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Multiclass, "binary_cross_entropy_with_logits is the binary one")?;
    let mut configured = Configured::new(&cross_entropy::SPEC)
        .with("mean_over", divisor(call)?)
        .with("label_smoothing", call.number("label_smoothing")?)
        .ignoring(call.ignore("ignore_index")?);
    if let Some(weights) = call.optional_numbers("weight")? {
        configured = configured.with("class_weights", weights);
    }
    Ok(configured)
}
