//! Sentences about documents.

use std::fmt::Display;

use super::MOST_IMAGES;

/// An error as the person reads it: capitalised, with a full stop.
pub(crate) fn sentence(error: &impl Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map_or_else(String::new, |letter| letter.to_uppercase().collect());
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

pub(super) fn no_preset(id: &str) -> String {
    format!("There is no bundled scene “{id}” in this version of Lossfield.")
}

pub(super) fn no_batch(id: &str, place: usize) -> String {
    format!("There is no bundled batch “{id}” with an image {} in this version of Lossfield.", place + 1)
}

pub(super) fn no_raster(title: &str) -> String {
    format!(
        "The pixels of the opened file “{title}” are not here, because a link cannot carry them. Ask whoever sent the \
         link for the saved file, and open that."
    )
}

pub(crate) fn no_image(image: usize, number: usize) -> String {
    format!("There is no image {}; the strip has {number}.", image + 1)
}

pub(super) fn no_room() -> String {
    format!("A strip has 1 to {MOST_IMAGES} images.")
}

pub(super) fn last_image() -> String {
    "This is the only image, and one has to stay.".to_owned()
}

pub(super) fn newer_format(format: u64, known: u32) -> String {
    format!(
        "This was made by a newer Lossfield (format {format}; this page knows {known}). What this page knows of it was \
         opened."
    )
}

pub(super) fn left_out(places: &[String]) -> String {
    match places {
        [place] => format!("One part could not be read and is as it is at first: {place}."),
        all => {
            format!("{} parts could not be read and are as they are at first: {}.", all.len(), all.join(", "))
        }
    }
}

pub(super) fn clamped(places: &[String]) -> String {
    match places {
        [place] => format!("One number was out of its range and was brought into it: {place}."),
        all => format!(
            "{} numbers were out of their ranges and were brought into them: {}.",
            all.len(),
            all.join(", ")
        ),
    }
}

pub(super) fn skipped_steps(steps: usize) -> String {
    match steps {
        1 => "One step could not be read and was left out.".to_owned(),
        steps => format!("{steps} steps could not be read and were left out."),
    }
}

pub(super) fn skipped_edits(edits: usize) -> String {
    match edits {
        1 => "One stroke or fill could not be made and was left out.".to_owned(),
        edits => format!("{edits} strokes or fills could not be made and were left out."),
    }
}

pub(super) fn foreign_link(fragment: &str) -> String {
    let shown: String = fragment.chars().take(40).collect();
    format!(
        "The address ends in “#{shown}”, which is neither a link of Lossfield nor one of its panels. It was left out."
    )
}

pub(super) fn damaged_link() -> String {
    "This link is damaged, as when its end was cut off: nothing of its document could be read. Ask for it again; what \
     you had before is still here."
        .to_owned()
}

pub(super) fn foreign_file(name: &str) -> String {
    format!(
        "{name}: found no document of Lossfield in it; expected a file that Save made, or a picture that it made."
    )
}
