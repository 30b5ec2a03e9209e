//! torchvision: the sigmoid focal loss of `torchvision.ops`.

use super::code::{Calling, Code, labels};
use super::{Args, Call, Configured, Facts, Function, Keyword, Library, Literal, Unmapped, Use, args};
use crate::loss::config::Config;
use crate::loss::focal;

/// Table of torchvision's losses.
pub const LIBRARY: Library = Library {
    id: "torchvision",
    name: "torchvision",
    version: "0.29.2",
    functions: &[Function {
        names: &["sigmoid_focal_loss"],
        keywords: &[
            Keyword::new("alpha", Literal::Number(0.25)),
            Keyword::new("gamma", Literal::Number(2.0)),
            // The default is a value for each logit, which is not a loss yet.
            Keyword::new("reduction", Literal::Text("none")),
        ],
        uses: &[Use {
            of: "focal",
            usual: |_| Some(args([("reduction", "mean".into())])),
            invert: Some(to_sigmoid_focal_loss),
        }],
        code: Some(Code {
            import: "from torchvision.ops import sigmoid_focal_loss",
            callee: "sigmoid_focal_loss",
            calling: Calling::Function,
            labels: labels::ONE_HOT,
        }),
        translate: sigmoid_focal_loss,
    }],
};

fn to_sigmoid_focal_loss(config: &Config<'_>, _: Facts) -> Args {
    let alpha = if config.flag("balanced") { config.number("alpha") } else { -1.0 };
    args([("alpha", alpha.into()), ("gamma", config.number("gamma").into())])
}

/// Sigmoid focal loss. Multi-class logits go with one-hot targets: every class is a binary task, and the mean
/// is over all logits.
fn sigmoid_focal_loss(call: &mut Call<'_>) -> Result<Configured, Unmapped> {
    call.exactly("reduction", "mean")?;
    let alpha = call.number("alpha")?;
    let configured = Configured::new(&focal::SPEC)
        .with("gamma", call.number("gamma")?)
        .with("activation", "one-vs-rest")
        .with("mean_over", "logits");
    // −1 switches α off; another number outside 0..1 is an error there as it is here.
    if alpha.to_bits() == (-1.0f64).to_bits() {
        Ok(configured.with("balanced", false))
    } else {
        Ok(configured.with("balanced", true).with("alpha", alpha))
    }
}
