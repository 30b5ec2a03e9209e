//! Files beside the masks: a picture beneath them, a weight for each pixel.

use super::Session;
use super::opening::Keep;
use super::text;
use super::update::Notice;
use crate::document::{Base, DocumentEdit, Image, OpenedFiles, RasterPlane, no_image};
use crate::file;
use crate::scene::{PixelWeighting, Plane};

impl Session {
    /// Lays a picture beneath the masks of the active image, in one step. Refuses what is none, with a sentence.
    pub(super) fn open_picture(
        &mut self,
        (name, bytes): (&str, &[u8]),
        notices: &mut Vec<Notice>,
    ) -> Result<(), String> {
        let size = self.active_size()?;
        let said = |refusal: file::FileError| refusal.to_string();
        let source = file::decode(name, bytes, Plane::Truth, None).map_err(said)?;
        let read = file::read_picture(&source, size).map_err(said)?;
        let mut keep = Keep { rasters: &mut self.rasters, fresh: &mut self.fresh };
        let digest = keep.plane(RasterPlane::Picture(read.grey, size.0));
        let mut base = self.opened_base()?;
        if let Base::Raster { picture, .. } = &mut base {
            *picture = Some(digest);
        }
        self.history.make(vec![self.rebased(base)], None)?;
        self.history.look(|document| document.view.photo = true);
        let remarks = read.remark.iter().map(|remark| Notice::remark(text::read_as(name, remark)));
        notices.extend(remarks);
        Ok(())
    }

    /// Gives each pixel of the active image its weight of a file, and weighs pixels by it, in one step. Refuses what is no
    /// weights, with a sentence.
    pub(super) fn open_weights(&mut self, (name, bytes): (&str, &[u8])) -> Result<(), String> {
        let size = self.active_size()?;
        let said = |refusal: file::FileError| refusal.to_string();
        let source = file::decode(name, bytes, Plane::Truth, None).map_err(said)?;
        let read = file::read_weights(&source, size).map_err(said)?;
        let mut base = self.opened_base()?;
        // The scene knows what weights are.
        let refused = |refusal: String| text::read_as(name, &refusal);
        let scene = base.build(&self.rasters)?;
        scene.with_weights(read.clone()).map_err(|refusal| refused(text::sentence(&refusal)))?;
        let mut keep = Keep { rasters: &mut self.rasters, fresh: &mut self.fresh };
        let digest = keep.plane(RasterPlane::Weights(read));
        if let Base::Raster { weights, .. } = &mut base {
            *weights = Some(digest);
        }
        let step = vec![self.rebased(base), DocumentEdit::PixelWeighting(PixelWeighting::Own)];
        self.history.make(step, None)
    }

    /// Columns and rows of the active image.
    fn active_size(&self) -> Result<(usize, usize), String> {
        let document = self.history.document();
        let work = self.works.get(document.active_image().id);
        let shape = work.ok_or_else(|| no_image(document.active, document.images.len()))?.scene().shape();
        Ok((shape.width, shape.height))
    }

    /// Base of the active image as one of opened files, with the same pixels.
    fn opened_base(&mut self) -> Result<Base, String> {
        let base = self.history.document().active_image().base.clone();
        if matches!(base, Base::Raster { .. }) {
            return Ok(base);
        }
        let scene = base.build(&self.rasters)?;
        let mut keep = Keep { rasters: &mut self.rasters, fresh: &mut self.fresh };
        Ok(keep.base(scene.title(), false, &scene, OpenedFiles::default()))
    }

    /// The active image on another base with the same pixels: what was painted stays.
    fn rebased(&self, base: Base) -> DocumentEdit {
        let document = self.history.document();
        let with = Image::edited(base, document.active_image().edits.clone());
        DocumentEdit::Replace { image: document.active, with }
    }
}
