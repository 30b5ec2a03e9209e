//! Probabilities of exactly 0 and 1: what libraries make of them, and the logit that is kept.
//!
//! No finite logit has the probability 0 or 1. Libraries that take probabilities hold them, or their logarithms, away
//! from both; those that take logits never meet one.

use serde::Serialize;

/// Least probability that is kept of a file, and distance of the largest from 1: the epsilon of Keras. Its logit is
/// ±16.118.
pub const LEAST_PROB: f64 = 1e-7;

/// Quantity that a library holds within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum ClampOf {
    /// Probability, held within ε and 1 − ε.
    Probability(f64),
    /// Logarithm of a probability, held from below.
    Log(f64),
}

/// Bound of one call of a library that takes probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Clamp {
    /// Library.
    pub library: &'static str,
    /// Its call for a binary task.
    pub binary: &'static str,
    /// Its call for several classes of which each pixel has one; none if it has none that takes probabilities.
    pub multiclass: Option<&'static str>,
    /// Bound.
    pub of: ClampOf,
}

/// Bounds that the sources of the libraries state: `torch.nn.BCELoss` in its documentation, Keras in
/// `keras/src/backend/torch/nn.py`. What takes logits (`MONAI`, kornia's focal loss, `BCEWithLogitsLoss`) has none.
pub const CLAMPS: [Clamp; 2] = [
    Clamp {
        library: "Keras",
        binary: "BinaryCrossentropy",
        multiclass: Some("CategoricalCrossentropy"),
        of: ClampOf::Probability(1e-7),
    },
    Clamp { library: "PyTorch", binary: "BCELoss", multiclass: None, of: ClampOf::Log(-100.0) },
];

impl Clamp {
    /// Logarithm of a probability, 0 to 1, as the call takes it.
    pub fn log(&self, prob: f64) -> f64 {
        match self.of {
            ClampOf::Probability(epsilon) => prob.clamp(epsilon, 1.0 - epsilon).ln(),
            ClampOf::Log(least) => prob.ln().max(least),
        }
    }

    /// Cross-entropy of one pixel, from its probability of the foreground and its label.
    pub fn cross_entropy(&self, prob: f64, foreground: bool) -> f64 {
        -self.log(if foreground { prob } else { 1.0 - prob })
    }
}

/// Probability of the foreground of which a logit was made: at the largest logits exactly 0 or 1, as in the file.
pub fn prob_of_logit(logit: f32) -> f64 {
    let largest = self::logit(1.0) as f32;
    if logit.abs() >= largest {
        return if logit > 0.0 { 1.0 } else { 0.0 };
    }
    1.0 / (1.0 + (-f64::from(logit)).exp())
}

/// Probability of a class of which a logit of a softmax was made: at the ends exactly 0 or 1, as in the file.
pub fn prob_of_log(log: f32) -> f64 {
    let [least, most] = [0.0, 1.0].map(|prob| held(prob).ln() as f32);
    if log <= least {
        return 0.0;
    }
    if log >= most { 1.0 } else { f64::from(log).exp() }
}

/// Probability held within [`LEAST_PROB`] of 0 and 1.
pub(super) fn held(prob: f64) -> f64 {
    prob.clamp(LEAST_PROB, 1.0 - LEAST_PROB)
}

/// Logit of a probability that is held.
pub(super) fn logit(prob: f64) -> f64 {
    let prob = held(prob);
    (prob / (1.0 - prob)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_logit_is_that_of_a_clamp_at_1e_7() {
        assert!((logit(1.0) - 16.118_095_55).abs() < 1e-6 && (logit(0.0) + 16.118_095_55).abs() < 1e-6);
        assert!(logit(0.5).abs() < 1e-15);
        assert!((logit(1.0 - 1e-6) - 13.815_509_56).abs() < 1e-6, "farther than 1e-7 is kept as it is");
    }

    #[test]
    fn probabilities_come_back_from_what_they_are_kept_as() {
        for prob in [0.0, 1.0] {
            assert!((prob_of_logit(logit(prob) as f32) - prob).abs() < f64::MIN_POSITIVE);
            assert!((prob_of_log(held(prob).ln() as f32) - prob).abs() < f64::MIN_POSITIVE);
        }
        for prob in [1e-6, 0.25, 0.5, 0.999] {
            assert!((prob_of_logit(logit(prob) as f32) / prob - 1.0).abs() < 2e-6);
            assert!((prob_of_log(prob.ln() as f32) / prob - 1.0).abs() < 2e-6);
        }
    }

    #[test]
    fn each_call_holds_what_its_library_says() {
        let [keras, torch] = CLAMPS;
        assert!((keras.cross_entropy(0.0, true) - 16.118_095_65).abs() < 1e-7);
        assert!((torch.cross_entropy(0.0, true) - 100.0).abs() < 1e-12);
        assert!((keras.cross_entropy(1.0, true) - 1e-7).abs() < 1e-13);
        assert!(torch.cross_entropy(1.0, true).abs() < 1e-15);
    }
}
