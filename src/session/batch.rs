//! The images of the strip as one field, and what their panel shows.

use std::mem;

use ndarray::{Array4, ArrayView, Axis, RemoveAxis, concatenate};

use super::deck::Deck;
use super::edit::View;
use super::image::{Image, field, window};
use super::strip::Strip;
use crate::field::{Derived, Field, Head, Labels, Logits};
use crate::instrument::{self, Panel};
use crate::library::Facts;
use crate::paint::Theme;
use crate::paint::picture::{Backdrop, outline, prediction_picture};
use crate::scene::Change;
use crate::study::batch::{Asked, LOSSES, Measured};

/// All images of one size and task as one field. It is kept while the panel is open, so that a stroke costs what it
/// changes and not all images.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The images by their ids; none while the panel is closed.
    members: Vec<u32>,
    logits: Logits,
    labels: Labels,
    shares: Option<Array4<f32>>,
    derived: Derived,
    /// What was done to images since the last frame.
    changes: Vec<(u32, Change)>,
    /// What was asked of them, and found.
    measured: Option<(Asked, Measured, Facts)>,
    stills: Stills,
}

/// RGBA of each image.
#[derive(Debug, Default)]
struct Stills {
    theme: Theme,
    photo: bool,
    each: Vec<Option<Vec<u8>>>,
}

impl Batch {
    /// An image was edited.
    pub(super) fn note(&mut self, image: u32, change: Change) {
        if !self.members.is_empty() {
            self.changes.push((image, change));
        }
    }

    /// The images that make a batch with the one at hand, looked at with a loss; nothing if it is not one of
    /// [`LOSSES`].
    pub(super) fn panel(
        &mut self,
        strip: &mut Strip,
        deck: &Deck,
        loss: &str,
        soft_edges: usize,
        view: &View,
    ) -> Option<Panel> {
        let asked = asked(deck, loss)?;
        let at_hand = strip.at_hand().id;
        let mut images = self.gather(strip, soft_edges);
        self.look(&asked, &images, view).ok()?;
        let mut own = Vec::with_capacity(images.len());
        for (_, image) in &mut images {
            own.push(image.measured(&asked).ok()?.clone());
            if image.id != at_hand {
                image.rest();
            }
        }
        let (_, whole, facts) = self.measured.as_ref()?;
        let places: Vec<usize> = images.iter().map(|(place, _)| *place).collect();
        let seen =
            instrument::batch::Seen { asked: &asked, facts: *facts, places: &places, own: &own, whole };
        let mut panel = seen.panel();
        panel.pixels = self.stills.each.iter().flatten().map(Vec::as_slice).collect::<Vec<_>>().concat();
        Some(panel)
    }

    /// What is found in the field of all images that make a batch with the one at hand, given their places in the strip.
    pub(super) fn look_at<T>(
        &mut self,
        strip: &mut Strip,
        soft_edges: usize,
        find: impl FnOnce(&Field<'_>, &[usize]) -> Option<T>,
    ) -> Option<T> {
        let images = self.gather(strip, soft_edges);
        let derived = mem::take(&mut self.derived);
        let field = field(&self.logits, &self.labels, self.shares.as_ref(), derived).ok()?;
        let places: Vec<usize> = images.iter().map(|(place, _)| *place).collect();
        let found = find(&field, &places);
        self.derived = field.into_derived();
        found
    }

    /// The images with their places in the strip, as they are now.
    fn gather<'s>(&mut self, strip: &'s mut Strip, soft_edges: usize) -> Vec<(usize, &'s mut Image)> {
        let mut images = strip.batch_mut();
        for (_, image) in &mut images {
            image.soften(soft_edges);
        }
        self.follow(&images);
        images
    }

