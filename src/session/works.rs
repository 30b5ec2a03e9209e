//! The pixels of all images, brought in line with the document.

use super::update::Notice;
use super::work::{Work, chosen_task};
use crate::document::{Base, Document, Image, Rasters};
use crate::field::IGNORE;
use crate::field::regions::has_region;
use crate::scene::{Changes, Labelling, Preset};

/// Images that are worked on at most: those of the document, and some that undo may bring back.
const MOST: usize = 8;

/// Memory of the images that are worked on from which those go that only undo may bring back, in bytes.
const MOST_BYTES: usize = 256 << 20;

/// An image with its place in the strip.
type Placed<'w> = (usize, &'w mut Work);

/// Pixels by the identities of their images.
#[derive(Debug, Default)]
pub(super) struct Works {
    /// Works, the one looked at last at the end.
    works: Vec<Work>,
}

impl Works {
    /// Brings the images of a document in line with it. Gives what changed of each; all of one that was not there.
    pub(super) fn follow(
        &mut self,
        document: &Document,
        rasters: &Rasters,
        notices: &mut Vec<Notice>,
    ) -> Vec<(u32, Changes)> {
        let mut changed = Vec::new();
        for image in &document.images {
            let changes = if let Some(at) = self.works.iter().position(|work| work.id == image.id) {
                let mut work = self.works.remove(at);
                let changes = work.playhead.seek(&image.edits);
                work.invalidate(changes);
                self.works.push(work);
                changes
            } else {
                self.works.push(work_of(image, rasters, notices));
                Changes { scene: true, ..Changes::default() }
            };
            if !changes.is_none() {
                changed.push((image.id, changes));
            }
        }
        let needless = self.works.len().saturating_sub(MOST);
        self.works.drain(..needless);
        let bytes = |works: &[Work]| works.iter().map(|work| work.playhead.bytes()).sum::<usize>();
        while self.works.len() > document.images.len() && bytes(&self.works) > MOST_BYTES {
            self.works.remove(0);
        }
        changed
    }

    pub(super) fn get(&self, id: u32) -> Option<&Work> {
        self.works.iter().find(|work| work.id == id)
    }

    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut Work> {
        self.works.iter_mut().find(|work| work.id == id)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Work> {
        self.works.iter_mut()
    }

    /// The images of the document in its order.
    pub(super) fn of(&self, document: &Document) -> Vec<&Work> {
        document.images.iter().filter_map(|image| self.get(image.id)).collect()
    }

    /// The active image, and the others that make a batch with it, each with its place in the strip.
    pub(super) fn split_mut(&mut self, document: &Document) -> Option<(Placed<'_>, Vec<Placed<'_>>)> {
        let active = document.active_image().id;
        let form = self.get(active)?.form();
        let place = |id: u32| document.images.iter().position(|image| image.id == id);
        let mut own = None;
        let mut others = Vec::new();
        for work in &mut self.works {
            let Some(place) = place(work.id) else { continue };
            if work.id == active {
                own = Some((place, work));
            } else if work.form() == form {
                others.push((place, work));
            }
        }
        others.sort_by_key(|(place, _)| *place);
        Some((own?, others))
    }

    /// Number of images that make a batch with the active one, and number of these without foreground; of regions, without the
    /// one that panels are about.
    pub(super) fn count_empty(&self, document: &Document) -> (usize, usize) {
        let works = self.of(document);
        let Some(active) = works.get(document.active).map(|work| work.form()) else { return (0, 0) };
        // Of a scene of regions panels are about one alone.
        let region = chosen_task(&document.view, active) as u8 + 1;
        let is_empty = |work: &&&Work| {
            let mut labels = work.scene().labels().iter();
            match work.scene().labelling() {
                Labelling::OneClass => labels.all(|&label| label == 0 || label == IGNORE),
                Labelling::Regions => labels.all(|&label| !has_region(label, region)),
            }
        };
        let batch = || works.iter().filter(|work| work.form() == active);
        (batch().count(), batch().filter(is_empty).count())
    }
}

/// The pixels of an image; where its base cannot be built, those of an empty one, which is told.
fn work_of(image: &Image, rasters: &Rasters, notices: &mut Vec<Notice>) -> Work {
    Work::new(image, rasters).unwrap_or_else(|refusal| {
        notices.push(Notice::refusal(refusal));
        let side = Preset::SMALLEST;
        let base = Base::Blank { width: side, height: side, channels: 1, regions: false };
        let blank = Image { base, ..image.clone() };
        Work::new(&blank, rasters).unwrap_or_else(|_| unreachable!("an empty image can be built"))
    })
}
