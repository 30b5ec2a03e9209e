//! Batches to begin with: scenes that show together what none of them shows alone.

use super::{Scene, preset};

/// A batch to begin with.
#[derive(Debug)]
pub struct BatchPreset {
    /// The stable name.
    pub id: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// One sentence on what it shows.
    pub what: &'static str,
    make: fn(usize) -> Vec<Scene>,
}

impl BatchPreset {
    /// Its scenes, of one size and task, `size` pixels a side as [`Preset::build`](super::Preset::build) takes it.
    pub fn build(&self, size: usize) -> Vec<Scene> {
        (self.make)(size)
    }
}

/// All of them, in the order in which to show them.
pub const BATCHES: &[BatchPreset] = &[
    BatchPreset {
        id: "large-tiny-none",
        title: "Large, tiny and no object",
        what: "A large object that is nearly found, a tiny one that is missed, and an image with nothing to find: per \
               image the tiny one costs as much as any, per batch the large one hides it.",
        make: |size| {
            // Sure, as a trained network is: what is faint everywhere would hide what the objects do.
            let surer = |id, title, factor, shift| {
                let mut scene = of_preset(id, title, size)?;
                scene.painted.mapv_inplace(|z| factor * z + shift);
                Some(scene)
            };
            let large = surer("balanced-disc", "Large object", 3.0, 0.0);
            let tiny = surer("tiny-lesion", "Tiny object", 2.0, -1.5);
            let none = surer("empty-truth", "No object", 2.0, 1.0);
            [large, tiny, none].into_iter().flatten().collect()
        },
    },
    BatchPreset {
        id: "class-missing",
        title: "A class missing from one image",
        what: "Twice the same prediction of three classes, but class 2 is in the truth of the first image only: what \
               becomes of it in the second?",
        make: |size| {
            let with = of_preset("rare-class", "With class 2", size);
            let without = of_preset("rare-class", "Without class 2", size).map(|mut scene| {
                scene.labels.mapv_inplace(|label| if label == 2 { 1 } else { label });
                scene
            });
            [with, without].into_iter().flatten().collect()
        },
    },
];

/// The batch of an id.
pub fn batch(id: &str) -> Option<&'static BatchPreset> {
    BATCHES.iter().find(|batch| batch.id == id)
}

/// Scene of a preset's pixels under another title, without the preset's id; nothing for an unknown id.
fn of_preset(id: &str, title: &str, size: usize) -> Option<Scene> {
    Some(Scene { preset: None, ..preset(id)?.build(size).titled(title) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_batch_is_several_images_of_one_size_and_task() {
        for batch in BATCHES {
            for size in [64, 128] {
                let scenes = batch.build(size);
                assert!(scenes.len() > 1 && scenes.len() <= 4, "{}", batch.id);
                assert!(scenes.iter().all(|scene| scene.shape() == scenes[0].shape()), "{}", batch.id);
                assert_eq!(scenes[0].shape().width, size);
            }
        }
        let has_rare = |scene: &Scene| scene.labels().iter().any(|&label| label == 2);
        let scenes = batch("class-missing").unwrap().build(64);
        assert!(has_rare(&scenes[0]) && !has_rare(&scenes[1]));
        assert_eq!(scenes[0].painted(), scenes[1].painted());
    }
}
