//! Between binary and multi-class, keeping what is there.
//!
//! One rule serves all ways: the background stays what it is, and the foreground is split or merged. A binary scene is
//! thus a scene of two classes that is split further, and any way back to binary gives the probability of the
//! foreground that one would have had before.

use ndarray::Array4;

use super::{Scene, SceneError, check_channels, ink};
use crate::field::{IGNORE, Shape};

/// The part of the foreground's probability that goes to the classes a conversion adds, which no pixel is labelled yet.
const NEW_CLASSES_SHARE: f64 = 0.02;

impl Scene {
    /// This scene with another number of channels: 1, or 3 to 5. Error for any other number.
    ///
    /// - Labels keep their class; those of a class that is dropped join the last class that stays.
    /// - So do the probabilities of dropped classes. A class that is added takes a small part of every foreground
    ///   class, and nothing from the background.
    pub fn convert(&self, channels: usize) -> Result<Self, SceneError> {
        check_channels(channels)?;
        let Shape { channels: before, height, width, .. } = self.shape();
        if channels == before {
            return Ok(self.clone());
        }
        let classes = channels.max(2);
        let labels =
            self.labels.mapv(|label| if label == IGNORE { IGNORE } else { label.min(classes as u8 - 1) });

        let mut painted = Array4::zeros((1, channels, height, width));
        for y in 0..height {
            for x in 0..width {
                let mut probs = redistributed(&self.class_probs(y, x), classes);
                let channels = if channels == 1 { &mut probs[1..] } else { &mut probs[..] };
                ink::logits_of(channels);
                for (channel, logit) in channels.iter().enumerate() {
                    painted[[0, channel, y, x]] = *logit as f32;
                }
            }
        }
        Ok(Self { labels, painted, ..self.clone() })
    }

    /// The painted probability of every class of a pixel: of two, if the scene is binary.
    fn class_probs(&self, y: usize, x: usize) -> Vec<f64> {
        let channels = 0..self.painted.dim().1;
        let mut probs: Vec<f64> = channels.map(|channel| self.painted[[0, channel, y, x]].into()).collect();
        ink::probs_of(&mut probs);
        if let [foreground] = probs[..] {
            probs.insert(0, 1.0 - foreground);
        }
        probs
    }
}

/// The probabilities of one pixel with its foreground split or merged into so many classes.
fn redistributed(before: &[f64], classes: usize) -> Vec<f64> {
    if classes <= before.len() {
        let mut after = before[..classes].to_vec();
        after[classes - 1] += before[classes..].iter().sum::<f64>();
        return after;
    }
    let foreground: f64 = before[1..].iter().sum();
    let mut after = before.to_vec();
    for prob in &mut after[1..] {
        *prob *= 1.0 - NEW_CLASSES_SHARE;
    }
    after.resize(classes, foreground * NEW_CLASSES_SHARE / (classes - before.len()) as f64);
    after
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
        Scene::from_prediction("two", &probs).unwrap().with_truth(labels).unwrap()
    }

    #[test]
    fn binary_to_more_splits_the_foreground_and_keeps_the_background() {
        let scene = binary();
        for channels in 3..=5 {
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
        for channels in 3..=5 {
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

    #[test]
    fn the_same_number_changes_nothing_and_two_is_refused() {
        let scene = five_classes();
        assert_eq!(scene.convert(5), Ok(scene.clone()));
        assert!(scene.convert(2).is_err() && scene.convert(6).is_err());
    }
}
