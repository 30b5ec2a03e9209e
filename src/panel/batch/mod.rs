//! A batch: its images one by one and as one.

mod chart;
mod picture;
pub mod study;
mod text;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ImageVersion, Panel, Report, Seen, Still, Title};
use crate::field::{IGNORE, LabelCounts, Shape};
use crate::library::Facts;
use crate::paint::Theme;
use study::{BatchQuery, BatchResult, LOSSES, per_image};

/// See the [module docs](self).
#[derive(Debug)]
pub struct BatchPanel;

/// State of the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct BatchState {
    /// Id of the loss that is looked at closely.
    pub loss: String,
}

impl Default for BatchState {
    fn default() -> Self {
        Self { loss: LOSSES[0].id.into() }
    }
}

/// Choices that the panel's controls offer.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct BatchOptions {
    /// Ids of the losses that a batch is looked at with.
    pub losses: Vec<String>,
}

/// Everything that is known of the batch, from one frame to the next: a stroke costs what it changes.
#[derive(Debug, Default)]
struct BatchCache {
    query: Option<BatchQuery>,
    own: Vec<(ImageVersion, BatchResult)>,
    whole: Option<(Vec<ImageVersion>, BatchResult, Facts)>,
    pictures: Vec<(ImageVersion, PictureStyle, Vec<u8>)>,
}

/// Look of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PictureStyle {
    theme: Theme,
    photo: bool,
}

impl Panel for BatchPanel {
    const ID: &'static str = "batch";
    const TITLE: Title = text::TITLE;
    type State = BatchState;

    fn settle(state: &mut BatchState, _: Shape) {
        if LOSSES.iter().all(|spec| spec.id != state.loss) {
            *state = BatchState::default();
        }
    }

    fn options() -> Value {
        let losses = LOSSES.iter().map(|spec| spec.id.into()).collect();
        serde_json::to_value(BatchOptions { losses }).unwrap_or_default()
    }

    fn report(state: &BatchState, seen: &mut Seen<'_>) -> Report {
        measured(state, seen).unwrap_or_default()
    }
}

fn measured(state: &BatchState, seen: &mut Seen<'_>) -> Result<Report, String> {
    let chosen = LOSSES.iter().position(|spec| spec.id == state.loss).unwrap_or(0);
    let settings = LOSSES.map(|spec| seen.loss(spec.id).map(|set| set.settings.clone()).unwrap_or_default());
    let query = BatchQuery { settings, chosen };
    let look = PictureStyle { theme: seen.theme, photo: seen.photo };
    let members = seen.batch.members();
    let versions: Vec<ImageVersion> = members.iter().map(|member| member.version).collect();
    let places: Vec<usize> = members.iter().map(|member| member.place).collect();

    let known = seen.cache.of::<BatchCache>();
    if known.query.as_ref() != Some(&query) {
        (known.own, known.whole) = (Vec::new(), None);
    }
    known.own.retain(|(version, _)| versions.contains(version));
    known.pictures.retain(|(version, own, _)| versions.contains(version) && *own == look);
    for (at, &version) in versions.iter().enumerate() {
        let has_own = known.own.iter().any(|(own, _)| *own == version);
        let has_picture = known.pictures.iter().any(|(own, ..)| *own == version);
        if has_own && has_picture {
            continue;
        }
        let mut own = None;
        seen.batch.look_at_one(at, &mut |field, photo| {
            if !has_own {
                own = Some(query.measure(field));
            }
            if !has_picture {
                let photo = photo.filter(|_| look.photo);
                known.pictures.push((version, look, picture::outlined(field, photo, look.theme)));
            }
        })?;
        if let Some(own) = own {
            known.own.push((version, own.map_err(|refusal| refusal.to_string())?));
        }
    }
    if known.whole.as_ref().is_none_or(|(of, ..)| *of != versions) {
        let mut whole = None;
        seen.batch.look_at_all(&mut |field| whole = Some((query.measure(field), Facts::of(field))))?;
        let Some((whole, facts)) = whole else { return Ok(Report::default()) };
        known.whole = Some((versions.clone(), whole.map_err(|refusal| refusal.to_string())?, facts));
    }
    known.query = Some(query.clone());

    let Some((_, whole, facts)) = &known.whole else { return Ok(Report::default()) };
    let own: Vec<&BatchResult> = versions
        .iter()
        .filter_map(|version| known.own.iter().find(|(own, _)| own == version).map(|(_, own)| own))
        .collect();
    let batch = Found { query: &query, facts: *facts, places: &places, own: &own, whole };
    let mut report = batch.report();
    for (at, version) in versions.iter().enumerate() {
        if let Some((.., rgba)) = known.pictures.iter().find(|(own, ..)| own == version) {
            report.add_still(batch.still(at), rgba);
        }
    }
    Ok(report)
}

/// A batch with what was found of it.
#[derive(Debug, Clone, Copy)]
struct Found<'s> {
    query: &'s BatchQuery,
    /// Facts of the batch that decide how libraries are called.
    facts: Facts,
    /// Places of the images among all that there are, counted from 0.
    places: &'s [usize],
    /// Result of each image by itself.
    own: &'s [&'s BatchResult],
    /// Result of all as one.
    whole: &'s BatchResult,
}

impl Found<'_> {
    /// Charts, tables and sentences, without pictures.
    fn report(&self) -> Report {
        Report::default()
            .with_chart("values", chart::values(self))
            .with_chart("gradient", chart::gradient(self))
            .with_table("values", text::values(self))
            .with_table("rules", text::rules_table(self))
            .with_table("followers", text::followers_table(self))
            .with_texts("remarks", text::remarks(self))
    }

    fn still(&self, at: usize) -> Still {
        Still { name: text::image_at_start(self.places[at]), text: text::still(self, at), ..Still::default() }
    }

    /// Name of the loss that is looked at closely.
    fn name(&self) -> &'static str {
        self.query.spec().name.of(self.facts.task())
    }

    /// Values of one of the losses, image by image.
    fn own(&self, loss: usize) -> impl ExactSizeIterator<Item = f64> {
        self.own.iter().map(move |own| own.values[loss])
    }

    fn per_image(&self, loss: usize) -> f64 {
        per_image(self.own(loss), &self.query.settings[loss])
    }

    /// Σ|gradient| of each image by itself.
    fn own_pulls(&self) -> Vec<f64> {
        self.own.iter().map(|own| own.pulls.iter().sum()).collect()
    }

    /// Foreground pixels of each image.
    fn foreground(&self) -> Vec<f64> {
        self.whole.labels.iter().map(|labels| foreground(labels) as f64).collect()
    }
}

/// Pixels of any class but 0.
fn foreground(labels: &LabelCounts) -> usize {
    labels[1..usize::from(IGNORE)].iter().sum()
}

/// Pixels that count.
fn counted(labels: &LabelCounts) -> usize {
    labels[0] + foreground(labels)
}

#[cfg(test)]
mod tests;
