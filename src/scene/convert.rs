//! Between binary and multi-class, keeping what is there.
//!
//! One rule serves all ways: the background stays what it is, and the foreground is split or merged. A binary scene is
//! thus a scene of two classes that is split further, and any way back to binary gives the probability of the
//! foreground that one would have had before.

use ndarray::Array4;

use super::{Labelling, Scene, SceneError, check_channels, ink};
use crate::field::regions::topmost;
use crate::field::{IGNORE, Shape, softplus};

/// The part of the foreground's probability that goes to the classes a conversion adds, which no pixel is labelled yet.
const NEW_CLASSES_SHARE: f64 = 0.02;

impl Scene {
    /// This scene with another number of channels, 1 to 32. Error for any other number.
    ///
    /// - Labels keep their class; those of a class that is dropped join the last class that stays.
    /// - So do the probabilities of dropped classes. A class that is added takes a small part of every foreground
    ///   class, and nothing from the background.
    /// - Regions are classes first: a pixel is of the last that it has.
    /// - One channel and two are the same classes: the logit is split evenly over both, and found again as their
    ///   difference.
    pub fn convert(&self, channels: usize) -> Result<Self, SceneError> {
        check_channels(channels)?;
        if self.labelling == Labelling::Regions {
            return self.in_classes()?.convert(channels);
        }
        let Shape { channels: before, height, width, .. } = self.shape();
        if channels == before {
            return Ok(self.clone());
        }
        let classes = channels.max(2);
        let labels =
            self.labels.mapv(|label| if label == IGNORE { IGNORE } else { label.min(classes as u8 - 1) });

        let mut painted = Array4::zeros((1, channels, height, width));
        let mut pixel = Vec::new();
        for y in 0..height {
            for x in 0..width {
                self.read_log_probs(y, x, &mut pixel);
                redistribute(&mut pixel, classes);
                if let ([background, foreground], 1) = (&pixel[..], channels) {
                    pixel = vec![foreground - background];
                } else {
                    ink::centre(&mut pixel, 0.0);
                }
                for (channel, logit) in pixel.iter().enumerate() {
                    painted[[0, channel, y, x]] = logit.clamp(f32::MIN.into(), f32::MAX.into()) as f32;
                }
            }
        }
        Ok(Self { labels, painted, ..self.clone() })
    }

    /// This scene of C regions with C + 1 classes: a pixel is of its last region, of class 0 without any, and the probability of a
    /// class is that its region is there and none after it is, of regions that know nothing of each other.
    fn in_classes(&self) -> Result<Self, SceneError> {
        let Shape { channels: regions, height, width, .. } = self.shape();
        let mut painted = Array4::zeros((1, regions + 1, height, width));
        let mut pixel = vec![0.0; regions + 1];
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let mut left = 0.0;
            for region in (1..=regions).rev() {
                let z = f64::from(self.painted[[0, region - 1, y, x]]);
                pixel[region] = left - softplus(-z);
                left -= softplus(z);
            }
            pixel[0] = left;
            ink::centre(&mut pixel, 0.0);
            for (class, logit) in pixel.iter().enumerate() {
                painted[[0, class, y, x]] = logit.clamp(f32::MIN.into(), f32::MAX.into()) as f32;
            }
        }
        let labels = self.labels.mapv(topmost);
        let scene = Self::new(self.title.clone(), labels, painted)?;
        let Self { preset, photo, legend, weights, began_without_truth, .. } = self.clone();
        Ok(Self { preset, photo, legend, weights, began_without_truth, ..scene })
    }

    /// Reads the logarithm of the painted probability of every class of a pixel: of two, if the scene is binary.
    fn read_log_probs(&self, y: usize, x: usize, into: &mut Vec<f64>) {
        let channels = 0..self.painted.dim().1;
        into.clear();
        into.extend(channels.map(|channel| f64::from(self.painted[[0, channel, y, x]])));
        if let [z] = into[..] {
            into.clear();
            into.extend([-softplus(z), -softplus(-z)]);
            return;
        }
        let total = ink::log_sum_exp(into);
        for z in into {
            *z -= total;
        }
    }
}

