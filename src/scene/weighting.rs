//! Weights of pixels: by what rule each pixel of the truth counts more or less than another.

use ndarray::Array3;
use serde::{Deserialize, Serialize};

use super::within;
use crate::field::{IGNORE, Labels, inverse_frequency_weights, unet_weights};

/// Rule that gives each pixel its weight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum PixelWeighting {
    /// Every pixel weighs the same.
    #[default]
    Equal,
    /// A pixel weighs more, the rarer its class: see [`inverse_frequency_weights`].
    Frequency,
    /// By rarity, and more between cells that are close, as in U-Net: see [`unet_weights`].
    UNet {
        /// Weight where two cells touch, from 0.1 to 1000; 10 in the paper.
        w0: f64,
        /// Standard deviation of the border's weight in pixels, from 0.5 to 50; 5 in the paper.
        sigma: f64,
    },
    /// The image's own weights, opened or painted; equal where it has none.
    Own,
}

impl PixelWeighting {
    /// The rule with its numbers within their ranges.
    #[must_use]
    pub fn settled(self) -> Self {
        match self {
            Self::UNet { w0, sigma } => {
                Self::UNet { w0: within(w0, 0.1, 1000.0, 10.0), sigma: within(sigma, 0.5, 50.0, 5.0) }
            }
            other => other,
        }
    }

    /// Weights `[image, y, x]` of a truth, given the image's own; none where all weigh the same.
    pub fn weights(self, labels: &Labels, own: Option<&Array3<f32>>) -> Option<Array3<f32>> {
        match self.settled() {
            Self::Equal => None,
            Self::Frequency => Some(inverse_frequency_weights(labels.view(), Some(IGNORE))),
            Self::UNet { w0, sigma } => unet_weights(labels.view(), Some(IGNORE), w0, sigma).ok(),
            Self::Own => own.cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_gives_its_weights() {
        let labels = Labels::from_shape_vec((1, 1, 4), vec![0, 0, 0, 1]).unwrap();
        let own = Array3::from_elem((1, 1, 4), 3.0);
        let of = |rule: PixelWeighting| {
            rule.weights(&labels, Some(&own)).map(|weights| weights.into_raw_vec_and_offset().0)
        };
        assert_eq!(of(PixelWeighting::Equal), None);
        assert_eq!(of(PixelWeighting::Frequency), Some(vec![4.0 / 6.0, 4.0 / 6.0, 4.0 / 6.0, 2.0]));
        assert_eq!(of(PixelWeighting::Own), Some(vec![3.0; 4]));
        assert_eq!(PixelWeighting::Own.weights(&labels, None), None);
        // One cell has no second beside it.
        assert_eq!(of(PixelWeighting::UNet { w0: 10.0, sigma: 5.0 }), of(PixelWeighting::Frequency));
        let wild = PixelWeighting::UNet { w0: f64::NAN, sigma: 0.0 };
        assert_eq!(wild.settled(), PixelWeighting::UNet { w0: 10.0, sigma: 0.5 });
    }
}
