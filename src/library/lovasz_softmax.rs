//! bermanmaxim/LovaszSoftmax: the PyTorch code of the paper.
//!
//! Its `lovasz_softmax` takes probabilities. A call on a field of logits therefore says with `activation`, which is
//! not an argument of the library, what is applied to them first: `softmax`, or `sigmoid` for a binary task.

use super::code::binary;
use super::{Arg, Call, Configured, Function, Keyword, KeywordPlace, Library, Literal, Unmapped, Use, args};
use crate::field::Task;
use crate::loss::{cross_entropy, lovasz_hinge, lovasz_softmax};

/// Table of the paper's losses.
pub const LIBRARY: Library = Library {
    id: "lovasz_softmax",
    name: "LovaszSoftmax",
    version: "7d48792",
    functions: &[
        Function {
            names: &["lovasz_hinge"],
            keywords: &[
                Keyword::new("per_image", Literal::Flag(true)),
                Keyword::new("ignore", Literal::Nothing),
            ],
            uses: &[Use { of: "lovasz_hinge", usual: binary, invert: None }],
            code: None,
            translate: lovasz_hinge,
        },
        Function {
            names: &["lovasz_softmax"],
            keywords: &[
                Keyword::new("classes", Literal::Text("present")),
                Keyword::new("per_image", Literal::Flag(false)),
                Keyword::new("ignore", Literal::Nothing),
                Keyword::required("activation").at(KeywordPlace::Own),
            ],
            uses: &[Use {
                of: "lovasz_softmax",
                usual: |facts| {
                    Some(match facts.task() {
                        Task::Binary => {
                            args([("activation", "sigmoid".into()), ("classes", Arg::List(vec![1.0.into()]))])
                        }
                        Task::Multiclass => args([("activation", "softmax".into())]),
                    })
                },
                invert: None,
            }],
            code: None,
            translate: lovasz_softmax,
        },
        Function {
            names: &["StableBCELoss"],
            keywords: &[],
            uses: &[Use { of: "cross_entropy", usual: binary, invert: None }],
            code: None,
            translate: |call| {
                call.only_for(Task::Binary, "torch.cross_entropy is the multi-class one")?;
                Ok(Configured::new(&cross_entropy::SPEC))
            },
        },
    ],
};

fn lovasz_hinge(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.only_for(Task::Binary, "lovasz_softmax is the multi-class one")?;
    shared(call, Configured::new(&lovasz_hinge::SPEC))
}

fn lovasz_softmax(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    let classes = call.take("classes");
    let configured = Configured::new(&lovasz_softmax::SPEC);
    let configured = match call.task() {
        // One channel is the foreground's, and the library accepts only a list of one class for it.
        Task::Binary => {
            call.exactly("activation", "sigmoid")?;
            if classes != Arg::List(vec![1.0.into()]) {
                return Err(call.refuse("classes", &classes, "[1], the foreground of a binary task"));
            }
            configured
        }
        Task::Multiclass => {
            call.exactly("activation", "softmax")?;
            match &classes {
                Arg::Text(which) if which == "present" || which == "all" => {
                    configured.with("classes", which.as_str())
                }
                other => return Err(call.refuse("classes", other, "'present' or 'all'")),
            }
        }
    };
    shared(call, configured)
}

fn shared(call: &mut Call<'_>, configured: Configured) -> Result<Configured, Unmapped> {
    Ok(configured
        .with("over", if call.flag("per_image")? { "image" } else { "batch" })
        .ignoring(call.ignore("ignore")?))
}
