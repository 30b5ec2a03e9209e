//! Up to four images in a row, one of them at hand: the one that is painted and that the cards are about.
//!
//! Those of its size and classes make a batch with it. The others stay in the strip and say why they are not in it.

use super::edit::Addition;
use super::frame::{ImageReadout, StripReadout};
use super::image::Image;
use super::sentence;
use crate::field::{IGNORE, Shape};
use crate::scene::{Editor, Scene};

/// Images that a strip has room for.
pub(super) const MOST: usize = 4;

/// The images. See the [module docs](self).
#[derive(Debug)]
pub(super) struct Strip {
    /// One at least.
    images: Vec<Image>,
    at_hand: usize,
    /// What was taken away last, to be brought back.
    set_aside: Option<SetAside>,
    /// Images there have ever been.
    made: u32,
}

/// What was taken out of a strip.
#[derive(Debug)]
enum SetAside {
    One { at: usize, image: Box<Image> },
    All { images: Vec<Image>, at_hand: usize },
}

impl Strip {
    /// A strip of one image.
    pub(super) fn new(scene: Scene) -> Self {
        Self { images: vec![Image::new(0, Editor::new(scene))], at_hand: 0, set_aside: None, made: 1 }
    }

    pub(super) fn at_hand(&self) -> &Image {
        &self.images[self.at_hand]
    }

    pub(super) fn at_hand_mut(&mut self) -> &mut Image {
        &mut self.images[self.at_hand]
    }

    pub(super) fn images_mut(&mut self) -> &mut [Image] {
        &mut self.images
    }

    /// The images that make a batch with the one at hand, with their places in the strip; it is one of them.
    pub(super) fn batch_mut(&mut self) -> Vec<(usize, &mut Image)> {
        let shape = self.at_hand().scene().shape();
        self.images.iter_mut().enumerate().filter(|(_, image)| image.scene().shape() == shape).collect()
    }

    /// The image at hand with its place, and the others that make a batch with it with theirs.
    pub(super) fn split_mut(&mut self) -> ((usize, &mut Image), Vec<(usize, &mut Image)>) {
        let (at_hand, mut images) = (self.at_hand, self.batch_mut());
        let own = images.iter().position(|(place, _)| *place == at_hand).unwrap_or(0);
        (images.remove(own), images)
    }

    /// How many images make a batch with the one at hand, and how many of these have no foreground.
    pub(super) fn count_empty(&self) -> (usize, usize) {
        let is_empty = |scene: &&Scene| scene.labels().iter().all(|&label| label == 0 || label == IGNORE);
        (self.batch().count(), self.batch().filter(is_empty).count())
    }

    fn batch(&self) -> impl Iterator<Item = &Scene> {
        let shape = self.at_hand().scene().shape();
        self.images.iter().map(Image::scene).filter(move |scene| scene.shape() == shape)
    }

    /// Adds an image at the end, of the size of the one at hand, and takes it in hand. Refuses one too many.
    pub(super) fn add(&mut self, what: Addition) -> Result<(), String> {
        if self.images.len() >= MOST {
            return Err(format!(
                "There are {MOST} images, and the strip has room for no more. Remove one first."
            ));
        }
        let image = self.at_hand();
        let editor = match what {
            Addition::Copy => {
                let mut editor = Editor::new(image.scene().clone());
                // It is part of what is seen, so a copy has it too.
                editor.set_adjustment(image.editor.adjustment());
                editor
            }
            Addition::Empty => {
                let Shape { height, width, channels, .. } = image.scene().shape();
                Editor::new(Scene::blank("Empty image", height, width, channels).map_err(sentence)?)
            }
        };
        let image = self.numbered(editor);
        self.images.push(image);
        self.set_aside = None;
        self.select(self.images.len() - 1)
    }

    /// Takes an image in hand, counted from 0. Refuses one that there is not.
    pub(super) fn select(&mut self, image: usize) -> Result<(), String> {
        self.check(image)?;
        if image != self.at_hand {
            self.at_hand_mut().rest();
            self.at_hand = image;
        }
        Ok(())
    }

    /// Takes an image out; it can be brought back. Refuses one that there is not, and the last.
    pub(super) fn remove(&mut self, image: usize) -> Result<(), String> {
        self.check(image)?;
        if self.images.len() == 1 {
            return Err("This is the only image, and one has to stay.".into());
        }
        let mut taken = self.images.remove(image);
        taken.rest();
        self.set_aside = Some(SetAside::One { at: image, image: Box::new(taken) });
        if image < self.at_hand || self.at_hand == self.images.len() {
            self.at_hand -= 1;
        }
        Ok(())
    }

    /// Brings back what was taken away last. Where that were all images, those that took their place are set aside.
    pub(super) fn bring_back(&mut self) -> Result<(), String> {
        match self.set_aside.take() {
            None => Err("Nothing was removed that could be brought back.".into()),
            Some(SetAside::One { at, image }) => {
                let at = at.min(self.images.len());
                self.at_hand_mut().rest();
                self.images.insert(at, *image);
                self.at_hand = at;
                Ok(())
            }
            Some(SetAside::All { images, at_hand }) => {
                self.put(images, at_hand);
                Ok(())
            }
        }
    }

    /// Puts these scenes in the place of all images, which can be brought back.
    pub(super) fn open(&mut self, scenes: Vec<Scene>) {
        let images: Vec<Image> = scenes.into_iter().map(|scene| self.numbered(Editor::new(scene))).collect();
        if !images.is_empty() {
            self.put(images, 0);
        }
    }

