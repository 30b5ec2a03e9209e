//! The Python that reproduces a card.

use super::losses::LossSettings;
use super::tasks::Tasks;
use super::text;
use super::update::CodeReadout;
use crate::document::{Base, Document, OpenedFile, OpenedFiles};
use crate::file::{self, FileChoice};
use crate::library::{Facts, Library, code};
use crate::scene::Plane;

/// Lines for the loss of an id: they begin with those that load the files that were opened, if there are any, and end
/// with the card's value. None if none is asked for. `is_adjusted` where the prediction is seen through an adjustment.
pub(super) fn shown(
    id: Option<&str>,
    losses: &LossSettings,
    tasks: &Tasks<'_>,
    facts: Facts,
    document: &Document,
    is_adjusted: bool,
) -> Option<Vec<CodeReadout>> {
    let card = losses.find(id?)?;
    let closing = code::closing(tasks.value(&*card.loss));
    let loading = loading(tasks, document, is_adjusted);
    let readouts = code::lines_for(card.spec, &card.settings, facts)
        .into_iter()
        .map(|line| {
            let opening = loading.as_ref().map(|loading| opening(loading, line.library)).unwrap_or_default();
            CodeReadout {
                library: format!("{} {}", line.library.name, line.library.version),
                function: line.function,
                code: format!("{opening}{}\n{closing}", line.code),
            }
        })
        .collect();
    Some(readouts)
}

/// Lines that load, with an empty one after them, in the form that a library takes.
fn opening(loading: &[String], library: &Library) -> String {
    let last = "logits, labels = logits.permute(0, 2, 3, 1).numpy(), labels.numpy()";
    let last = library.is_channels_last().then_some(last);
    loading
        .iter()
        .map(String::as_str)
        .chain(last)
        .map(|line| format!("{line}\n"))
        .chain(["\n".to_owned()])
        .collect()
}

/// Lines that load the files of the active image, with comments on what is in no file; none where no file is known.
fn loading(tasks: &Tasks<'_>, document: &Document, is_adjusted: bool) -> Option<Vec<String>> {
    let image = document.active_image();
    let Base::Raster { files, .. } = &image.base else { return None };
    if files.is_empty() {
        return None;
    }
    let OpenedFiles { truth, prediction } = &**files;
    let mut lines = file::load_both(named(prediction.as_ref()), named(truth.as_ref()));
    if let (Some(regions), Some(truth)) = (tasks.regions(), truth)
        && !truth.choice.is_of_regions()
    {
        lines.extend(file::planes_of_classes(regions));
    }
    let painted = |plane, file: &Option<OpenedFile>| {
        file.as_ref().is_some_and(|file| file.painted || image.edits.paint(plane))
    };
    let in_no_file =
        if tasks.regions().is_some() { text::REGIONS_IN_NO_FILE } else { text::LABELS_IN_NO_FILE };
    let notes = [
        (truth.is_none(), in_no_file),
        (prediction.is_none(), text::LOGITS_IN_NO_FILE),
        (painted(Plane::Truth, truth), text::LABELS_PAINTED),
        (painted(Plane::Prediction, prediction), text::LOGITS_PAINTED),
        (is_adjusted, text::LOGITS_ADJUSTED),
        (document.soft_edges > 0, text::LABELS_SOFTENED),
    ];
    lines.extend(notes.iter().filter(|(applies, _)| *applies).map(|(_, note)| (*note).to_owned()));
    Some(lines)
}

fn named(file: Option<&OpenedFile>) -> Option<(&str, &FileChoice)> {
    file.map(|OpenedFile { name, choice, .. }| (name.as_str(), choice))
}