    /// Takes over what was done to the images.
    fn follow(&mut self, images: &[(usize, &mut Image)]) {
        let members: Vec<u32> = images.iter().map(|(_, image)| image.id).collect();
        let changes = mem::take(&mut self.changes);
        if members != self.members || changes.iter().any(|(_, change)| *change == Change::Scene) {
            let images = || images.iter().map(|(_, image)| &**image);
            *self = Self {
                logits: together(images().map(|image| image.editor.effective_logits().view())),
                labels: together(images().map(|image| image.scene().labels().view())),
                shares: images()
                    .map(|image| image.shares.as_ref().map(|shares| shares.view()))
                    .collect::<Option<Vec<_>>>()
                    .map(|shares| together(shares.into_iter())),
                stills: Stills { each: vec![None; members.len()], ..Stills::default() },
                members,
                ..Self::default()
            };
            return;
        }
        for (id, change) in changes {
            let Some((at, (_, image))) = images.iter().enumerate().find(|(_, (_, image))| image.id == id)
            else {
                continue;
            };
            self.measured = None;
            self.stills.each[at] = None;
            match change {
                Change::Truth(rect) => {
                    put(&mut self.labels, at, image.scene().labels());
                    if let (Some(all), Some(own)) = (&mut self.shares, &image.shares) {
                        put(all, at, own);
                    }
                    self.derived.labels_changed(&window(at, rect));
                }
                Change::Prediction(rect) => {
                    put(&mut self.logits, at, image.editor.effective_logits());
                    self.derived.logits_changed(self.logits.view(), &window(at, rect));
                }
                Change::Scene => {}
            }
        }
    }

    /// Measures and paints what is not known.
    fn look(&mut self, asked: &Asked, images: &[(usize, &mut Image)], view: &View) -> Result<(), String> {
        if (self.stills.theme, self.stills.photo) != (view.theme, view.photo) {
            self.stills.each.fill(None);
            (self.stills.theme, self.stills.photo) = (view.theme, view.photo);
        }
        let known = self.measured.as_ref().is_some_and(|(known, ..)| known == asked);
        if known && self.stills.each.iter().all(Option::is_some) {
            return Ok(());
        }
        let derived = mem::take(&mut self.derived);
        let field =
            field(&self.logits, &self.labels, self.shares.as_ref(), derived).map_err(|e| e.to_string())?;
        if !known {
            let measured = asked.measure(&field).map_err(|e| e.to_string())?;
            self.measured = Some((asked.clone(), measured, Facts::of(&field)));
        }
        for (at, (still, (_, image))) in self.stills.each.iter_mut().zip(images).enumerate() {
            if still.is_none() {
                let photo = image.scene().photo().filter(|_| view.photo);
                *still = Some(picture(&field, at, photo, view.theme));
            }
        }
        self.derived = field.into_derived();
        Ok(())
    }
}

/// The prediction of one image with the outline of its truth.
fn picture(field: &Field<'_>, image: usize, photo: Option<&[u8]>, theme: Theme) -> Vec<u8> {
    let shape = field.shape();
    let planes = shape.plane(image, 0).start..shape.plane(image, shape.channels - 1).end;
    let on = Backdrop { width: shape.width, photo, theme };
    let mut rgba = vec![0; 4 * shape.pixels()];
    prediction_picture(&field.probabilities(Head::Joint).prob[planes], shape.channels, on, &mut rgba);
    outline(field.labels_of(image), on, &mut rgba);
    rgba
}

/// The settings that the cards have, if the loss is one of those that are asked for.
fn asked(deck: &Deck, loss: &str) -> Option<Asked> {
    let chosen = LOSSES.iter().position(|spec| spec.id == loss)?;
    let settings =
        LOSSES.map(|spec| deck.find(spec.id).map(|card| card.settings.clone()).unwrap_or_default());
    Some(Asked { settings, chosen })
}

/// Images one after the other. They are of one size, or there is none of them.
fn together<'a, T: Copy + 'a, D: RemoveAxis>(
    images: impl Iterator<Item = ArrayView<'a, T, D>>,
) -> ndarray::Array<T, D>
where
    ndarray::Array<T, D>: Default,
{
    concatenate(Axis(0), &images.collect::<Vec<_>>()).unwrap_or_default()
}

/// Puts an image in its place.
fn put<T: Clone, D: RemoveAxis>(all: &mut ndarray::Array<T, D>, at: usize, image: &ndarray::Array<T, D>) {
    all.index_axis_mut(Axis(0), at).assign(&image.index_axis(Axis(0), 0));
}