    fn put(&mut self, images: Vec<Image>, at_hand: usize) {
        self.at_hand_mut().rest();
        let images = std::mem::replace(&mut self.images, images);
        self.set_aside = Some(SetAside::All { images, at_hand: self.at_hand });
        self.at_hand = at_hand;
    }

    fn numbered(&mut self, editor: Editor) -> Image {
        let image = Image::new(self.made, editor);
        self.made += 1;
        image
    }

    fn check(&self, image: usize) -> Result<(), String> {
        let images = self.images.len();
        if image < images {
            return Ok(());
        }
        Err(format!("There is no image {}; the strip has {images}.", image + 1))
    }

    /// What the page says of it.
    pub(super) fn readout(&self) -> StripReadout {
        let at_hand = self.at_hand().scene().shape();
        let image = |image: &Image| ImageReadout {
            id: image.id,
            title: image.scene().title().into(),
            misfit: misfit(image.scene().shape(), at_hand),
        };
        StripReadout {
            at_hand: self.at_hand,
            images: self.images.iter().map(image).collect(),
            has_room: self.images.len() < MOST,
            set_aside: self.set_aside.as_ref().map(|set_aside| match set_aside {
                SetAside::One { image, .. } => format!("“{}”", image.scene().title()),
                SetAside::All { images, .. } => match images.len() {
                    1 => "the image from before".into(),
                    n => format!("the {n} images from before"),
                },
            }),
        }
    }
}

/// Why an image makes no batch with the one at hand, if it does not.
fn misfit(shape: Shape, at_hand: Shape) -> Option<String> {
    (shape != at_hand).then(|| {
        format!("Not in the batch: it is {}, and the chosen image is {}.", told(shape), told(at_hand))
    })
}

fn told(shape: Shape) -> String {
    let Shape { height, width, channels, .. } = shape;
    let task = if channels == 1 { "binary".to_owned() } else { format!("of {channels} classes") };
    format!("{width} × {height} and {task}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip() -> Strip {
        Strip::new(Scene::blank("first", 4, 6, 1).unwrap())
    }

    fn titles(strip: &Strip) -> Vec<String> {
        strip.readout().images.into_iter().map(|image| image.title).collect()
    }

    #[test]
    fn there_is_room_for_four_and_one_stays() {
        let mut strip = strip();
        assert_eq!(strip.remove(0), Err("This is the only image, and one has to stay.".into()));
        for _ in 1..MOST {
            strip.add(Addition::Empty).unwrap();
        }
        assert!(!strip.readout().has_room);
        assert!(strip.add(Addition::Copy).unwrap_err().contains("no more"));
        assert_eq!(strip.select(4), Err("There is no image 5; the strip has 4.".into()));
        let ids: Vec<u32> = strip.readout().images.iter().map(|image| image.id).collect();
        assert_eq!(ids, [0, 1, 2, 3]);
    }

    #[test]
    fn what_was_removed_comes_back_to_its_place_until_something_else_is_removed_or_added() {
        let mut strip = strip();
        strip.add(Addition::Empty).unwrap();
        strip.add(Addition::Copy).unwrap();
        assert_eq!(strip.readout().at_hand, 2);
        strip.remove(0).unwrap();
        assert_eq!((strip.readout().at_hand, titles(&strip).len()), (1, 2), "the same one stays at hand");
        assert_eq!(strip.readout().set_aside.as_deref(), Some("“first”"));
        strip.bring_back().unwrap();
        assert_eq!(titles(&strip), ["first", "Empty image", "Empty image"]);
        assert_eq!((strip.readout().at_hand, strip.readout().set_aside), (0, None));
        assert!(strip.bring_back().is_err());
        strip.remove(2).unwrap();
        strip.remove(1).unwrap();
        strip.bring_back().unwrap();
        assert_eq!((titles(&strip).len(), strip.readout().at_hand), (2, 1));
        strip.remove(1).unwrap();
        strip.add(Addition::Copy).unwrap();
        assert!(strip.bring_back().is_err());
        strip.select(1).unwrap();
        strip.remove(1).unwrap();
        assert_eq!(strip.readout().at_hand, 0, "the last one was at hand and is gone");
    }

    #[test]
    fn a_strip_that_was_replaced_is_exchanged_with_what_replaced_it() {
        let mut strip = strip();
        let scene = |title: &str| Scene::blank(title, 4, 6, 1).unwrap();
        strip.open(vec![scene("a"), scene("b")]);
        strip.select(1).unwrap();
        assert_eq!(strip.readout().set_aside.as_deref(), Some("the image from before"));
        strip.bring_back().unwrap();
        assert_eq!(titles(&strip), ["first"]);
        assert_eq!(strip.readout().set_aside.as_deref(), Some("the 2 images from before"));
        strip.bring_back().unwrap();
        assert_eq!((titles(&strip), strip.readout().at_hand), (vec!["a".into(), "b".into()], 1));
    }

    #[test]
    fn an_image_of_another_size_or_task_says_why_it_is_not_in_the_batch() {
        let mut strip = strip();
        strip.add(Addition::Copy).unwrap();
        strip.at_hand_mut().editor.replace(Scene::blank("other", 3, 3, 4).unwrap());
        assert_eq!(strip.batch_mut().len(), 1);
        let misfits: Vec<_> = strip.readout().images.into_iter().map(|image| image.misfit).collect();
        assert_eq!(
            misfits,
            [
                Some(
                    "Not in the batch: it is 6 × 4 and binary, and the chosen image is 3 × 3 and of 4 classes."
                        .into()
                ),
                None
            ]
        );
    }
}