/// Splits or merges the foreground of one pixel into so many classes; all are logarithms of probabilities, so that none
/// is too small to be told from 0.
fn redistribute(pixel: &mut Vec<f64>, classes: usize) {
    let before = pixel.len();
    if classes <= before {
        pixel[classes - 1] = ink::log_sum_exp(&pixel[classes - 1..]);
        pixel.truncate(classes);
        return;
    }
    let foreground = ink::log_sum_exp(&pixel[1..]);
    for log_prob in &mut pixel[1..] {
        *log_prob += (1.0 - NEW_CLASSES_SHARE).ln();
    }
    pixel.resize(classes, foreground + (NEW_CLASSES_SHARE / (classes - before) as f64).ln());
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::super::tests::probs_at;
    use super::*;
    use crate::field::{Labels, Logits};

    fn five_classes() -> Scene {
        let labels = Labels::from_shape_vec((1, 2, 3), vec![0, 1, 2, 3, 4, IGNORE]).unwrap();
        let logits =
            Logits::from_shape_fn((1, 5, 2, 3), |(_, c, y, x)| ((c * 5 + y * 3 + x) % 7) as f32 / 2.0);
        Scene::new("five", labels, logits).unwrap()
    }

    fn binary() -> Scene {
        let probs = Array3::from_shape_fn((1, 1, 4), |(_, _, x)| [0.02, 0.4, 0.7, 0.97][x]);
        let labels = ndarray::arr2(&[[0, 1, 1, IGNORE]]);
        Scene::from_prediction(Labelling::OneClass, "two", super::super::logits_of_probabilities(&probs))
            .unwrap()
            .with_truth(labels)
            .unwrap()
    }

    #[test]
    fn binary_to_more_splits_the_foreground_and_keeps_the_background() {
        let scene = binary();
        for channels in [3, 4, 5, 32] {
            let more = scene.convert(channels).unwrap();
            assert_eq!(more.labels(), scene.labels());
            for x in 0..4 {
                let p = probs_at(scene.painted(), 0, x)[0];
                let split = probs_at(more.painted(), 0, x);
                assert!((split[0] - (1.0 - p)).abs() < 1e-5, "{split:?} from {p}");
                assert!((split[1] - 0.98 * p).abs() < 1e-5, "{split:?} from {p}");
                assert!(split[2..].iter().all(|s| (s - 0.02 * p / (channels - 2) as f64).abs() < 1e-5));
            }
            let centre = more.painted().sum_axis(ndarray::Axis(1));
            assert!(centre.iter().all(|sum| sum.abs() < 1e-4), "centred logits");
        }
    }

    #[test]
    fn there_and_back_is_where_it_was() {
        let scene = binary();
        for channels in [3, 4, 5, 32] {
            let back = scene.convert(channels).unwrap().convert(1).unwrap();
            assert_eq!(back.labels(), scene.labels());
            for (a, b) in back.painted().iter().zip(scene.painted()) {
                assert!((a - b).abs() < 1e-3, "{a} is not {b}");
            }
        }
    }

    #[test]
    fn dropped_classes_join_the_last_that_stays() {
        let scene = five_classes();
        let three = scene.convert(3).unwrap();
        assert_eq!(three.labels().as_slice().unwrap(), [0, 1, 2, 2, 2, IGNORE]);
        let (before, after) = (probs_at(scene.painted(), 1, 1), probs_at(three.painted(), 1, 1));
        assert!((after[0] - before[0]).abs() < 1e-5 && (after[1] - before[1]).abs() < 1e-5);
        assert!((after[2] - (before[2] + before[3] + before[4])).abs() < 1e-5);

        let two = scene.convert(1).unwrap();
        assert_eq!(two.labels().as_slice().unwrap(), [0, 1, 1, 1, 1, IGNORE]);
        assert!((probs_at(two.painted(), 1, 1)[0] - (1.0 - before[0])).abs() < 1e-5);
        for (direct, staged) in two.painted().iter().zip(three.convert(1).unwrap().painted()) {
            assert!((direct - staged).abs() < 1e-4);
        }
    }

    #[test]
    fn added_classes_take_a_little_of_each_foreground_class() {
        let three = five_classes().convert(3).unwrap();
        let four = three.convert(4).unwrap();
        let (before, after) = (probs_at(three.painted(), 0, 1), probs_at(four.painted(), 0, 1));
        assert!((after[0] - before[0]).abs() < 1e-5);
        assert!((after[1] - 0.98 * before[1]).abs() < 1e-5 && (after[2] - 0.98 * before[2]).abs() < 1e-5);
        assert!((after[3] - 0.02 * (before[1] + before[2])).abs() < 1e-5);
    }

    /// A softmax over (−z/2, z/2) is the sigmoid of z, and halving a float loses no bit of it.
    #[test]
    fn one_channel_and_two_are_the_same_scene_to_the_bit() {
        let logits = Logits::from_shape_fn((1, 1, 1, 5), |(.., x)| [-16.118_095, -0.3, 0.0, 2.7, 88.0][x]);
        let one = Scene::new("one", Labels::from_elem((1, 1, 5), 1), logits).unwrap();
        let two = one.convert(2).unwrap();
        for x in 0..5 {
            let z = one.painted()[[0, 0, 0, x]];
            let [background, foreground] = [0, 1].map(|channel| two.painted()[[0, channel, 0, x]]);
            assert!((foreground - z / 2.0).abs() <= 1e-6 * z.abs(), "{foreground} is not half of {z}");
            assert!((background + foreground).abs() <= 1e-6 * z.abs());
        }
        assert_eq!(two.labels(), one.labels());
        assert_eq!(two.convert(1).unwrap(), one);
    }

    #[test]
    fn what_is_all_but_impossible_stays_so() {
        let logits = Logits::from_shape_fn((1, 3, 1, 1), |(_, channel, ..)| [0.0, -40.0, -90.0][channel]);
        let scene = Scene::new("sure", Labels::zeros((1, 1, 1)), logits).unwrap();
        let two = scene.convert(2).unwrap();
        assert!((two.painted()[[0, 1, 0, 0]] - two.painted()[[0, 0, 0, 0]] + 40.0).abs() < 1e-5);
        let largest = Logits::from_shape_fn((1, 2, 1, 1), |(_, channel, ..)| [f32::MIN, f32::MAX][channel]);
        let scene = Scene::new("extreme", Labels::zeros((1, 1, 1)), largest).unwrap();
        for channels in [1, 3, 32] {
            assert!(scene.convert(channels).unwrap().painted().iter().all(|z| z.is_finite()));
        }
    }

    #[test]
    fn the_same_number_changes_nothing_and_others_are_refused() {
        let scene = five_classes();
        assert_eq!(scene.convert(5), Ok(scene.clone()));
        assert!(scene.convert(0).is_err() && scene.convert(33).is_err());
    }
}
