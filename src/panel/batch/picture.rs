//! Pictures of the images of a batch.

use crate::field::{Field, Head};
use crate::paint::Theme;
use crate::paint::picture::{Backdrop, outline, prediction_picture};

/// Prediction of an image with the outline of its truth, RGBA.
pub(super) fn outlined(field: &Field<'_>, photo: Option<&[u8]>, theme: Theme) -> Vec<u8> {
    let shape = field.shape();
    let on = Backdrop { width: shape.width, photo, theme };
    let mut rgba = vec![0; 4 * shape.pixels()];
    prediction_picture(&field.probabilities(Head::Joint).prob, shape.channels, on, &mut rgba);
    outline(field.labels_of(0), on, &mut rgba);
    rgba
}
