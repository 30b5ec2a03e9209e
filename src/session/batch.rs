//! The images of the strip that make a batch with the one at hand, one by one and as one.

use std::mem;

use ndarray::{Array3, Array4, ArrayView, Axis, CowArray, Ix3, RemoveAxis, concatenate};

use super::work::{Pixels, Work, window};
use crate::field::{Derived, Field, Labels, Logits};
use crate::panel::{self, ImageVersion, LookAtOne, Member};
use crate::scene::Changes;

/// All images of one size and task as one field. It is kept while a panel looks at it, so that a stroke costs what it
/// changes and not all images.
#[derive(Debug, Default)]
pub(super) struct Together {
    /// The images with their states; none while no panel looks.
    members: Vec<ImageVersion>,
    logits: Logits,
    labels: Labels,
    shares: Option<Array4<f32>>,
    weights: Option<Array3<f32>>,
    derived: Derived,
    /// Changes of images since the last look.
    changes: Vec<(u32, Changes)>,
    /// True if a panel has looked since [`Together::rest`] was last called.
    looked: bool,
}

/// An image as the batch takes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct MemberSource<'s> {
    pub(super) place: usize,
    pub(super) version: ImageVersion,
    pub(super) pixels: Pixels<'s>,
    pub(super) photo: Option<&'s [u8]>,
}

impl<'s> MemberSource<'s> {
    /// A task of an image, which has to be [prepared](Work::prepare).
    pub(super) fn of(place: usize, work: &'s Work, task: usize) -> Self {
        Self { place, version: work.version(), pixels: work.pixels(task), photo: work.scene().photo() }
    }
}

/// A task of the active image and of those that make a batch with it, in the order of the strip.
pub(super) fn sources<'s>(
    (place, active): (usize, &'s Work),
    others: &'s [(usize, &mut Work)],
    task: usize,
) -> Vec<MemberSource<'s>> {
    let mut sources = vec![MemberSource::of(place, active, task)];
    sources.extend(others.iter().map(|(place, work)| MemberSource::of(*place, work, task)));
    sources.sort_by_key(|source| source.place);
    sources
}

/// The images of the batch for as long as a frame is computed.
#[derive(Debug)]
pub(super) struct Images<'s> {
    pub(super) sources: Vec<MemberSource<'s>>,
    /// Version and field of the image at hand, where that is not another moment of it.
    pub(super) active: Option<(ImageVersion, &'s Field<'s>)>,
    pub(super) together: &'s mut Together,
}

impl panel::Batch for Images<'_> {
    fn members(&self) -> Vec<Member> {
        self.sources.iter().map(|&MemberSource { place, version, .. }| Member { place, version }).collect()
    }

    fn look_at_one(&mut self, member: usize, look: &mut LookAtOne<'_>) -> Result<(), String> {
        let MemberSource { version, pixels, photo, .. } = self.sources[member];
        match self.active {
            Some((own, field)) if own == version => look(field, photo),
            _ => {
                let field = pixels.field(Derived::default());
                look(&field.map_err(|refusal| refusal.to_string())?, photo);
            }
        }
        Ok(())
    }

    fn look_at_all(&mut self, look: &mut dyn FnMut(&Field<'_>)) -> Result<(), String> {
        let Together { logits, labels, shares, weights, derived, .. } = self.together.follow(&self.sources);
        let known = mem::take(derived);
        let pixels = Pixels {
            logits: logits.view(),
            labels: labels.view(),
            soft_labels: shares.as_ref().map(|shares| shares.view()),
            weights: weights.as_ref().map(|weights| weights.view()),
        };
        let field = pixels.field(known).map_err(|refusal| refusal.to_string())?;
        look(&field);
        *derived = field.into_derived();
        Ok(())
    }
}

impl Together {
    /// An image was edited.
    pub(super) fn note(&mut self, image: u32, changes: Changes) {
        if !self.members.is_empty() && !changes.is_none() {
            self.changes.push((image, changes));
        }
    }

    /// Forgets everything, unless a panel has looked since this was last called.
    pub(super) fn rest(&mut self) {
        if !mem::take(&mut self.looked) {
            *self = Self::default();
        }
    }

    /// Takes over the changes of the images.
    fn follow(&mut self, sources: &[MemberSource<'_>]) -> &mut Self {
        let versions: Vec<ImageVersion> = sources.iter().map(|source| source.version).collect();
        let changes = mem::take(&mut self.changes);
        let same_images = versions.iter().map(|version| version.image).eq(self.images());
        // Each change is one step of a version; a step of which nothing was noted, as of soft edges, is not followed.
        let steps = |(own, known): (&ImageVersion, &ImageVersion)| {
            let noted = changes.iter().filter(|(image, _)| *image == own.image).count() as u64;
            own.changes == known.changes + noted
        };
        let followed = same_images
            && versions.iter().zip(&self.members).all(steps)
            && changes.iter().all(|(_, changes)| !changes.scene);
        if !followed {
            *self = Self {
                logits: together(sources.iter().map(|source| source.pixels.logits)),
                labels: together(sources.iter().map(|source| source.pixels.labels)),
                shares: sources
                    .iter()
                    .map(|source| source.pixels.soft_labels)
                    .collect::<Option<Vec<_>>>()
                    .map(|shares| together(shares.into_iter())),
                weights: weights_together(sources),
                members: versions,
                looked: true,
                ..Self::default()
            };
            return self;
        }
        (self.members, self.looked) = (versions, true);
        for (id, changes) in changes {
            let Some(at) = self.images().position(|image| image == id) else { continue };
            let source = sources[at];
            if let Some(rect) = changes.truth {
                put(&mut self.labels, at, source.pixels.labels);
                if let (Some(all), Some(own)) = (&mut self.shares, source.pixels.soft_labels) {
                    put(all, at, own);
                }
                self.derived.labels_changed(&window(at, rect));
            }
            if changes.truth.is_some() || changes.weights {
                self.weights = weights_together(sources);
            }
            if let Some(rect) = changes.prediction {
                put(&mut self.logits, at, source.pixels.logits);
                self.derived.logits_changed(self.logits.view(), &window(at, rect));
            }
        }
        self
    }

    fn images(&self) -> impl Iterator<Item = u32> {
        self.members.iter().map(|version| version.image)
    }
}

/// Weights of all images, where any has them; those of an image that has none are 1.
fn weights_together(sources: &[MemberSource<'_>]) -> Option<Array3<f32>> {
    sources.iter().find_map(|source| source.pixels.weights)?;
    let all: Vec<CowArray<'_, f32, Ix3>> = sources
        .iter()
        .map(|source| match source.pixels.weights {
            Some(weights) => weights.into(),
            None => Array3::ones(source.pixels.labels.raw_dim()).into(),
        })
        .collect();
    Some(together(all.iter().map(|weights| weights.view())))
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
fn put<T: Clone, D: RemoveAxis>(all: &mut ndarray::Array<T, D>, at: usize, image: ArrayView<'_, T, D>) {
    all.index_axis_mut(Axis(0), at).assign(&image.index_axis(Axis(0), 0));
}
